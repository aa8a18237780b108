"""Known answers as coordinators keep them: what they write, what they read, and the file. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.conversation.faq import Entry, fold
from bot.delivery.fit import Draft
from bot.delivery.split import shorten
from bot.desk.commands import Choice, Name, choice_button
from bot.model.message import Button, Keyboard, Span, Style
from bot.plural import plural

#: Characters of a question and of an answer, and entries in all.
QUESTION_LIMIT, ANSWER_LIMIT, MOST = 300, 3000, 500
#: Entries on one page of the list, and their buttons in a row: with the others ten, as many as any platform takes.
PAGE, _COLUMNS = 8, 4
_PREVIEW = 80


class Verb(StrEnum):
    """What coordinators do to known answers."""

    LIST = "list"
    SHOW = "show"
    ADD = "add"
    EDIT = "edit"
    OFF = "off"
    ON = "on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What was written behind `/faq`."""

    verb: Verb
    entry: int | None = None
    #: Slug or name of a topic, as written in brackets.
    topic: str | None = None
    question: str = ""
    answer: str = ""


_VERBS = {
    "add": Verb.ADD,
    "добавить": Verb.ADD,
    "edit": Verb.EDIT,
    "изменить": Verb.EDIT,
    "off": Verb.OFF,
    "выключить": Verb.OFF,
    "on": Verb.ON,
    "включить": Verb.ON,
}
_WORD = re.compile(r"(\S+)\s*(.*)", re.DOTALL)
_TOPIC = re.compile(r"\[([^\]\n]{0,80})\]\s*")


def read(rest: str) -> Wish | None:
    """What a coordinator wants; None: it cannot be read."""
    rest = rest.strip()
    if not rest:
        return Wish(verb=Verb.LIST)
    match = _WORD.match(rest)
    assert match is not None
    if match[1].isdecimal() and not match[2]:
        return Wish(verb=Verb.SHOW, entry=_id(match[1]))
    verb = _VERBS.get(match[1].lower())
    if verb is None:
        return None
    if verb is Verb.ADD:
        return _said(verb, None, match[2])
    number = _WORD.match(match[2])
    if number is None or not number[1].isdecimal():
        return None
    if verb is Verb.EDIT:
        return _said(verb, _id(number[1]), number[2], behind=match[2][len(number[1]) :])
    return Wish(verb=verb, entry=_id(number[1]))


def _id(digits: str) -> int:
    return int(digits[:18])


def _said(verb: Verb, entry: int | None, text: str, *, behind: str = "") -> Wish:
    """`[topic] question` in the first line, the answer below it; a first line that is empty leaves the question."""
    topic = None
    if match := _TOPIC.match(text):
        topic, text = match[1].strip(), text[match.end() :]
    if behind.lstrip(" \t").startswith("\n") and topic is None:
        return Wish(verb=verb, entry=entry, answer=text.strip())
    question, _, answer = text.partition("\n")
    return Wish(verb=verb, entry=entry, topic=topic, question=question.strip(), answer=answer.strip())


def why_not(question: str, answer: str) -> str:
    """Why this cannot be kept; empty: it can."""
    if not fold(question):
        return "В вопросе нет ни одного слова."
    if len(question) > QUESTION_LIMIT:
        return f"Вопрос слишком длинный: {len(question)} знаков, можно до {QUESTION_LIMIT}."
    if not answer:
        return "Ответ пуст."
    if len(answer) > ANSWER_LIMIT:
        return f"Ответ слишком длинный: {len(answer)} знаков, можно до {ANSWER_LIMIT}."
    return ""


def personal(wish: Wish, masked: str) -> str:
    """An answer to one resident is not shown to all of them as it is; what a coordinator writes himself is."""
    topic = f"[{wish.topic}] " if wish.topic else ""
    return (
        "В этом ответе, похоже, есть личные данные, а готовые ответы видят все жители. Поправьте текст и пришлите:\n\n"
        f"/faq add {topic}{wish.question}\n{masked}"
    )


HOW = (
    "Готовые ответы жители видят сразу после своего вопроса и по команде /faq.\n\n"
    "Добавить — вопрос в первой строке, ответ ниже, тема в скобках, если нужна:\n"
    "/faq add [Отопление] Когда включат отопление?\nПосле пяти дней холоднее +8 °C…\n\n"
    "Изменить: /faq edit 12 новый вопрос, ниже новый ответ (пустая первая строка оставит вопрос прежним).\n"
    "Убрать и вернуть: /faq off 12, /faq on 12. Прочитать: /faq 12"
)
REFUSED = "Готовые ответы меняют координаторы."
FULL = f"Готовых ответов уже {MOST}, больше не поместится."


def no_entry(entry: int | None) -> str:
    return f"Готового ответа {entry} нет. Все ответы: /faq"


def no_topic(topic: str, names: Sequence[str]) -> str:
    known = ", ".join(names) if names else "в настройках нет ни одной"
    return f"Темы «{shorten(topic, 40)}» нет. Темы: {known}."


def there_already(entry: int) -> str:
    return f"Такой вопрос уже есть: /faq {entry}"


def added(entry: int) -> str:
    return f"Готовый ответ {entry} добавлен. Убрать: /faq off {entry}"


def edited(before: Entry) -> str:
    return (
        f"Готовый ответ {before.id} изменён. Вернуть прежний можно, прислав:\n\n"
        f"/faq edit {before.id} {before.question}\n{before.answer}"
    )


def unchanged(entry: int) -> str:
    return f"Готовый ответ {entry} уже такой."


def turned_off(entry: int) -> str:
    return f"Готовый ответ {entry} жителям больше не показываем. Вернуть: /faq on {entry}"


def turned_on(entry: int) -> str:
    return f"Готовый ответ {entry} снова показываем жителям."


def how_to_edit(entry: Entry) -> str:
    """The command that would leave it as it is, to be sent with other words."""
    return f"Пришлите с новыми словами:\n\n/faq edit {entry.id} {entry.question}\n{entry.answer}"


def shown(
    entry: Entry,
    topics: Mapping[str, str],
    *,
    is_off: bool,
    counts: tuple[int, int],
    edited_by: str,
    may_change: bool,
) -> Draft:
    """One entry as it is; `may_change`: with what can be done to it."""
    head = f"Готовый ответ {entry.id}" + (" (выключен)" if is_off else "")
    topic = f"\nТема: {topics.get(entry.topic, entry.topic)}" if entry.topic else ""
    also = f"\nЕщё спрашивают: {'; '.join(entry.also)}" if entry.also else ""
    by = f" Изменил(а): {edited_by}." if edited_by else ""
    text = f"{head}{topic}{also}\n\n{entry.question}\n\n{entry.answer}\n\n{_often(*counts)}.{by}"
    keyboard = Keyboard(rows=(_deeds(entry.id, is_off=is_off),)) if may_change else None
    return Draft(text=text, spans=(Span(start=0, end=len(head), style=Style.BOLD),), keyboard=keyboard)


def _deeds(entry: int, *, is_off: bool) -> tuple[Button, ...]:
    turn = _button("Включить", entry, Verb.ON) if is_off else _button("Выключить", entry, Verb.OFF)
    return turn, _button("Изменить", entry, Verb.EDIT)


def _button(text: str, entry: int, verb: Verb) -> Button:
    return choice_button(text, Choice.KNOWN, entry, verb)


def _often(shown_times: int, helped: int) -> str:
    times = f"{shown_times} {plural(shown_times, 'раз', 'раза', 'раз')}"
    return f"Показан {times}, помог {helped}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One entry of the list."""

    entry: Entry
    is_off: bool
    shown: int
    helped: int


def page_of(lines: Sequence[Line], page: int) -> Draft:
    """One page of the list."""
    if not lines:
        return Draft(text=f"Готовых ответов пока нет.\n\n{HOW}")
    last = (len(lines) - 1) // PAGE
    page = min(page, last)
    head = f"Готовые ответы: {len(lines)}" + (f" · страница {page + 1} из {last + 1}" if last else "")
    rows = [
        f"{one.entry.id}. {shorten(one.entry.question, _PREVIEW)}\n"
        + ("выключен" if one.is_off else _often(one.shown, one.helped))
        for one in lines[page * PAGE : (page + 1) * PAGE]
    ]
    on_page = [one.entry.id for one in lines[page * PAGE : (page + 1) * PAGE]]
    buttons = [_button(str(entry), entry, Verb.SHOW) for entry in on_page]
    keyboard = [tuple(buttons[at : at + _COLUMNS]) for at in range(0, len(buttons), _COLUMNS)]
    around = []
    if page:
        around.append(choice_button("← Назад", Choice.PAGE, page - 1, Name.FAQ))
    if page < last:
        around.append(choice_button("Дальше →", Choice.PAGE, page + 1, Name.FAQ))
    text = "\n\n".join((head, *rows, HOW))
    return Draft(
        text=text,
        spans=(Span(start=0, end=len(head), style=Style.BOLD),),
        keyboard=Keyboard(rows=(*keyboard, tuple(around)) if around else tuple(keyboard)),
    )


def as_toml(entries: Sequence[Entry]) -> str:
    """The entries as they stand in `otvet.toml`."""
    return "\n".join(_table(one) for one in entries)


def _table(entry: Entry) -> str:
    lines = ["[[faq]]", f"question = {_string(entry.question)}", f"answer = {_string(entry.answer)}"]
    if entry.topic:
        lines.append(f"topic = {_string(entry.topic)}")
    if entry.also:
        lines.append(f"also = [{', '.join(map(_string, entry.also))}]")
    return "\n".join(lines) + "\n"


def _string(text: str) -> str:
    # A JSON string is a basic string of TOML, but for DEL, which TOML wants escaped, too.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
