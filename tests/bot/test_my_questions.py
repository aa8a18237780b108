"""What residents read of their own questions."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.conversation import my_questions
from bot.conversation.decisions import Page
from bot.conversation.my_questions import PAGE, SEEN, deeds, list_page, may_reopen, one_page, state
from bot.conversation.voice import RUSSIAN, voice_of
from bot.model.chat import ChatRef
from bot.model.content import Contact, Content, Link, Location, Media, MediaKind
from bot.model.question import Author, CloseKind, Question, Status, ThreadMessage

NOW = datetime(2026, 11, 18, 10, tzinfo=UTC)
CHAT, DESK = ChatRef(channel="home", chat_id="101"), ChatRef(channel="work", chat_id="-500")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ENGLISH = voice_of("en")

OPEN = Question(
    number=123,
    chat=CHAT,
    resident="Ирина",
    status=Status.OPEN,
    admin_chat=DESK,
    department="energy",
    source="",
    asked_at=NOW - HOUR,
    due_at=NOW + 4 * HOUR,
    waiting_since=NOW - HOUR,
    answered_at=None,
)
ANSWERED = replace(OPEN, status=Status.ANSWERED, answered_at=NOW - HOUR, waiting_since=None)


def closed(kind: CloseKind | None, reason: str = "", ago: timedelta = HOUR) -> Question:
    return replace(OPEN, status=Status.CLOSED, close_kind=kind, close_reason=reason, closed_at=NOW - ago)


STATES = {
    "waits": (OPEN, "ответим до 14:00"),
    "is late": (replace(OPEN, due_at=NOW - HOUR), "ответ задерживается"),
    "is late, as he was told": (replace(OPEN, due_at=NOW - HOUR, promised_at=NOW + HOUR), "ответим до 11:00"),
    "he was asked": (replace(OPEN, status=Status.CLARIFYING), "ждём вашего уточнения"),
    "answered": (ANSWERED, "есть ответ"),
    "settled": (closed(CloseKind.SETTLED, "72 часа после ответа без новых вопросов"), "есть ответ"),
    "helped": (closed(CloseKind.HELPED, "житель нашёл готовый ответ"), "закрыт: помог готовый ответ"),
    "withdrawn": (closed(CloseKind.WITHDRAWN, "житель отозвал вопрос"), "закрыт: вы его отозвали"),
    "unclarified": (closed(CloseKind.UNCLARIFIED, "житель не уточнил"), "закрыт: не дождались уточнения"),
    "closed with a reason": (closed(CloseKind.BY_OFFICIAL, "Дубль № 7."), "закрыт: Дубль № 7"),
    "closed without one": (closed(CloseKind.BY_OFFICIAL), "закрыт"),
    "spam": (closed(CloseKind.SPAM), "закрыт"),
    "closed before kinds were kept": (closed(None), "закрыт"),
}


@pytest.mark.parametrize(("question", "expected"), STATES.values(), ids=STATES)
def test_state(question: Question, expected: str) -> None:
    """How a question stands is said in plain words; nobody reads of spam, or of what officials call it."""
    assert expected == state(RUSSIAN, question, NOW, UTC)


@pytest.mark.parametrize("question", [one for one, _ in STATES.values()], ids=STATES)
def test_state_in_english(question: Question) -> None:
    """The same in English; an official's own words stay."""
    said = state(ENGLISH, question, NOW, UTC).replace("Дубль", "")
    assert None is re.search("[а-яё]", said, re.IGNORECASE)


def test_usual_reason_in_english() -> None:
    """A reason from the officials' buttons is said in his language."""
    assert "closed: it is solved" == state(ENGLISH, closed(CloseKind.BY_OFFICIAL, "вопрос решён"), NOW, UTC)


REOPENS = {
    "answered": (ANSWERED, True),
    "settled": (replace(closed(CloseKind.SETTLED), answered_at=NOW - 3 * DAY), True),
    "settled long after its answer": (replace(closed(CloseKind.SETTLED), answered_at=NOW - 31 * DAY), False),
    "withdrawn": (closed(CloseKind.WITHDRAWN), True),
    "helped": (closed(CloseKind.HELPED), True),
    "closed by an official": (closed(CloseKind.BY_OFFICIAL, "дубль"), True),
    "unclarified": (closed(CloseKind.UNCLARIFIED), True),
    "spam": (closed(CloseKind.SPAM), False),
    "spam after an answer": (replace(closed(CloseKind.SPAM), answered_at=NOW - HOUR), False),
    "open": (OPEN, False),
    "he was asked": (replace(OPEN, status=Status.CLARIFYING), False),
    "thirty days ago": (closed(CloseKind.WITHDRAWN, ago=30 * DAY), True),
    "a second more": (closed(CloseKind.WITHDRAWN, ago=30 * DAY + timedelta(seconds=1)), False),
    "a year ago": (replace(ANSWERED, answered_at=NOW - 365 * DAY), False),
}


@pytest.mark.parametrize(("question", "expected"), REOPENS.values(), ids=REOPENS)
def test_may_reopen(question: Question, expected: bool) -> None:
    """What ended lately can be opened again, spam cannot; what can be done is what its buttons show."""
    assert expected == may_reopen(question, NOW)
    shown = (Page.REOPEN,) if expected else ()
    assert ((Page.ADD, Page.TAKE_BACK) if my_questions.is_open(question) else shown) == deeds(question, NOW)


# --- the list ------------------------------------------------------------------------------------------------------


def test_list() -> None:
    """Number, state and a line of its words; the buttons of all platforms have room for it."""
    own = [replace(OPEN, number=number) for number in range(20, 14, -1)]
    text, rows = list_page(RUSSIAN, own, {20: "Когда  дадут\nтепло? " * 20}, 20, 2, NOW, UTC)
    head, first, second, *_, how = text.split("\n\n")
    assert "Ваши вопросы: 20 · страница 2 из 4" == head
    assert first.startswith("№ 20 · ответим до 14:00\nКогда дадут тепло? Когда")
    assert len(first.splitlines()[1]) <= 80
    assert "№ 19 · ответим до 14:00\n(без текста)" == second
    assert "Нажмите на номер или напишите, например, «вопрос 20». Дальше: «мои вопросы 3»." == how
    buttons = [(one.text, one.data) for row in rows for one in row]
    assert ([(f"№ {n}", f"my:{n}") for n in range(20, 14, -1)], ["my:p:1", "my:p:3"]) == (
        buttons[:PAGE],
        [data for _, data in buttons[PAGE:]],
    )
    # With «Новый вопрос» and «Помощь».
    assert len(buttons) + 2 <= 10


def test_list_of_one() -> None:
    """One page needs no arrows."""
    text, rows = list_page(ENGLISH, [OPEN], {123: "Вода?"}, 1, 1, NOW, UTC)
    assert text.startswith("Your questions: 1\n\n№ 123 · we will answer by 14:00\nВода?")
    assert [["my:123"]] == [[one.data for one in row] for row in rows]


# --- one -----------------------------------------------------------------------------------------------------------


def said(role: Author, text: str = "", **more: object) -> ThreadMessage:
    return ThreadMessage(
        id=1,
        question=123,
        role=role,
        author="Ольга Сотрудница",
        content=replace(Content(text=text), **more),  # type: ignore[arg-type]
        at=NOW,
        chat=CHAT,
    )


def page(thread: list[ThreadMessage], *, total: int | None = None, question: Question = OPEN) -> str:
    count = len(thread) if total is None else total
    return one_page(RUSSIAN, question, thread, count, NOW, UTC, can=deeds(question, NOW))[0]


def test_one() -> None:
    """The thread as he knows it; no official is named."""
    text = page([said(role, f"слова {role}") for role in SEEN])
    assert text.startswith("Вопрос № 123: ответим до 14:00\nЗадан: 09:00\n\nВы · 10:00\nслова resident")
    assert "Ольга" not in text
    assert "Промежуточный ответ · 10:00\nслова interim" in text
    assert text.endswith("«дополнить 123».\nЕсли ответ больше не нужен, нажмите или напишите «отозвать 123».")


def test_what_he_never_saw_is_not_seen() -> None:
    """Notes, held back, unclear and withdrawn words of officials are no part of it, nor what reached nobody."""
    hidden = {Author.NOTE, Author.WITHHELD, Author.UNCLEAR, Author.WITHDRAWN, Author.BANNED, Author.COMMAND}
    assert hidden == set(Author) - set(SEEN)


def test_beside_the_words() -> None:
    """Files are counted, places and contacts named, links shown."""
    photo = Media(kind=MediaKind.PHOTO, channel="home", ref="secret-ref")
    text = page(
        [
            said(Author.RESIDENT, media=(photo, photo)),
            said(Author.RESIDENT, location=Location(latitude=65.5, longitude=72.5)),
            said(Author.RESIDENT, contact=Contact(name="Иван", phone="1")),
            said(Author.OFFICIAL, "Здесь", links=(Link(url="https://example.org/a"),), unsupported=("опрос",)),
        ]
    )
    for line in (
        "📎 2 файла",
        "📍 место на карте",
        "👤 Контакт: Иван",
        "https://example.org/a",
        "[опрос: здесь не показать]",
    ):
        assert f"\n{line}\n" in text
    assert "secret-ref" not in text


@pytest.mark.parametrize("length", [1, 100, 4000, 100_000])
def test_long_threads(length: int) -> None:
    """However much was written, the page is one message: the newest of it, and how many there are more."""
    thread = [said(Author.RESIDENT, "я" * length) for _ in range(30)]
    text = page(thread, total=5000)
    assert len(text) <= 3900
    assert text.count("\nВы · ") >= 1
    shown = text.count("\nВы · ")
    assert re.search(rf"раньше ещё {5000 - shown} сообщени", text)
