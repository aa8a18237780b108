"""What officials write and press beside answers: commands do what they say, and talk goes nowhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.model.message import AnswerPress
from bot.model.question import Author, Status
from tests.handlers.fakes import DESK, ENERGY, HOME, IRINA, OLEG, WORK, Office, open_office, photo
from tests.handlers.replies import answered, answers, asked


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    async with open_office(database_address) as office:
        yield office


# --- what goes nowhere ---------------------------------------------------------------------------------------------


async def test_talk_goes_nowhere(office: Office) -> None:
    """What is no reply and no command stays among officials; so does a reply among themselves."""
    await asked(office)
    before = await office.entries()
    talk = await office.writes(DESK, "Кто возьмёт?")
    await office.writes(DESK, "// и не говори")
    await office.writes(DESK, "Я", reply_to=talk, by_bot=False)
    await office.writes(DESK, "1 я возьму")
    await office.writes(DESK, media=(photo("x", channel=WORK),))
    assert before == await office.entries()


async def test_note(office: Office) -> None:
    """A reply with // is kept for colleagues; the resident never sees it, and the question stays open."""
    card = await asked(office)
    await office.writes(DESK, "// звонил в котельную", reply_to=card)
    await office.deliver()
    assert [] == answers(office)
    note = (await office.thread(1))[-1]
    assert (Author.NOTE, "звонил в котельную", "Ольга") == (note.role, note.content.text, note.author)
    assert "Заметка к № 1 сохранена" in office.work.texts(DESK)[-1]
    assert Status.OPEN == (await office.question(1)).status


@pytest.mark.parametrize("text", ["/clsoe", "/закрыть дубль", "/ close", "/"])
async def test_unknown_command_goes_nowhere(office: Office, text: str) -> None:
    """A reply that begins with a mistyped command is no answer, and the official is told."""
    card = await asked(office)
    await office.writes(DESK, text, reply_to=card)
    await office.deliver()
    assert [] == answers(office)
    assert "Команды" in office.work.texts(DESK)[-1]
    assert Status.OPEN == (await office.question(1)).status


async def test_others_questions(office: Office) -> None:
    """A department sees and answers its own questions only; the coordinators all."""
    card = await asked(office)
    for text in ("/q 1", "/close 1", "/note 1 x"):
        await office.writes(ENERGY, text)
    await office.writes(ENERGY, "/open")
    await office.presses(ENERGY, "close:1")
    await office.writes(ENERGY, "Сегодня", reply_to=card, by_bot=False)
    await office.deliver()
    refused = "Вопрос № 1 ведёт другой отдел."
    assert 3 * [refused] == [text for text in office.work.texts(ENERGY) if "другой отдел" in text]
    assert AnswerPress(press_id="p1", user_id="7", text=refused) in office.work.effects(ENERGY)
    assert "Вопросов без ответа нет." in office.work.texts(ENERGY)
    assert [] == [text for text in office.work.texts(ENERGY) if "тепло" in text]
    assert (Status.OPEN, 1) == ((await office.question(1)).status, len(await office.thread(1)))


async def test_coordinators_see_a_departments_question(database_address: str) -> None:
    """Coordinators may look at, answer and close what a department has."""
    async with open_office(database_address, channel_departments={HOME: "energy"}) as office:
        await office.writes(IRINA, "Нет тепла")
        await office.deliver()
        await office.writes(DESK, "/q 1")
        await office.deliver()
        await office.writes(DESK, "Сегодня", reply_to=office.work.id_of(DESK, "№ 1 "))
        await office.writes(ENERGY, "/close 1")
        await office.deliver()
        assert ["Сегодня"] == answers(office)
        assert Status.CLOSED == (await office.question(1)).status


# --- commands and buttons ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["number", "reply"])
async def test_close(office: Office, way: str) -> None:
    """A question is closed by number or by a reply to the card; the resident hears of it."""
    card = await asked(office)
    if way == "number":
        await office.writes(DESK, "/close 1 дубль")
    else:
        await office.writes(DESK, "/close дубль", reply_to=card)
    await office.deliver()
    assert office.home.texts(IRINA)[-1].startswith("Вопрос № 1 закрыт: дубль. ")
    assert "Вопрос № 1 закрыт: дубль." == office.work.texts(DESK)[-1]
    question = await office.question(1)
    assert (Status.CLOSED, None) == (question.status, question.waiting_since)


async def test_close_twice(office: Office) -> None:
    """The second time nothing happens, and the resident is not told again."""
    await asked(office)
    for _ in range(2):
        await office.writes(DESK, "/close 1")
    await office.deliver()
    assert "Вопрос № 1 уже закрыт." in office.work.texts(DESK)
    assert 2 == len(office.home.texts(IRINA))


async def test_close_of_an_answered_question_is_silent(office: Office) -> None:
    """The resident has his answer: that the matter is closed without a word of reason is no news."""
    await answered(office)
    await office.writes(DESK, "/close 1")
    await office.deliver()
    assert "Сегодня к 18:00." == office.home.texts(IRINA)[-1]


async def test_open(office: Office) -> None:
    """What waits, longest first; nothing else."""
    await asked(office, "Тепло?")
    await asked(office, "Автобус?", OLEG)
    await answered_by_number(office, 1)
    await office.writes(DESK, "/open")
    await office.deliver()
    assert office.work.texts(DESK)[-1].startswith("Ждёт ответа: 1\n\n№ 2 · ")


async def answered_by_number(office: Office, number: int) -> None:
    await office.writes(DESK, "Да", reply_to=office.work.id_of(DESK, f"№ {number} · "))
    await office.deliver()


COMMANDS = {
    "/close": "Укажите номер вопроса, например /close 123 причина",
    "/q": "Укажите номер вопроса",
    "/note текст": "Укажите номер вопроса",
    "/q 99": "Вопроса № 99 нет.",
    "/close 99": "Вопроса № 99 нет.",
    "/note 1": "Напишите текст заметки",
    "/note 1 позвонить": "Заметка к № 1 сохранена",
    "/q@otvet_bot 1": "№ 1 · Мессенджер · Ирина\nЗадан",
    "/help": "Чтобы ответить жителю",
    "/nothing": "Команды /nothing нет",
}


@pytest.mark.parametrize(("text", "said"), COMMANDS.items(), ids=COMMANDS.keys())
async def test_command(office: Office, text: str, said: str) -> None:
    """Each command says what it did, or what it needs, as a reply to who gave it."""
    await asked(office)
    command = await office.writes(DESK, text)
    await office.deliver()
    message, _ = office.work.messages(DESK)[-1]
    assert message.text.startswith(said)
    assert command == message.reply_to
    assert [] == answers(office)


async def test_note_as_a_command_in_a_reply(office: Office) -> None:
    """`/note 5` as a reply to a card is the note «5» on its question."""
    card = await asked(office)
    await office.writes(DESK, "/note 5", reply_to=card)
    assert (Author.NOTE, "5") == ((await office.thread(1))[-1].role, (await office.thread(1))[-1].content.text)


async def test_button_of_another_time(office: Office) -> None:
    """A button that does nothing any more says so to the one who pressed it."""
    await office.presses(DESK, "give:1")
    await office.deliver()
    assert [AnswerPress(press_id="p1", user_id="7", text="Эта кнопка больше не действует.")] == office.work.effects(
        DESK
    )


async def test_reopened_question_is_not_overdue_at_once(office: Office) -> None:
    """A question that is opened again two days later has a new deadline."""
    await answered(office)
    office.clock.move(timedelta(days=2))
    await office.writes(IRINA, "А сегодня опять холодно!")
    question = await office.question(1)
    assert question.due_at > office.clock()
