"""What a resident reads of his own questions: the list, one of them with its thread, what can be done with it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo

from bot.conversation.decisions import TURN, Page
from bot.conversation.texts import deadline, moment
from bot.conversation.typed import labels, plain
from bot.conversation.voice import Voice, voices
from bot.delivery.split import shorten
from bot.model.content import Content
from bot.model.message import Button
from bot.model.question import Author, CloseKind, Question, Status, ThreadMessage

Rows = list[tuple[Button, ...]]

#: Questions on one page of the list, and their buttons in a row: with the others ten, as many as any platform takes.
PAGE, _COLUMNS = 6, 3
#: Characters of a question that are shown in the list, and of the reason why it was closed.
_PREVIEW, _REASON = 80, 120
#: Messages of a thread that are shown, the newest; characters of one of them, and of all.
LAST, _LONGEST, _ROOM = 30, 1500, 3000
#: How long after its end a question can be opened again.
REOPENS_FOR = timedelta(days=30)
#: How often a question can be opened again by a button.
REOPENS = 5
#: How long after he was told so his next message belongs to the question that he chose.
NEXT_FOR = timedelta(hours=1)
#: How long after each message to a question that is not his last one, or about it, the next one goes there, too.
GOES_ON_FOR = timedelta(minutes=15)
#: How long what he was shown last is what his words are about, where they say what a button under it does.
PAGE_FOR = timedelta(minutes=10)
#: Before a number in the button that asks whether he is sure.
ASK = "ask:"
#: The same where he is not: no button says it, only a word.
KEEP = "keep:"

#: What a resident has seen of a thread.
SEEN = (
    *(Author.RESIDENT, Author.COMMENT, Author.REOPENED),
    *(Author.OFFICIAL, Author.INTERIM, Author.CLARIFYING),
)


# --- how it stands -------------------------------------------------------------------------------------------------


def state(voice: Voice, question: Question, now: datetime, zone: tzinfo) -> str:
    """How a question stands, in plain words: «ответим до 14:20»."""
    match question.status:
        case Status.OPEN if question.expected_at > now:
            return voice.say("my-open", due=deadline(question.expected_at, now, zone, voice))
        case Status.OPEN:
            return voice.say("my-late")
        case Status.CLARIFYING:
            return voice.say("my-clarifying")
        case Status.ANSWERED:
            return voice.say("my-answered")
        case Status.CLOSED:
            return _closed(voice, question)


def _closed(voice: Voice, question: Question) -> str:
    match question.close_kind:
        case CloseKind.SETTLED:
            # Nobody told him that it was closed.
            return voice.say("my-answered")
        case CloseKind.HELPED | CloseKind.WITHDRAWN | CloseKind.UNCLARIFIED:
            return voice.say(f"my-closed-{question.close_kind}")
        case CloseKind.BY_OFFICIAL if question.close_reason:
            reason = voice.ours("reason", question.close_reason).rstrip(".! ")
            return voice.say("my-closed-why", reason=shorten(reason, _REASON))
        case _:
            # What was spam is told to nobody as such.
            return voice.say("my-closed")


def is_open(question: Question) -> bool:
    """Whether somebody waits: for an answer, or for the resident."""
    return question.status in (Status.OPEN, Status.CLARIFYING)


def may_reopen(question: Question, now: datetime) -> bool:
    """Whether the resident can open it again by a button: not spam, and not what ended long ago."""
    if is_open(question) or question.close_kind is CloseKind.SPAM:
        return False
    # What settled by itself ended with its answer.
    closed_at = question.closed_at if question.close_kind is not CloseKind.SETTLED else None
    ended_at = max(filter(None, (question.answered_at, closed_at)), default=None)
    return ended_at is not None and now - ended_at <= REOPENS_FOR


def deeds(question: Question, now: datetime) -> tuple[Page, ...]:
    """What can be done with it as it stands."""
    if is_open(question):
        return (Page.ADD, Page.TAKE_BACK)
    return (Page.REOPEN,) if may_reopen(question, now) else ()


def deed_button(voice: Voice, deed: Page, number: int) -> Button:
    """A button for one of these; taking back asks first."""
    before = ASK if deed is Page.TAKE_BACK else ""
    return Button(text=voice.say(f"button-{deed}"), data=f"{deed}:{before}{number}")


def sure_button(voice: Voice, number: int) -> Button:
    return Button(text=voice.say("my-sure-yes"), data=f"{Page.TAKE_BACK}:{number}")


def sure_words(number: int) -> Mapping[str, str]:
    """What can be typed to that question, in all languages, with the data of buttons."""
    yes, no = f"{Page.TAKE_BACK}:{number}", f"{Page.TAKE_BACK}:{KEEP}{number}"
    said = dict(labels([[sure_button(voice, number) for voice in voices()]]))
    for voice in voices():
        said |= dict.fromkeys(map(plain, voice.words("words-yes")), yes)
        said |= dict.fromkeys(map(plain, voice.words("words-no")), no)
    return said


# --- the list ------------------------------------------------------------------------------------------------------


def pages(total: int) -> int:
    """How many pages the list has."""
    return max(-(-total // PAGE), 1)


def list_page(
    voice: Voice,
    shown: Sequence[Question],
    previews: Mapping[int, str],
    total: int,
    page: int,
    now: datetime,
    zone: tzinfo,
) -> tuple[str, Rows]:
    """One page of his questions, the newest first; pages count from 1."""
    last = pages(total)
    head = voice.say("my-head", total=total)
    if last > 1:
        head += f" · {voice.say('my-page', page=page, last=last)}"
    parts = [head]
    for one in shown:
        words = shorten(previews.get(one.number, ""), _PREVIEW) or voice.say("my-no-words")
        parts.append(f"№ {one.number} · {state(voice, one, now, zone)}\n{words}")
    how = voice.say("my-how", number=shown[0].number)
    if page < last:
        how += f" {voice.say('my-further', page=page + 1)}"
    buttons = [Button(text=f"№ {one.number}", data=f"{Page.QUESTIONS}:{one.number}") for one in shown]
    rows: Rows = [tuple(buttons[at : at + _COLUMNS]) for at in range(0, len(buttons), _COLUMNS)]
    return "\n\n".join((*parts, how)), rows + _around(voice, page, last)


def _around(voice: Voice, page: int, last: int) -> Rows:
    turned = []
    if page > 1:
        turned.append(Button(text=voice.say("button-back"), data=f"{Page.QUESTIONS}:{TURN}{page - 1}"))
    if page < last:
        turned.append(Button(text=voice.say("button-on"), data=f"{Page.QUESTIONS}:{TURN}{page + 1}"))
    return [tuple(turned)] if turned else []


# --- one of them ---------------------------------------------------------------------------------------------------


def one_page(
    voice: Voice,
    question: Question,
    thread: Sequence[ThreadMessage],
    total: int,
    now: datetime,
    zone: tzinfo,
    *,
    can: Sequence[Page],
) -> tuple[str, Rows]:
    """A question with the newest of its thread, of which there are `total`; `can`: what he may do with it."""
    head = voice.say("my-one", number=question.number, state=state(voice, question, now, zone))
    asked = voice.say("my-asked", at=moment(question.asked_at, now, zone, voice))
    said = _newest([_said(voice, one, now, zone) for one in thread])
    parts = [f"{head}\n{asked}"]
    if earlier := total - len(said):
        parts.append(voice.count("my-earlier", earlier))
    parts += said
    if can:
        parts.append("\n".join(voice.say(f"my-how-{deed}", number=question.number) for deed in can))
    rows: Rows = [tuple(deed_button(voice, deed, question.number) for deed in can)] if can else []
    rows.append((Button(text=voice.say("my-all"), data=f"{Page.QUESTIONS}:"),))
    return "\n\n".join(parts), rows


def _newest(said: Sequence[str]) -> Sequence[str]:
    """The last messages that one message has room for; at least one."""
    room, first = _ROOM, len(said)
    for place in range(len(said) - 1, -1, -1):
        room -= len(said[place])
        if room < 0 and first < len(said):
            break
        first = place
    return said[first:]


def _said(voice: Voice, message: ThreadMessage, now: datetime, zone: tzinfo) -> str:
    """One message; who of the officials wrote it is nobody's business."""
    lines = [f"{voice.say(f'my-by-{message.role}')} · {moment(message.at, now, zone, voice)}"]
    if text := message.content.text.strip():
        lines.append(text if len(text) <= _LONGEST else f"{text[:_LONGEST].rstrip()}…")
    return "\n".join(lines + _beside(voice, message.content))


def _beside(voice: Voice, content: Content) -> list[str]:
    """What there is beside the words, a line each."""
    lines = []
    if content.media:
        lines.append(f"📎 {voice.count('my-files', len(content.media))}")
    if content.location is not None:
        lines.append(f"📍 {content.location.title or content.location.address or voice.say('my-place')}")
    if content.contact is not None:
        lines.append(f"👤 {voice.say('contact', who=content.contact.name or content.contact.phone)}")
    lines += [link.url for link in content.links if link.url and link.url not in content.text]
    lines += [voice.say("unsupported", name=voice.ours("part", name)) for name in content.unsupported]
    return lines
