"""The resident's dialog: standings and events, and what follows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.conversation.machine import (
    Ask,
    Decision,
    Explain,
    Greet,
    Join,
    PromiseNew,
    Standing,
    Welcome,
    decide,
    is_thanks,
    unanswered_since,
)
from bot.model.chat import ChatKind, ChatRef
from bot.model.content import Contact, Content, Link, Location, Media, MediaKind
from bot.model.event import ButtonPressed, ChatStarted, MessageReceived, Sender
from bot.model.question import Author, Status, ThreadMessage

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CHAT = ChatRef(channel="home", chat_id="101")
SENDER = Sender(user_id="101")

NEW = Standing()
GREETED = Standing(greeted=True)
OPEN = Standing(greeted=True, question=7, status=Status.OPEN)
ANSWERED = Standing(greeted=True, question=7, status=Status.ANSWERED, answered_at=NOW - timedelta(hours=1))
CLOSED = Standing(greeted=True, question=7, status=Status.CLOSED)
CLARIFYING = Standing(greeted=True, question=7, status=Status.CLARIFYING)
SECOND = timedelta(seconds=1)
PHOTO = Media(kind=MediaKind.PHOTO, channel="home", ref="p")


def says(text: str = "", **more: object) -> MessageReceived:
    return MessageReceived(
        chat=CHAT,
        chat_kind=ChatKind.PRIVATE,
        message_id="1",
        sender=SENDER,
        at=NOW,
        content=replace(Content(text=text), **more),  # type: ignore[arg-type]
    )


def presses(data: str) -> ButtonPressed:
    return ButtonPressed(chat=CHAT, chat_kind=ChatKind.PRIVATE, sender=SENDER, at=NOW, data=data)


def starts(*, greet: bool = True, source: str = "") -> ChatStarted:
    return ChatStarted(chat=CHAT, sender=SENDER, at=NOW, greet=greet, source=source)


def answered(ago: timedelta) -> Standing:
    return replace(ANSWERED, answered_at=NOW - ago)


def lapsed(ago: timedelta) -> Standing:
    return replace(CLOSED, lapsed_at=NOW - ago)


def waits_for_new(standing: Standing) -> Standing:
    return replace(standing, wants_new=True)


JOINS, REOPENS = Join(question=7, reopens=False), Join(question=7, reopens=True)
COLD = says("Опять холодно!")


@dataclass(frozen=True, slots=True)
class Case:
    label: str
    standing: Standing
    event: MessageReceived | ButtonPressed | ChatStarted
    expected: Decision


CASES = [
    Case("first words are a question", NEW, COLD, Ask(first=True)),
    Case("who was greeted asks", GREETED, COLD, Ask(first=False)),
    Case("an open question takes what comes", OPEN, COLD, JOINS),
    Case("an open question is not opened again", OPEN, says("Спасибо"), JOINS),
    Case("an answered one is opened again", ANSWERED, COLD, REOPENS),
    Case("72 hours after the answer still joins", answered(timedelta(hours=72)), COLD, REOPENS),
    Case("a second later is a new question", answered(timedelta(hours=72) + SECOND), COLD, Ask(first=False)),
    Case("a closed question is closed", CLOSED, COLD, Ask(first=False)),
    Case("what he was asked for takes what comes", CLARIFYING, COLD, REOPENS),
    Case("«хорошо» may be what he was asked for", CLARIFYING, says("Хорошо"), REOPENS),
    Case("72 hours after it lapsed still join", lapsed(timedelta(hours=72)), says("Хорошо"), REOPENS),
    Case("a second later is new", lapsed(timedelta(hours=72) + SECOND), COLD, Ask(first=False)),
    Case("thanks join and open nothing", ANSWERED, says("Спасибо большое!"), JOINS),
    Case("thanks with a photo open it again", ANSWERED, says("Спасибо", media=(PHOTO,)), REOPENS),
    Case("thanks and a question open it again", ANSWERED, says("Спасибо, а когда?"), REOPENS),
    Case("a photo joins", OPEN, says(media=(PHOTO,)), JOINS),
    Case("a sticker is a question", GREETED, says(media=(PHOTO,)), Ask(first=False)),
    Case("an empty message is a question", GREETED, says(unsupported=("опрос",)), Ask(first=False)),
    Case("wants another, although one is open", waits_for_new(OPEN), COLD, Ask(first=False)),
    Case("wants another, although one was answered", waits_for_new(ANSWERED), COLD, Ask(first=False)),
    Case("thanks after «Новый вопрос» are one", waits_for_new(ANSWERED), says("Спасибо"), Ask(first=False)),
    Case("«Новый вопрос» pressed", OPEN, presses("new"), PromiseNew()),
    Case("«Новый вопрос» typed", OPEN, says("Новый вопрос"), PromiseNew()),
    Case("typed in another way", ANSWERED, says("  новый   ВОПРОС! "), PromiseNew()),
    Case("typed by a newcomer", NEW, says("Задать новый вопрос"), PromiseNew()),
    Case("typed as a command", OPEN, says("/new"), PromiseNew()),
    Case("«Новый вопрос» with its question is one", GREETED, says("Новый вопрос: где автобус?"), Ask(first=False)),
    Case("help pressed", OPEN, presses("help"), Explain()),
    Case("help typed", OPEN, says("Помощь"), Explain()),
    Case("help as a command", OPEN, says("/help"), Explain()),
    Case("a command that there is not", OPEN, says("/weather"), Explain()),
    Case("a command with words behind it", OPEN, says("/weather в Надыме?"), JOINS),
    Case("a slash that is no command", GREETED, says("/// что это?"), Ask(first=False)),
    Case("a path is no command", GREETED, says("/home/ivan"), Ask(first=False)),
    Case("a button of another time", OPEN, presses("rate:5"), Explain()),
    Case("a caption is never a word: photo", OPEN, says("Новый вопрос", media=(PHOTO,)), JOINS),
    Case("a caption is never a word: help", GREETED, says("/help", media=(PHOTO,)), Ask(first=False)),
    Case("a place is never a word", OPEN, says("Помощь", location=Location(latitude=65.5, longitude=72.5)), JOINS),
    Case("a contact is never a word", OPEN, says("Помощь", contact=Contact(name="И", phone="1")), JOINS),
    Case("a link is never a word", OPEN, says("Помощь", links=(Link(url="https://example.org"),)), JOINS),
    Case("«Начать» greets a newcomer", NEW, starts(source="qr5"), Greet(source="qr5")),
    Case("«Начать» greets once more", OPEN, starts(), Greet(source="")),
    Case("allowed again: nothing is said", OPEN, starts(greet=False, source="qr5"), Welcome(source="qr5")),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.label)
def test_decision(case: Case) -> None:
    """From where the resident stands and what he does follows exactly this."""
    assert case.expected == decide(case.standing, case.event, NOW)


THANKS = [
    "Спасибо",
    "спасибо!",
    "СПАСИБО ОГРОМНОЕ!!!",
    "Большое спасибо",
    "Спасибо за ответ",
    "Спасибо вам большое 🙏",
    "Благодарю вас.",
    "Хорошо, спасибо!",
    "Ок",
    "Понял",
    "Поняла.",
    "Спасибо, понятно",
    "Понятно, спасибо",
    "Понял, спасибо большое!",
    "Ясно. Спасибо",
    "👍",
    "🙏🙏",
]
NO_THANKS = [
    "",
    "Спасибо, но ничего не изменилось",
    "Спасибо. А когда?",
    "Не понял",
    "Хорошо бы сегодня",
    "Нет",
    "И за это спасибо?",
    "Спасибо?",
]


@pytest.mark.parametrize("text", THANKS)
def test_thanks(text: str) -> None:
    """Who only thanks wants no further answer."""
    assert is_thanks(Content(text=text))


@pytest.mark.parametrize("text", NO_THANKS)
def test_no_thanks(text: str) -> None:
    """Whoever says more than thanks is heard."""
    assert not is_thanks(Content(text=text))


def test_thanks_of_any_length_take_no_time() -> None:
    """A long text of thankful words is judged at once: the pattern does not try all ways to read it."""
    assert not is_thanks(Content(text="хорошо, ок " * 5000 + "?"))


# --- since when somebody waits ---------------------------------------------------------------------------------------

_R, _O, _I, _W = Author.RESIDENT, Author.OFFICIAL, Author.INTERIM, Author.WITHDRAWN
THREADS = [
    ("nobody has answered", [(_R, "Вода?"), (_R, "Алло")], 0),
    ("answered", [(_R, "Вода?"), (_O, "Завтра")], None),
    ("asked further", [(_R, "Вода?"), (_O, "Завтра"), (_R, "Когда?"), (_R, "Алло")], 2),
    ("only thanked", [(_R, "Вода?"), (_O, "Завтра"), (_R, "Спасибо")], None),
    ("thanked, then asked", [(_R, "Вода?"), (_O, "Завтра"), (_R, "Спасибо"), (_R, "А свет?")], 3),
    ("an interim answer is none", [(_R, "Вода?"), (_I, "Ищем")], 0),
    ("a withdrawn answer is none", [(_R, "Вода?"), (_W, "Завтра")], 0),
    ("a first word of thanks is a question", [(_R, "Спасибо")], 0),
]


@pytest.mark.parametrize(("said", "since"), [row[1:] for row in THREADS], ids=[row[0] for row in THREADS])
def test_unanswered_since(said: list[tuple[Author, str]], since: int | None) -> None:
    """A resident waits since his first message that nobody has answered; thanks need no answer."""
    thread = [
        ThreadMessage(
            id=n, question=1, role=role, author="", chat=CHAT, content=Content(text=text), at=NOW + timedelta(minutes=n)
        )
        for n, (role, text) in enumerate(said)
    ]
    assert (None if since is None else thread[since].at) == unanswered_since(thread)
