"""What residents are told of their data, which words they can say, and what is left of lists."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from bot.conversation import my_data, wishes
from bot.conversation import rights as texts
from bot.conversation.my_data import Document, Fact, Record, Section
from bot.conversation.wishes import Pressed, Wish
from bot.desk import forgotten
from bot.model.content import Content, Location
from bot.model.message import SendMessage, Span, Style
from tests.bot.test_voice import BUREAUCRACY
from tests.handlers.fakes import photo

URL = "https://otvet.example/privacy"


def all_texts() -> dict[str, str]:
    """Everything that a resident can read of this."""
    return {
        "notice": texts.with_notice("Здравствуйте!", URL),
        "consent": texts.ask_consent(URL),
        "consent without an address": texts.ask_consent(""),
        "consent first": texts.ask_consent_first(URL),
        "another text": f"{texts.other_text()} {texts.ask_consent_first('')}",
        "still aside": texts.still_aside(),
        "full": texts.full(),
        "consented": texts.consented(),
        "declined": texts.declined(),
        "consented before": texts.consented_before(),
        "collecting": texts.collecting(),
        "collected lately": texts.collected_lately("14:20"),
        "my data": texts.my_data(),
        "not collected": texts.not_collected(),
        "ask": texts.ask_forget((), ""),
        "ask, one question": texts.ask_forget((5,), ""),
        "ask, two questions, by law": texts.ask_forget((5, 7), "23 ноября 2031"),
        "ask, many questions": texts.ask_forget(range(21), ""),
        "left": texts.left(),
        "too late": texts.too_late(),
        "forgotten": texts.forgotten((), ""),
        "forgotten, one question": texts.forgotten((5,), ""),
        "forgotten, two questions, by law": texts.forgotten((5, 7), "23 ноября 2031"),
        "forgotten, many questions": texts.forgotten(range(21), ""),
        "banned": texts.still_banned("14:20 5 мая"),
    }


@pytest.mark.parametrize("text", all_texts().values(), ids=all_texts().keys())
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
    assert asked in texts.ask_forget(numbers, "")
    assert done in texts.forgotten(numbers, "")


# --- words ---------------------------------------------------------------------------------------------------------

SAID = {
    "/mydata": Wish.MY_DATA,
    "Мои данные": Wish.MY_DATA,
    "мои  данные!": Wish.MY_DATA,
    "/forget": Wish.FORGET,
    "Забыть меня.": Wish.FORGET,
    "удалите мои данные": Wish.FORGET,
    "Да, удалить": Wish.FORGET_YES,
    "мои данные украли": None,
    "забыть меня?": None,
    "да": None,
    "согласен": None,
    "нет, оставить": None,
    "": None,
}


@pytest.mark.parametrize(("text", "expected"), SAID.items())
def test_words(text: str, expected: Wish | None) -> None:
    """A button's word stands for it wherever it is written; more than the word is something to pass on."""
    assert expected == wishes.said(Content(text=text), consent_asked=False, forget_asked=False)


ASKED = {
    ("да", True, False): Wish.CONSENT_YES,
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
    assert [True, False, False] == [wishes.is_consent(Content(text=text)) for text in ("Согласна!", "да", "Нет тепла")]


def test_buttons() -> None:
    """What stands in a button is read again; others' buttons are not; all of it fits any platform."""
    mark = wishes.mark_of("Версия 2, от мая")
    keyboards = [wishes.consent_keyboard("Версия 2, от мая"), wishes.forget_keyboard()]
    data = [button.data for keyboard in keyboards for row in keyboard.rows for button in row]
    assert [
        Pressed(wish=Wish.CONSENT_YES, text=mark),
        Pressed(wish=Wish.CONSENT_NO, text=mark),
        Pressed(wish=Wish.FORGET_YES),
        Pressed(wish=Wish.FORGET_NO),
    ] == [wishes.read(one) for one in data]
    assert all(one.isascii() and len(one) <= 60 for one in data)
    assert [None, None, None] == [wishes.read(one) for one in ("new", "forget-maybe", "consent-yes:xyz")]


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
    page = my_data.to_html(document, UTC).decode()
    assert (
        "<dl><dt>Имя</dt><dd>&lt;Ира&gt;</dd><dt>Когда</dt><dd>09.05.2026 12:30</dd><dt>Сколько</dt><dd>0</dd></dl>"
        in page
    )
    assert "А&amp;Б" in page
    assert '"about": [\n    {\n      "name": "<Ира>",\n      "at": "2026-05-09T12:30:00+00:00",\n      "count": 0' in (
        my_data.to_json(document).decode()
    )
