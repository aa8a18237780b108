"""How officials see questions: cards, follow-ups, lists, whole threads. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from bot.capabilities import TextUnit
from bot.conversation.rating import BEST
from bot.conversation.texts import deadline, length, moment
from bot.delivery.fit import Draft
from bot.delivery.split import measure, shorten
from bot.desk import flags
from bot.desk.commands import Choice, Name, button, choice_button
from bot.model.action import Action, Deed
from bot.model.chat import ChannelName
from bot.model.content import Content
from bot.model.message import Keyboard, SendMessage, Span, Style
from bot.model.question import VERSIONS_KEPT, Author, Question, Status, ThreadMessage
from bot.plural import plural

#: How much of a question is shown where several stand together.
PREVIEW = 80
#: Characters of one message of a resident that are shown; and of a whole thread.
LONGEST = 20_000
#: The same where two texts stand beside each other.
HALF = LONGEST // 2
#: Earlier versions of a corrected message that are shown: the first one, and the last ones; characters of each.
VERSIONS, VERSION = 3, 2_000
#: Messages of a thread that are shown, the newest.
LAST = 40
#: Units that the first line of several cards takes at the most.
_TITLE = 60
#: How many cards one message shows at the most.
TOGETHER = 35


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What cards need to know of the service."""

    zone: tzinfo
    #: How a channel is called for people: «Telegram», «ВКонтакте».
    titles: Mapping[ChannelName, str]
    #: Departments' names by their slugs.
    departments: Mapping[str, str] = field(default_factory=dict)
    #: Topics' and places' names by their slugs.
    topics: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)

    def title(self, channel: ChannelName) -> str:
        return self.titles.get(channel, channel)

    def about(self, question: Question) -> str:
        """Topic and place of a question by their names, empty when it has neither."""
        topic = self.topics.get(question.topic, question.topic)
        place = self.places.get(question.place, question.place)
        return " · ".join(filter(None, (topic and f"Тема: {topic}", place and f"Место: {place}")))


def number(value: int) -> str:
    return f"№ {value}"


def card(question: Question, content: Content, look: Look, now: datetime, *, rating: int | None = None) -> Draft:
    """The message that shows a question: number, channel, name, deadline, and all that the resident sent.

    `rating`: what he thought of the last answer that he rated.
    """
    head = number(question.number)
    who = question.resident or "Житель"
    lines = [f"{head} · {look.title(question.chat.channel)} · {who}"]
    if question.department:
        lines.append(look.departments.get(question.department, question.department))
    if about := look.about(question):
        lines.append(about)
    if question.routed_by:
        lines.append(f"Почему здесь: {question.routed_by}")
    if question.source:
        # One short line: whoever makes a link could write anything into it.
        lines.append(f"Пришёл по ссылке: {shorten(question.source, 64, TextUnit.CODE_POINT)}")
    lines.append(_standing(question, look, now))
    if question.taken_by:
        lines.append(f"В работе: {shorten(question.taken_name, 64, TextUnit.CODE_POINT) or 'сотрудник'}")
    if rating is not None:
        lines.append(_rating(rating))
    return _with(content, "\n".join(lines), bold=len(head), keyboard=card_keyboard(question))


def _standing(question: Question, look: Look, now: datetime) -> str:
    match question.status:
        case Status.CLOSED:
            reason = shorten(question.close_reason, PREVIEW, TextUnit.CODE_POINT)
            return f"Закрыт: {reason}" if reason else "Закрыт"
        case Status.CLARIFYING:
            return "Ждём уточнения от жителя, срок остановлен"
        case _:
            return f"Ответить до {deadline(question.due_at, now, look.zone)}"


def _rating(rating: int) -> str:
    return f"Оценка жителя: {rating} из {BEST}"


def card_keyboard(question: Question) -> Keyboard:
    """What can be done with a question as it stands."""
    value = question.number
    thread = button("Вся переписка", Name.QUESTION, value)
    if question.status is Status.CLOSED:
        return Keyboard(rows=((thread, button("Открыть снова", Name.REOPEN, value)),))
    take = button("Отдать", Name.RELEASE, value) if question.taken_by else button("Взять", Name.TAKE, value)
    return Keyboard(
        rows=(
            (take, button("Передать", Name.TRANSFER, value)),
            (button("Уточнить", Name.CLARIFY, value), button("Промежуточный ответ", Name.INTERIM, value)),
            (button("Шаблоны", Name.TEMPLATES, value), button("Похожие", Name.SIMILAR, value)),
            (thread, button("Ответ не требуется", Name.CLOSE, value)),
        )
    )


def follow_up(question: Question, content: Content) -> Draft:
    """What a resident adds to his question."""
    head = number(question.number)
    return _with(content, f"{head} · дополнение от жителя", bold=len(head), keyboard=None)


def comment(question: Question, content: Content, rating: int | None, *, department: str = "") -> Draft:
    """What a resident says of an answer that he rated; `department`: whose it was, for those who see all."""
    head = number(question.number)
    rated = f", оценка {rating} из {BEST}" if rating is not None else ""
    line = " · ".join(filter(None, (head, department, f"отзыв жителя{rated}")))
    return _with(content, line, bold=len(head), keyboard=None)


def clarified(question: Question, content: Content, look: Look, now: datetime) -> Draft:
    """What a resident says to what he was asked: the clock runs again."""
    head = number(question.number)
    due = deadline(question.due_at, now, look.zone)
    return _with(content, f"{head} · житель уточнил, ответить до {due}", bold=len(head), keyboard=None)


def edited(question: Question, old: Content, new: Content) -> Draft:
    """A resident changed what he wrote: both are shown."""
    head = number(question.number)
    was, now_is = (_bounded(one.text, HALF) or "—" for one in (old, new))
    return Draft(
        text=f"{head} · житель исправил сообщение{_flagged(new)}\n\nБыло: {was}\n\nСтало: {now_is}",
        spans=(Span(start=0, end=len(head), style=Style.BOLD),),
        media=tuple(media for media in new.media if media not in old.media),
        location=new.location if new.location != old.location else None,
        contact=new.contact if new.contact != old.contact else None,
        links=tuple(link for link in new.links if link not in old.links),
        unsupported=new.unsupported if new.unsupported != old.unsupported else (),
    )


def _flagged(content: Content) -> str:
    """A line under the header, when an official should know something before he reads on."""
    warning = flags.warning(content.text)
    return f"\n⚠️ {warning}" if warning else ""


def _with(content: Content, header: str, *, bold: int, keyboard: Keyboard | None) -> Draft:
    header += _flagged(content)
    return Draft(
        text=f"{header}\n\n{_bounded(content.text)}" if content.text else header,
        spans=(Span(start=0, end=bold, style=Style.BOLD),),
        media=content.media,
        location=content.location,
        contact=content.contact,
        links=content.links,
        unsupported=content.unsupported,
        keyboard=keyboard,
    )


def _bounded(text: str, longest: int = LONGEST) -> str:
    """A text that does not flood the chat: a forwarded chain can have hundreds of thousands of characters."""
    if len(text) <= longest:
        return text
    return f"{text[:longest].rstrip()}…\n\n[показаны первые {longest} знаков из {len(text)}]"


# --- several together ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One question among several."""

    number: int
    resident: str
    text: str
    at: datetime


def together(lines: Sequence[Line], *, limit: int, unit: TextUnit) -> tuple[SendMessage, int]:
    """Several cards in one message; returns it and how many of them it holds (the rest did not fit)."""
    count = len(lines)
    tail = "\n\nВесь вопрос и файлы: /q и номер. Ответить: ответьте на это сообщение, начав с номера: 123 текст."
    spans: list[Span] = []
    text, taken = "", 0
    for line in lines[:TOGETHER]:
        head = number(line.number)
        preview = shorten(line.text, PREVIEW, unit) or "(без текста)"
        row = f"\n\n{head} · {shorten(line.resident, 40, unit) or 'Житель'}\n{preview}"
        if taken and measure(text + row + tail, unit) + _TITLE > limit:
            break
        spans.append(Span(start=len(text) + 2, end=len(text) + 2 + len(head), style=Style.BOLD))
        text, taken = text + row, taken + 1
    title = f"{taken} {plural(taken, 'новый вопрос', 'новых вопроса', 'новых вопросов')}"
    if taken < count:
        title += f" (ещё {count - taken} — следом)"
    shift = len(title)
    return (
        SendMessage(
            text=title + text + tail,
            spans=tuple(Span(start=one.start + shift, end=one.end + shift, style=one.style) for one in spans),
        ),
        taken,
    )


#: Questions on one page of a list.
PAGE = 10
_EMPTY = {
    Name.OPEN: "Вопросов без ответа нет.",
    Name.MINE: "Вы не взяли ни одного вопроса, который ждёт ответа.",
    Name.OVERDUE: "Просроченных вопросов нет.",
}
_HEADS = {
    Name.OPEN: ("Ждёт ответа", "Ждут ответа"),
    Name.MINE: ("У вас в работе", "У вас в работе"),
    Name.OVERDUE: ("Просрочен", "Просрочены"),
}


def waiting_list(
    name: Name, questions: Sequence[tuple[Question, str]], total: int, now: datetime, *, page: int = 0, counted: int
) -> Draft:
    """One page of what is unanswered, with the age of each; `counted`: no more than so many were counted."""
    if not questions and not page:
        return Draft(text=_EMPTY[name])
    one, many = _HEADS[name]
    head = f"{one if total % 10 == 1 and total % 100 != 11 else many}: {total if total < counted else f'{counted}+'}"
    last = max((total - 1) // PAGE, 0)
    if last:
        head += f" · страница {page + 1} из {last + 1 if total < counted else f'{last + 1}+'}"
    text, spans = head, [Span(start=0, end=len(head), style=Style.BOLD)]
    for question, preview in questions:
        label = number(question.number)
        late = " · просрочен" if question.due_at < now else ""
        taken = f" · {shorten(question.taken_name, 40, TextUnit.UTF16)}" if question.taken_name else ""
        age = length(max(now - (question.waiting_since or question.asked_at), timedelta(0)))
        start = len(text) + 2
        text += f"\n\n{label} · {age}{late}{taken}\n{shorten(preview, PREVIEW, TextUnit.UTF16) or '(без текста)'}"
        spans.append(Span(start=start, end=start + len(label), style=Style.BOLD))
    around = []
    if page:
        around.append(choice_button("← Назад", Choice.PAGE, page - 1, name))
    if page < last:
        around.append(choice_button("Дальше →", Choice.PAGE, page + 1, name))
        text += f"\n\nДальше: /{name} {page + 2}"
    return Draft(text=text, spans=tuple(spans), keyboard=Keyboard(rows=(tuple(around),)) if around else None)


_DEEDS = {
    Deed.TAKEN: "взял(а)",
    Deed.RELEASED: "отдал(а)",
    Deed.HANDED_OVER: "передал(а)",
    Deed.ANSWERED: "ответил(а)",
    Deed.CORRECTED: "исправил(а) ответ",
    Deed.NOTED: "оставил(а) заметку",
    Deed.CLOSED: "закрыл(а)",
    Deed.REOPENED: "открыл(а) снова",
    Deed.INTERIM: "ответил(а) промежуточно",
    Deed.EXTENDED: "продлил(а) срок",
    Deed.CLARIFYING: "попросил(а) уточнить",
    Deed.CLARIFIED: "житель уточнил",
    Deed.WITHDRAWN: "отозвал(а) ответ",
    Deed.BANNED: "запретил(а) жителю писать",
    Deed.UNBANNED: "снял(а) запрет",
    Deed.REROUTED: "вопрос перешёл сам",
    Deed.TOLD_LATE: "жителю сообщили о задержке",
    Deed.LAPSED: "закрыт автоматически",
    Deed.HELPED: "жителю помог готовый ответ",
    Deed.TAKEN_BACK: "житель отозвал вопрос",
    Deed.ASKED_AGAIN: "житель открыл снова",
    Deed.RATED: "житель оценил ответ",
    Deed.FORGOTTEN: "житель удалил свои данные",
}
#: What no official did.
_BY_ITSELF = (
    *(Deed.CLARIFIED, Deed.HELPED, Deed.TAKEN_BACK, Deed.ASKED_AGAIN, Deed.RATED),
    *(Deed.REROUTED, Deed.TOLD_LATE, Deed.LAPSED, Deed.FORGOTTEN),
)


def log(question: Question, actions: Sequence[Action], look: Look, now: datetime) -> Draft:
    """Who did what to a question, when and from which chat."""
    head = f"{number(question.number)} · история"
    lines = [f"{moment(question.asked_at, now, look.zone)} · вопрос задан ({look.title(question.chat.channel)})"]
    for one in actions:
        detail = f": {one.detail}" if one.detail else ""
        if one.deed in _BY_ITSELF:
            lines.append(f"{moment(one.at, now, look.zone)} · {_DEEDS[one.deed]}{detail}")
            continue
        who = one.by.name or "Сотрудник"
        lines.append(f"{moment(one.at, now, look.zone)} · {who} {_DEEDS[one.deed]}{detail} · {one.by.chat}")
    text = "\n".join([head, "", *lines])
    return Draft(text=text, spans=(Span(start=0, end=len(head), style=Style.BOLD),))


_STATUS = {
    Status.OPEN: "ждёт ответа",
    Status.CLARIFYING: "ждём уточнения от жителя",
    Status.ANSWERED: "отвечен",
    Status.CLOSED: "закрыт",
}
_WHO = {
    Author.RESIDENT: "Житель",
    Author.OFFICIAL: "Ответ",
    Author.INTERIM: "Промежуточный ответ",
    Author.CLARIFYING: "Уточнение у жителя",
    Author.WITHDRAWN: "Отозванный ответ",
    Author.BANNED: "Житель (под запретом)",
    Author.COMMENT: "Отзыв жителя",
    Author.REOPENED: "Житель открыл вопрос снова",
    Author.NOTE: "Заметка",
    Author.WITHHELD: "Не отправлено",
}


def thread(
    question: Question,
    messages: Sequence[ThreadMessage],
    look: Look,
    now: datetime,
    *,
    total: int | None = None,
    rating: int | None = None,
) -> Draft:
    """The whole of a question: every message in order, and all files behind it.

    `total`: how many there are, where these are the newest of them.
    """
    head = number(question.number)
    reason = f" ({question.close_reason})" if question.close_reason else ""
    text = (
        f"{head} · {look.title(question.chat.channel)} · {question.resident or 'Житель'}\n"
        f"Задан {moment(question.asked_at, now, look.zone)}, {_STATUS[question.status]}{reason}"
    )
    if question.status is Status.OPEN:
        text += f", ответить до {deadline(question.due_at, now, look.zone)}"
    if rating is not None:
        text += f"\n{_rating(rating)}"
    spans = [Span(start=0, end=len(head), style=Style.BOLD)]
    shown = _newest(messages)
    if hidden := (len(messages) if total is None else total) - len(shown):
        text += f"\n\n(раньше ещё {hidden} {plural(hidden, 'сообщение', 'сообщения', 'сообщений')})"
    for message in shown:
        label = f"{_WHO.get(message.role, '')}{': ' + message.author if message.author else ''}"
        start = len(text) + 2
        text += f"\n\n{label} · {moment(message.at, now, look.zone)}"
        spans.append(Span(start=start, end=start + len(label), style=Style.BOLD))
        if message.content.text:
            text += f"\n{_bounded(message.content.text)}"
        text += _earlier(message.history)
        if files := len(message.content.media):
            text += f"\n📎 {files} {plural(files, 'файл', 'файла', 'файлов')}"
        if message.content.location is not None:
            place = message.content.location
            text += f"\n📍 {place.latitude:.5f}, {place.longitude:.5f}"
        if message.content.contact is not None:
            text += f"\n👤 {message.content.contact.name}, {message.content.contact.phone}"
        text += "".join(f"\n{link.title or 'Ссылка'}: {link.url}" for link in message.content.links)
    media = tuple(one for message in shown for one in message.content.media)
    return Draft(text=text, spans=tuple(spans), media=media, keyboard=card_keyboard(question))


def _earlier(history: Sequence[Content]) -> str:
    """What a message said before it was corrected, from the beginning; somebody may correct it a hundred times."""
    versions = [old.text for old in history if old.text]
    first, rest = versions[:1], versions[1:]
    left_out = rest[: 1 - VERSIONS]
    lines = [f"\n(раньше: {_bounded(one, VERSION)})" for one in first + rest[len(left_out) :]]
    if left_out:
        count = f"{len(left_out)} {plural(len(left_out), 'исправление', 'исправления', 'исправлений')}"
        more = count if len(history) < VERSIONS_KEPT else "много исправлений"
        lines.insert(1, f"\n(потом ещё {more})")
    return "".join(lines)


def _newest(messages: Sequence[ThreadMessage]) -> Sequence[ThreadMessage]:
    """The last messages of a thread that fit into a few messages; at least one."""
    room, first = LONGEST, len(messages)
    for index in range(len(messages) - 1, max(len(messages) - LAST, 0) - 1, -1):
        room -= len(messages[index].content.text)
        if room < 0 and first < len(messages):
            break
        first = index
    return messages[first:]
