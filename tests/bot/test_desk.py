"""The officials' side: what they say, where questions go, how they are shown."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.capabilities import TextUnit
from bot.delivery.split import measure
from bot.desk import cards, forgotten, handing, similar, texts
from bot.desk.cards import Line, Look
from bot.desk.commands import (
    MENU,
    Command,
    Name,
    Note,
    UnknownCommand,
    Words,
    button,
    leading_number,
    numbers_shown,
    question_of_buttons,
    read,
    read_button,
)
from bot.desk.routing import Department, Desk
from bot.model.action import Action, Deed, Official
from bot.model.chat import ChatRef
from bot.model.content import Contact, Content, Link, Location, Media, MediaKind
from bot.model.message import Keyboard, SendMessage, Span, Style
from bot.model.question import Author, Question, Status, ThreadMessage

# --- commands ------------------------------------------------------------------------------------------------------

READINGS: dict[str, Command | UnknownCommand | Note | Words] = {
    "Сегодня к 18:00": Words(text="Сегодня к 18:00"),
    "  пробелы остаются ": Words(text="  пробелы остаются "),
    "": Words(text=""),
    "http://example.org/close": Words(text="http://example.org/close"),
    "// сами не знаем": Note(text="сами не знаем"),
    "//сами": Note(text="сами"),
    "  // сами": Note(text="сами"),
    "//": Note(text=""),
    "//close 5": Note(text="close 5"),
    "/close 123 дубль": Command(name=Name.CLOSE, number=123, rest="дубль"),
    "/close@otvet_bot 123": Command(name=Name.CLOSE, number=123),
    "/close@otvet_bot": Command(name=Name.CLOSE),
    "/CLOSE 123": Command(name=Name.CLOSE, number=123),
    "/close № 123: дубль": Command(name=Name.CLOSE, number=123, rest="дубль"),
    "/close №123": Command(name=Name.CLOSE, number=123),
    "/close дубль": Command(name=Name.CLOSE, rest="дубль"),
    "/close\n123\nдве\nстроки": Command(name=Name.CLOSE, number=123, rest="две\nстроки"),
    "/note 123 позвонить": Command(name=Name.NOTE, number=123, rest="позвонить"),
    "/note позвонить": Command(name=Name.NOTE, rest="позвонить"),
    "/q 5": Command(name=Name.QUESTION, number=5),
    "/open": Command(name=Name.OPEN),
    "/open 5": Command(name=Name.OPEN, rest="5"),
    "/help": Command(name=Name.HELP),
    "  /help ": Command(name=Name.HELP),
    "/close123": UnknownCommand(word="/close123"),
    "/clsoe 123": UnknownCommand(word="/clsoe"),
    "/закрыть 123": UnknownCommand(word="/закрыть"),
    "/": UnknownCommand(word="/"),
    "/ close": UnknownCommand(word="/"),
    "/5 текст": UnknownCommand(word="/5"),
    f"/{'a' * 100} b": UnknownCommand(word=f"/{'a' * 39}"),
}


@pytest.mark.parametrize(("text", "expected"), READINGS.items(), ids=[repr(text[:20]) for text in READINGS])
def test_reading(text: str, expected: object) -> None:
    """What an official writes is a command, a mistyped one, a note, or words; nothing in between."""
    assert expected == read(text)


NUMBERS = {
    "123 текст": (123, "текст"),
    "№ 123 текст": (123, "текст"),
    "№123 текст": (123, "текст"),
    "123: текст": (123, "текст"),
    "123, текст": (123, "текст"),
    "123. текст": (123, "текст"),
    "123\nтекст": (123, "текст"),
    " 123 ": (123, ""),
    "№ 123": (123, ""),
    "123.": (123, ""),
    "текст 123": (None, "текст 123"),
    "123) текст": (123, "текст"),
    "12:30 приедем": (None, "12:30 приедем"),
    "12.11 будет тепло": (None, "12.11 будет тепло"),
    "1,5 часа": (None, "1,5 часа"),
    "123текст": (None, "123текст"),
    "12-го числа": (None, "12-го числа"),
    "-5 градусов": (None, "-5 градусов"),
    "9" * 16: (None, "9" * 16),
    "": (None, ""),
}


@pytest.mark.parametrize(("text", "expected"), NUMBERS.items(), ids=[repr(text) for text in NUMBERS])
def test_leading_number(text: str, expected: tuple[int | None, str]) -> None:
    """A number at the beginning says which question is meant."""
    assert expected == leading_number(text)


def test_buttons() -> None:
    """A button says what its command says, in data that every platform takes."""
    for name in Name:
        data = button("x", name, 10**12).data
        assert Command(name=name, number=10**12) == read_button(data)
        assert len(data.encode()) <= 60
        assert data.isascii()


@pytest.mark.parametrize("data", ["", "close", "close:", "close:x", "close:-1", "give:5", "new", "help", ":5", "q:1:2"])
def test_no_button_of_ours(data: str) -> None:
    """What is no button of ours does nothing."""
    assert read_button(data) is None


BUTTONS = {
    "a card": (("q:7", "close:7"), 7),
    "several cards": (("q:7", "q:8"), None),
    "something else beside it": (("rate:5", "q:7"), 7),
    "nothing": ((), None),
    "a resident's buttons": (("new", "help"), None),
}


@pytest.mark.parametrize(("buttons", "expected"), BUTTONS.values(), ids=BUTTONS.keys())
def test_question_of_buttons(buttons: tuple[str, ...], expected: int | None) -> None:
    """A card is known by its own buttons, when they speak of one question."""
    assert expected == question_of_buttons(buttons)


def test_help_names_every_command() -> None:
    """The help lists each command, and says how to answer and how to write a note."""
    text = texts.help_text()
    assert [] == [name for name, _, _ in MENU if f"/{name} " not in text]
    assert "//" in text
    assert set(Name) == {name for name, _, _ in MENU}


@pytest.mark.parametrize("name", [name for name, about, _ in MENU if about])
def test_command_without_its_number_shows_how(name: Name) -> None:
    """Who forgets the number sees an example that can be typed."""
    assert f"/{name} 123" in texts.expects(name)


# --- routing -------------------------------------------------------------------------------------------------------

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
COORDINATORS = ChatRef(channel="work", chat_id="-500")
ENERGY = ChatRef(channel="work", chat_id="-600")
ROADS = ChatRef(channel="work", chat_id="-700:42")
DESK = Desk(
    coordinators=COORDINATORS,
    answer_within=timedelta(hours=4),
    departments={
        "energy": Department(slug="energy", name="Энергетика", admin_chat=ENERGY, answer_within=timedelta(hours=1)),
        "roads": Department(slug="roads", name="Дороги", admin_chat=ROADS),
        "homeless": Department(slug="homeless", name="Без чата", answer_within=timedelta(days=1)),
    },
    channel_departments={"a": "energy", "b": "roads", "c": "homeless", "d": "nobody"},
)
NEW_ENERGY = ChatRef(channel="work", chat_id="-100600")
MOVED = DESK.moved({ENERGY: NEW_ENERGY})

ROUTES = {
    "no department": (DESK, "home", COORDINATORS, "", timedelta(hours=4)),
    "its department": (DESK, "a", ENERGY, "energy", timedelta(hours=1)),
    "a department in a topic": (DESK, "b", ROADS, "roads", timedelta(hours=4)),
    "a department without a chat": (DESK, "c", COORDINATORS, "homeless", timedelta(days=1)),
    "a department that there is not": (DESK, "d", COORDINATORS, "", timedelta(hours=4)),
    "a chat that moved": (MOVED, "a", NEW_ENERGY, "energy", timedelta(hours=1)),
}


@pytest.mark.parametrize(("desk", "channel", "chat", "department", "within"), ROUTES.values(), ids=ROUTES.keys())
def test_route(desk: Desk, channel: str, chat: ChatRef, department: str, within: timedelta) -> None:
    """A question goes to its channel's department, else to the coordinators, where they are now."""
    found = desk.route(channel, NOW, Content())
    assert (chat, department, NOW + within) == (found.admin_chat, found.department, found.due_at)


def chat(chat_id: str, channel: str = "work") -> ChatRef:
    return ChatRef(channel=channel, chat_id=chat_id)


ADMIN_CHATS = {
    "the coordinators": (DESK, COORDINATORS, COORDINATORS),
    "a topic of the coordinators": (DESK, chat("-500:3"), COORDINATORS),
    "a department": (DESK, ENERGY, ENERGY),
    "a department's own topic": (DESK, ROADS, ROADS),
    "another topic of that group": (DESK, chat("-700:43"), None),
    "the whole of that group": (DESK, chat("-700"), None),
    "the same number on another channel": (DESK, chat("-500", "home"), None),
    "any other group": (DESK, chat("-999"), None),
    "a resident": (DESK, chat("101", "home"), None),
    "where the chat moved": (MOVED, NEW_ENERGY, NEW_ENERGY),
    "a topic where the chat moved": (MOVED, chat("-100600:5"), NEW_ENERGY),
    "where the chat was": (MOVED, ENERGY, None),
}


@pytest.mark.parametrize(("desk", "where", "expected"), ADMIN_CHATS.values(), ids=ADMIN_CHATS.keys())
def test_admin_chat(desk: Desk, where: ChatRef, expected: ChatRef | None) -> None:
    """Only in the chats of the settings may anybody do anything; a topic belongs to its group."""
    assert expected == desk.admin_chat_of(where)


def test_only_coordinators_see_all() -> None:
    """Coordinators see every question, departments their own."""
    assert [True, False] == [DESK.sees_all(one) for one in (COORDINATORS, ENERGY)]
    moved = DESK.moved({COORDINATORS: chat("-100500")})
    assert [True, False] == [moved.sees_all(one) for one in (chat("-100500"), COORDINATORS)]


GONE = chat("-999")
HOMES = {
    "its chat is there": (DESK, ENERGY, "energy", ENERGY),
    "its chat moved": (MOVED, ENERGY, "energy", NEW_ENERGY),
    "its chat is no more": (DESK, GONE, "", COORDINATORS),
    "its department has another chat now": (DESK, GONE, "energy", ENERGY),
    "its department has another chat, which moved": (MOVED, GONE, "energy", NEW_ENERGY),
    "its department has no chat any more": (DESK, GONE, "homeless", COORDINATORS),
    "its department is no more": (DESK, GONE, "nobody", COORDINATORS),
}


@pytest.mark.parametrize(("desk", "was", "department", "expected"), HOMES.values(), ids=HOMES.keys())
def test_home(desk: Desk, was: ChatRef, department: str, expected: ChatRef) -> None:
    """When an admin chat is taken out of the settings, its questions are its department's, or the coordinators'."""
    assert expected == desk.home_of(was, department)


@pytest.mark.parametrize(("bold", "expected"), [(True, {5, 17}), (False, set())], ids=["ours", "a resident's words"])
def test_numbers_shown(bold: bool, expected: set[int]) -> None:
    """A message of ours shows the questions whose numbers are in bold: residents write numbers too."""
    text = "2 новых вопроса\n\n№ 5 · Ирина\nНет тепла\n\n№ 17 · Олег\n(без текста)"
    labels = re.finditer(r"№ \d+", text) if bold else ()
    spans = [Span(start=match.start(), end=match.end(), style=Style.BOLD) for match in labels]
    assert expected == numbers_shown(text, spans)


# --- cards ---------------------------------------------------------------------------------------------------------

LOOK = Look(zone=UTC, titles={"home": "ВКонтакте"}, departments={"energy": "Департамент энергетики"})
QUESTION = Question(
    number=123,
    chat=ChatRef(channel="home", chat_id="101"),
    resident="Ирина",
    status=Status.OPEN,
    admin_chat=COORDINATORS,
    department="",
    source="",
    asked_at=NOW,
    due_at=NOW + timedelta(hours=4),
    waiting_since=NOW,
    answered_at=None,
)
PHOTO = Media(kind=MediaKind.PHOTO, channel="home", ref="p")


def styled(text: str, spans: tuple[Span, ...]) -> list[str]:
    """The stretches of the text that are shown in another style."""
    return [text[span.start : span.end] for span in spans]


def test_card() -> None:
    """A card has number, channel, name, deadline, then the text and the files, and buttons that speak of it."""
    content = Content(
        text="Когда дадут тепло?",
        media=(PHOTO,),
        location=Location(latitude=65.5, longitude=72.5),
        contact=Contact(name="Иван", phone="+70000000000"),
        links=(Link(url="https://example.org"),),
        unsupported=("опрос",),
    )
    draft = cards.card(QUESTION, content, LOOK, NOW)
    assert "№ 123 · ВКонтакте · Ирина\nОтветить до 13:00\n\nКогда дадут тепло?" == draft.text
    assert ["№ 123"] == styled(draft.text, draft.spans)
    assert (content.media, content.location, content.contact, content.links, content.unsupported) == (
        draft.media,
        draft.location,
        draft.contact,
        draft.links,
        draft.unsupported,
    )
    assert draft.keyboard is not None
    data = tuple(one.data for row in draft.keyboard.rows for one in row)
    assert 123 == question_of_buttons(data)


def test_card_of_a_nameless_resident_with_department_and_source() -> None:
    """What is known is shown, in order; what is not has a word in its place."""
    question = replace(QUESTION, resident="", department="energy", source="qr5", chat=chat("1", "new"))
    draft = cards.card(question, Content(media=(PHOTO,)), LOOK, NOW)
    assert "№ 123 · new · Житель\nДепартамент энергетики\nПришёл по ссылке: qr5\nОтветить до 13:00" == draft.text


def test_follow_up() -> None:
    """What a resident adds says to which question it belongs."""
    draft = cards.follow_up(QUESTION, Content(text="И воды нет", media=(PHOTO,)))
    assert "№ 123 · дополнение от жителя\n\nИ воды нет" == draft.text
    assert ["№ 123"] == styled(draft.text, draft.spans)
    assert (PHOTO,) == draft.media


def test_edited() -> None:
    """A corrected message shows both texts."""
    draft = cards.edited(QUESTION, Content(text="Нет тпла"), Content(text="Нет тепла"))
    assert "№ 123 · житель исправил сообщение\n\nБыло: Нет тпла\n\nСтало: Нет тепла" == draft.text
    assert ["№ 123"] == styled(draft.text, draft.spans)


def line(number: int, text: str = "Нет тепла", resident: str = "Ирина") -> Line:
    return Line(number=number, resident=resident, text=text, at=NOW)


def test_together() -> None:
    """Several cards in one message: each with its number, and how to answer one of them."""
    message, taken = cards.together(
        [line(1), line(2, "", ""), line(3, "Две\n\nстроки")], limit=4096, unit=TextUnit.UTF16
    )
    assert 3 == taken
    assert message.text.startswith(
        "3 новых вопроса\n\n№ 1 · Ирина\nНет тепла\n\n№ 2 · Житель\n(без текста)\n\n№ 3 · Ирина\nДве строки\n\n"
    )
    assert "123 текст" in message.text
    assert ["№ 1", "№ 2", "№ 3"] == styled(message.text, message.spans)
    assert message.keyboard is None


def test_together_takes_no_more_than_officials_can_read() -> None:
    """A hundred cards are not one message; the rest follows, and the message says so."""
    message, taken = cards.together([line(n) for n in range(100)], limit=100_000, unit=TextUnit.CODE_POINT)
    assert cards.TOGETHER == taken
    assert message.text.startswith("35 новых вопросов (ещё 65 — следом)")


NASTY = st.text(
    alphabet=st.one_of(st.characters(), st.sampled_from("😀👨‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿\u0301\u200d\n\u00a0ёЁ № ")), max_size=300
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(NASTY, NASTY), min_size=1, max_size=40),
    st.sampled_from([1000, 4096]),
    st.sampled_from(list(TextUnit)),
)
def test_together_fits_whatever_residents_write(texts_of: list[tuple[str, str]], limit: int, unit: TextUnit) -> None:
    """The message fits the platform, shows at least one card, and its bold stretches are the numbers."""
    lines = [line(10**9 + n, text, name) for n, (text, name) in enumerate(texts_of)]
    message, taken = cards.together(lines, limit=limit, unit=unit)
    assert measure(message.text, unit) <= limit
    assert 1 <= taken <= len(lines)
    assert [f"№ {one.number}" for one in lines[:taken]] == styled(message.text, message.spans)


def test_waiting_list() -> None:
    """What is unanswered: how many, how long each waits, which are late, who has them, and the way to the rest."""
    late = replace(QUESTION, number=5, waiting_since=NOW - timedelta(days=3), due_at=NOW - timedelta(days=2))
    fresh = replace(QUESTION, waiting_since=NOW + timedelta(seconds=1), taken_by="work:7", taken_name="Ольга")
    draft = cards.waiting_list(Name.OPEN, [(late, "Нет\nтепла"), (fresh, "")], 22, NOW, page=1, counted=1000)
    assert (
        "Ждут ответа: 22 · страница 2 из 3\n\n№ 5 · 3 дня · просрочен\nНет тепла\n\n№ 123 · 0 минут · Ольга\n"
        "(без текста)\n\nДальше: /open 3"
    ) == draft.text
    assert ["Ждут ответа: 22 · страница 2 из 3", "№ 5", "№ 123"] == styled(draft.text, draft.spans)
    assert draft.keyboard is not None
    assert ["page:0:open", "page:2:open"] == [one.data for one in draft.keyboard.rows[0]]


def test_waiting_list_of_one_and_of_none() -> None:
    """Words agree with numbers; nothing to do is said in words; of very many no one counts all."""
    one = cards.waiting_list(Name.OPEN, [(QUESTION, "x")], 1, NOW, counted=1000)
    assert ("Ждёт ответа: 1", None) == (one.text.partition("\n")[0], one.keyboard)
    assert "Вопросов без ответа нет." == cards.waiting_list(Name.OPEN, [], 0, NOW, counted=1000).text
    many = cards.waiting_list(Name.OVERDUE, [(QUESTION, "x")], 1000, NOW, counted=1000)
    assert "Просрочены: 1000+ · страница 1 из 100+" == many.text.partition("\n")[0]


def test_log() -> None:
    """Who did what, when, and from which chat."""
    by = Official(id="work:7", name="Ольга", chat=ChatRef(channel="work", chat_id="-500"))
    actions = [Action(at=NOW, by=by, deed=Deed.HANDED_OVER, detail="Энергетика: ваше")]
    assert (
        "№ 123 · история\n\n09:00 · вопрос задан (ВКонтакте)\n09:00 · Ольга передал(а): Энергетика: ваше · work:-500"
    ) == cards.log(QUESTION, actions, LOOK, NOW).text


#: Letters that VK shows above the keyboard when a button is pressed; the rest is cut off.
SNACKBAR = 90
LATE, LONG_NAME = 123456, "Ольга Константинопольская"
REFUSALS = {
    "a colleague has it, to who would take it": handing.taken_by(LATE, LONG_NAME),
    "a colleague has it, to who would write": texts.first_take(LATE, texts.colleague_has_it(LATE, LONG_NAME)),
    "a colleague has answered": texts.first_take(LATE, texts.colleague_answered(LATE, LONG_NAME)),
    "further than a button may go": texts.too_far(LATE),
    "another deadline": texts.due_differs(LATE, "18:00 24 ноября 2026"),
    "decided already": texts.decided_already(LATE),
    "a command in the place of an answer": texts.command_is_no_answer(LATE),
    "the resident is gone": forgotten.nobody(LATE),
    "nothing to look for": similar.no_words(LATE),
    "only files": similar.only_files(LATE),
}


@pytest.mark.parametrize("said", REFUSALS.values(), ids=REFUSALS.keys())
def test_refusal_of_a_press_is_shown_whole(said: str) -> None:
    """What only a press shows has room there, with the command at its end that says what to do."""
    assert len(said) <= SNACKBAR


DEPARTMENTS = [
    Department(slug=slug, name=name)
    for slug, name in (
        ("energy", "Департамент энергетики"),
        ("school5", "Школа № 5"),
        ("school6", "Школа № 6"),
        ("roads", "Департамент дорог"),
    )
]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("energy", handing.Named(slug="energy")),
        ("ENERGY не наше", handing.Named(slug="energy", reason="не наше")),
        ("энергетики", handing.Named(slug="energy")),
        ("школа № 6", handing.Named(slug="school6")),
        ("дорог яма во дворе", handing.Named(slug="roads", reason="яма во дворе")),
        ("координаторам не знаю чьё", handing.Named(slug="", reason="не знаю чьё")),
        ("школа", handing.Unclear(found=DEPARTMENTS[1:3], searched="школа")),
        ("", handing.Unclear(found=DEPARTMENTS)),
        ("вода", handing.Unclear(found=DEPARTMENTS, searched="вода")),
    ],
)
def test_whom_an_official_means(wanted: str, expected: handing.Named | handing.Unclear) -> None:
    """A department is named by its short name or a part of its name; where that is not clear, he is asked."""
    assert expected == handing.read(wanted, DEPARTMENTS)


def test_choice_of_departments() -> None:
    """Each department has a button; many come in pages, and all data fit every platform."""
    many = [Department(slug=f"d{n}" + "x" * 37, name=f"Отдел {n}") for n in range(20)]
    seen = []
    for page in range(3):
        keyboard = handing.ask_department(10**14, many, page=page).keyboard
        assert keyboard is not None
        buttons = [one for row in keyboard.rows for one in row]
        assert max(len(one.data) for one in buttons) <= 60
        assert len(buttons) <= 10
        seen += [one.text for one in buttons if one.data.startswith("to:") and one.text != "Координаторам"]
    assert [one.name for one in many] == seen


def said(role: Author, text: str = "", author: str = "", **more: object) -> ThreadMessage:
    content = replace(Content(text=text), **more)  # type: ignore[arg-type]
    return ThreadMessage(id=1, question=123, role=role, author=author, content=content, at=NOW, chat=ENERGY)


def test_long_correction() -> None:
    """A correction of a book shows the beginning of both, not two books."""
    text = cards.edited(QUESTION, Content(text="я" * 50_000), Content(text="ю" * 50_000)).text
    assert 2 == text.count("[показаны первые 10000 знаков из 50000]")
    assert len(text) < 21_000


def test_correction_of_more_than_words() -> None:
    """What a correction adds beside words comes with it."""
    old = Content(text="Яма", links=(Link(url="https://example.org/1"),))
    new = Content(text="Яма", links=(*old.links, Link(url="https://example.org/2")), unsupported=("опрос",))
    draft = cards.edited(QUESTION, old, new)
    assert ((Link(url="https://example.org/2"),), ("опрос",)) == (draft.links, draft.unsupported)


def test_thread() -> None:
    """The whole of a question: who said what and when, what it said before, and all files behind it."""
    document = Media(kind=MediaKind.DOCUMENT, channel="work", ref="d")
    corrected = replace(said(Author.RESIDENT, "Нет тепла", media=(PHOTO, PHOTO)), history=(Content(text="Нет тпла"),))
    draft = cards.thread(
        QUESTION,
        [
            corrected,
            said(Author.NOTE, "Звонил в котельную", "Ольга"),
            said(Author.OFFICIAL, "Сегодня", "Ольга", media=(document,)),
            said(Author.RESIDENT, location=Location(latitude=65.5, longitude=72.5)),
            said(Author.RESIDENT, contact=Contact(name="Иван", phone="+70000000000")),
            said(Author.RESIDENT, links=(Link(url="https://example.org/v", title="Видео"),)),
        ],
        LOOK,
        NOW,
    )
    assert (
        "№ 123 · ВКонтакте · Ирина\nЗадан 09:00, ждёт ответа, ответить до 13:00\n\n"
        "Житель · 09:00\nНет тепла\n(раньше: Нет тпла)\n📎 2 файла\n\n"
        "Заметка: Ольга · 09:00\nЗвонил в котельную\n\n"
        "Ответ: Ольга · 09:00\nСегодня\n📎 1 файл\n\n"
        "Житель · 09:00\n📍 65.50000, 72.50000\n\n"
        "Житель · 09:00\n👤 Иван, +70000000000\n\n"
        "Житель · 09:00\nВидео: https://example.org/v"
    ) == draft.text
    assert (PHOTO, PHOTO, document) == draft.media
    labels = ["№ 123", "Житель", "Заметка: Ольга", "Ответ: Ольга", "Житель", "Житель", "Житель"]
    assert labels == styled(draft.text, draft.spans)
    assert isinstance(draft.keyboard, Keyboard)


def test_thread_of_a_closed_question() -> None:
    """A closed question says why it is closed, and has no deadline."""
    question = replace(QUESTION, status=Status.CLOSED, close_reason="дубль")
    assert "Задан 09:00, закрыт (дубль)" == cards.thread(question, [], LOOK, NOW).text.splitlines()[1]


def test_together_is_a_plain_message() -> None:
    """What holds several cards has no files and answers nothing."""
    message, _ = cards.together([line(1)], limit=4096, unit=TextUnit.UTF16)
    assert SendMessage(text=message.text, spans=message.spans) == message
