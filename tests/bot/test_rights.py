"""What residents are told of their data, which words they can say, and what is left of lists."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.conversation import my_data, wishes
from bot.conversation import rights as texts
from bot.conversation.my_data import Document, Fact, Record, Section
from bot.conversation.voice import RUSSIAN, Voice, voice_of, voices
from bot.conversation.wishes import Pressed, Wish
from bot.desk import forgotten
from bot.model.content import Content, Location
from bot.model.message import SendMessage, Span, Style
from tests.bot.test_voice import BUREAUCRACY
from tests.handlers.fakes import photo

URL = "https://otvet.example/privacy"


def all_texts(voice: Voice) -> dict[str, str]:
    """Everything that a resident can read of this."""
    return {
        "notice": texts.with_notice(voice, "Здравствуйте!", URL),
        "consent": texts.ask_consent(voice, URL),
        "consent without an address": texts.ask_consent(voice, ""),
        "consent first": texts.ask_consent_first(voice, URL),
        "another text": texts.other_text(voice, ""),
        "still aside": texts.still_aside(voice),
        "full": texts.full(voice),
        "consented": texts.consented(voice),
        "declined": texts.declined(voice),
        "consented before": texts.consented_before(voice),
        "collecting": texts.collecting(voice),
        "collected lately": texts.collected_lately(voice, "14:20"),
        "my data": texts.my_data(voice),
        "not collected": texts.not_collected(voice),
        "ask": texts.ask_forget(voice, (), ""),
        "ask, one question": texts.ask_forget(voice, (5,), ""),
        "ask, two questions, by law": texts.ask_forget(voice, (5, 7), "23 ноября 2031"),
        "ask, many questions": texts.ask_forget(voice, range(21), ""),
        "left": texts.left(voice),
        "too late": texts.too_late(voice),
        "forgotten": texts.forgotten(voice, (), ""),
        "forgotten, one question": texts.forgotten(voice, (5,), ""),
        "forgotten, two questions, by law": texts.forgotten(voice, (5, 7), "23 ноября 2031"),
        "forgotten, many questions": texts.forgotten(voice, range(21), ""),
        "banned": texts.still_banned(voice, "14:20 5 мая"),
    }


ALL = {f"{voice.language}: {name}": text for voice in voices() for name, text in all_texts(voice).items()}


@pytest.mark.parametrize("text", ALL.values(), ids=ALL.keys())
def test_plain_words(text: str) -> None:
    """Short, warm, plain: no bureaucratic phrase, nothing left to fill in."""
    assert BUREAUCRACY.search(text) is None
    assert len(text) <= 450
    assert re.search(r"[{}]|None|\s\s(?<!\n\n)|\s$|[.]{2}| [.,:!]", text) is None


COUNTED = {
    (5,): ("Вопрос № 5 без ответа: мы закроем его", "Вопрос № 5 закрыт, ответа не будет."),
    (5, 7): ("Вопросы № 5, № 7 без ответа: мы закроем их", "Вопросы № 5, № 7 закрыты, ответа не будет."),
    tuple(range(6)): ("6 вопросов без ответа: мы закроем их", "6 вопросов закрыты, ответа не будет."),
    tuple(range(21)): ("21 вопрос без ответа: мы закроем их", "21 вопрос закрыт, ответа не будет."),
}


@pytest.mark.parametrize(("numbers", "expected"), COUNTED.items(), ids=lambda one: str(len(one)))
def test_questions_are_named(numbers: tuple[int, ...], expected: tuple[str, str]) -> None:
    """A few are named by their numbers, many are counted; the words agree."""
    asked, done = expected
    assert asked in texts.ask_forget(RUSSIAN, numbers, "")
    assert done in texts.forgotten(RUSSIAN, numbers, "")


# --- words ---------------------------------------------------------------------------------------------------------

SAID = {
    "«Да, удалить»": Wish.FORGET_YES,
    "Yes, delete my data": Wish.FORGET_YES,
    "Yes, delete it": None,
    "no, keep my data": None,
    "I agree": None,
    "yes": None,
    "Да, удалить": Wish.FORGET_YES,
    "да": None,
    "согласен": None,
    "нет, оставить": None,
    "": None,
}


@pytest.mark.parametrize(("text", "expected"), SAID.items())
def test_words(text: str, expected: Wish | None) -> None:
    """For a while after he was asked a button's word stands for it; more than the word is something to pass on."""
    asked = {"consent_asked": False, "forget_asked": False}
    assert expected == wishes.said(Content(text=text), **asked, forget_lately=True)
    assert None is wishes.said(Content(text=text), **asked)


ASKED = {
    ("да", True, False): Wish.CONSENT_YES,
    ("«Согласен»", True, False): Wish.CONSENT_YES,
    ("Да, согласна!", True, False): Wish.CONSENT_YES,
    ("I agree", True, False): Wish.CONSENT_YES,
    ("Yes.", True, False): Wish.CONSENT_YES,
    ("I don’t agree", True, False): Wish.CONSENT_NO,
    ("No", True, False): Wish.CONSENT_NO,
    ("No, keep my data", False, True): Wish.FORGET_NO,
    ("yes", False, True): None,
    ("Да.", True, True): Wish.CONSENT_YES,
    ("не согласна", True, False): Wish.CONSENT_NO,
    ("нет", True, False): Wish.CONSENT_NO,
    ("нет, оставить", False, True): Wish.FORGET_NO,
    ("да", False, True): None,
    ("нет", False, True): None,
    ("удалить", False, True): None,
    ("да, но сначала скажите", True, True): None,
}


@pytest.mark.parametrize(("said", "expected"), ASKED.items())
def test_words_of_somebody_who_is_asked(said: tuple[str, bool, bool], expected: Wish | None) -> None:
    """Short words mean something only to whom they were asked, and removing takes its own words."""
    text, consent_asked, forget_asked = said
    assert expected == wishes.said(Content(text=text), consent_asked=consent_asked, forget_asked=forget_asked)


@pytest.mark.parametrize(
    "more", [Content(text="да", media=(photo("p"),)), Content(location=Location(latitude=1, longitude=2))]
)
def test_words_with_something_else(more: Content) -> None:
    """What comes with a file is meant for the officials."""
    assert wishes.said(more, consent_asked=True, forget_asked=True) is None


def test_consent_that_can_mean_nothing_else() -> None:
    """«Согласен» is one; «да» may be the beginning of anything."""
    assert [True, True, False, False, False] == [
        wishes.is_consent(Content(text=text)) for text in ("Согласна!", "I agree", "да", "yes", "Нет тепла")
    ]


def test_buttons() -> None:
    """What stands in a button is read again; others' buttons are not; all of it fits any platform."""
    mark = wishes.mark_of("Версия 2, от мая")
    keyboards = [wishes.consent_keyboard(RUSSIAN, "Версия 2, от мая"), wishes.forget_keyboard(RUSSIAN)]
    data = [button.data for keyboard in keyboards for row in keyboard.rows for button in row]
    assert [
        Pressed(wish=Wish.CONSENT_YES, text=mark),
        Pressed(wish=Wish.CONSENT_NO, text=mark),
        Pressed(wish=Wish.FORGET_YES),
        Pressed(wish=Wish.FORGET_NO),
    ] == [wishes.read(one) for one in data]
    assert all(one.isascii() and len(one) <= 60 for one in data)
    assert [None, None, None] == [wishes.read(one) for one in ("new", "forget-maybe", "consent-yes:xyz")]


def test_buttons_are_words() -> None:
    """What a button says can be typed, in each language, and means the same."""
    for voice in voices():
        for keyboard in (wishes.consent_keyboard(voice, "v1"), wishes.forget_keyboard(voice)):
            for button in keyboard.rows[0]:
                said = wishes.said(Content(text=button.text), consent_asked=True, forget_asked=True)
                pressed = wishes.read(button.data)
                assert pressed is not None
                assert (button.text, pressed.wish) == (button.text, said)


# --- lists ---------------------------------------------------------------------------------------------------------


def _list() -> SendMessage:
    text = "Ждут ответа: 3\n\n№ 1 · 2 часа\nНет тепла\n\n№ 12 · 3 часа\nЯма № 1\n\n№ 2 · час\nТемно\n\nДальше: /open 2"
    spans = [Span(start=0, end=14, style=Style.BOLD)]
    spans += [Span(start=at, end=at + 3, style=Style.BOLD) for at in (text.index("№ 1 ·"), text.index("№ 2 ·"))]
    at = text.index("№ 12")
    return SendMessage(text=text, spans=(*spans, Span(start=at, end=at + 4, style=Style.BOLD)))


def test_list_without_a_question() -> None:
    """His lines go, the others stay, and bold stays where it belongs."""
    shorter = forgotten.without(_list(), {1})
    before, his, *after = _list().text.split("\n\n")
    assert his.startswith("№ 1 ")
    assert [before, "№ 1 · житель удалил свои данные", *after] == shorter.text.split("\n\n")
    assert ["Ждут ответа: 3", "№ 1", "№ 12", "№ 2"] == [shorter.text[one.start : one.end] for one in shorter.spans]
    assert shorter == forgotten.without(shorter, {1})


@pytest.mark.parametrize(("numbers", "expected"), [({1}, True), ({12, 5}, True), ({3}, False), ((), False)])
def test_list_names_a_question(numbers: set[int], expected: bool) -> None:
    """№ 1 is not № 12."""
    assert expected == forgotten.names(_list(), numbers)
    assert not forgotten.names(SendMessage(text="№ 12 · час"), {1})


def test_list_whose_time_is_over() -> None:
    """The numbers stay, in bold, by which a reply says which question it means."""
    message = forgotten.numbers_only(_list().text, _list().spans)
    assert "№ 1\n\n№ 2\n\n№ 12" == message.text
    assert ["№ 1", "№ 2", "№ 12"] == [message.text[one.start : one.end] for one in message.spans]


# --- the file ------------------------------------------------------------------------------------------------------


def test_empty_values_are_left_out() -> None:
    """What is not known is not there, for people and for programs; times are times for both."""
    at = datetime(2026, 5, 9, 12, 30, tzinfo=UTC)
    facts = (
        Fact(key="name", label="Имя", value="<Ира>"),
        Fact(key="none", label="Ничего", value=""),
        Fact(key="at", label="Когда", value=at),
        Fact(key="count", label="Сколько", value=0),
    )
    section = Section(key="about", title="Кто вы", records=(Record(facts=facts),))
    document = Document(service="А&Б", at=at, sections=(section, Section(key="empty", title="Пусто", records=())))
    page = my_data.to_html(RUSSIAN, document, UTC).decode()
    assert (
        "<dl><dt>Имя</dt><dd>&lt;Ира&gt;</dd><dt>Когда</dt><dd>09.05.2026 12:30</dd><dt>Сколько</dt><dd>0</dd></dl>"
        in page
    )
    assert "А&amp;Б" in page
    assert '"about": [\n    {\n      "name": "<Ира>",\n      "at": "2026-05-09T12:30:00+00:00",\n      "count": 0' in (
        my_data.to_json(document).decode()
    )


def test_file_in_english() -> None:
    """The page says in its own language what it is, and writes days so that no month passes for a day."""
    at = datetime(2026, 5, 9, 12, 30, tzinfo=UTC)
    section = Section(key="about", title="Who you are", records=())
    page = my_data.to_html(voice_of("en"), Document(service="А", at=at, sections=(section,)), UTC).decode()
    assert '<html lang="en">' in page
    assert "<h1>Your data in the service “А”</h1><p>Collected 2026-05-09 12:30.</p>" in page
    assert "<p>Nothing.</p>" in page


def test_a_day_years_away() -> None:
    """The year is always said, the month in words, by the clock of the place."""
    at = datetime(2031, 11, 22, 22, 0, tzinfo=UTC)
    zone = timezone(timedelta(hours=5))
    assert ["23 ноября 2031", "23 November 2031"] == [texts.day(voice, at, zone) for voice in voices()]
