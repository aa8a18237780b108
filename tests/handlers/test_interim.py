"""«Промежуточный ответ» and taking an answer back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import Rejected
from bot.model.message import DeleteMessage, EditMessage
from bot.model.question import Author, Status
from tests.handlers.fakes import ABLE, DESK, IRINA, WORK, Office, open_office, photo

HOUR = timedelta(hours=1)


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    async with open_office(database_address) as opened:
        await asked(opened)
        yield opened


async def asked(office: Office) -> None:
    await office.writes(IRINA, "Когда дадут тепло?")
    await office.deliver()


def told(office: Office) -> list[str]:
    """What the resident got after the confirmation."""
    return office.home.texts(IRINA)[1:]


async def answer(office: Office, text: str = "Завтра") -> str:
    """An answer that has arrived; the id of the official's message."""
    written = await office.writes(DESK, text, reply_to=office.work.id_of(DESK, "№ 1"))
    await office.deliver()
    return written


# --- for now -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["number", "reply", "button"])
async def test_interim_answer(office: Office, way: str) -> None:
    """The resident hears something and until when more comes; the question stays open, with a new deadline."""
    office.clock.move(3 * HOUR)
    match way:
        case "number":
            await office.writes(DESK, "/interim 1 Ищем причину")
        case "reply":
            await office.writes(DESK, "/interim Ищем причину", reply_to=office.work.id_of(DESK, "№ 1"))
        case _:
            await office.presses(DESK, "interim:1")
            await office.deliver()
            await office.writes(DESK, "Ищем причину", reply_to=office.work.id_of(DESK, "Что ответить"))
    await office.deliver()
    due_at = office.clock() + 4 * HOUR
    due = f"{due_at:%H:%M}"
    assert told(office)[-1].startswith("Ищем причину\n\nЭто промежуточный ответ")
    assert due in told(office)[-1]
    question = await office.question(1)
    assert (Status.OPEN, due_at, None) == (question.status, question.due_at, question.answered_at)
    assert question.asked_at == question.waiting_since
    card = [one.text for one in office.work.effects(DESK) if isinstance(one, EditMessage)][-1]
    assert f"Ответить до {due}" in card
    assert 1 == len(office.work.marks(DESK))


def more(office: Office, label: str) -> str:
    """What the button says that gives more days, under the last message that has one."""
    keyboards = [message.keyboard for message, _ in office.work.messages(DESK) if message.keyboard is not None]
    return next(one.data for row in keyboards[-1].rows for one in row if one.text == label)


async def test_more_days(office: Office) -> None:
    """A button gives more days, and the resident hears so; pressed twice, it does so once."""
    await office.writes(DESK, "/interim 1 Ищем причину")
    await office.deliver()
    due_at = (await office.question(1)).due_at
    pressed = more(office, "+3 дня")
    for press_id in ("p1", "p2"):
        await office.presses(DESK, pressed, press_id=press_id)
    await office.deliver()
    assert due_at + timedelta(days=3) == (await office.question(1)).due_at
    assert 1 == sum("нужно больше времени" in text for text in told(office))


async def test_a_month_is_the_most(office: Office) -> None:
    """However often somebody puts a question off, it is not forgotten; forged numbers do nothing."""
    await office.writes(DESK, "/interim 1 Ищем причину")
    await office.deliver()
    for turn in range(8):
        await office.presses(DESK, more(office, "+7 дней"), press_id=f"p{turn}")
        await office.deliver()
    for data in ("due:1:100", "due:1:99999999999", "due:1:3-1"):
        await office.presses(DESK, data, press_id=data)
    await office.deliver()
    assert timedelta(days=24) < (await office.question(1)).due_at - office.clock() <= timedelta(days=31)
    assert 0 == await office.value("SELECT count(*) FROM events WHERE status = 'failed'")


async def test_more_days_of_what_is_long_overdue(office: Office) -> None:
    """A day more is a day from now, not from a deadline that is long over."""
    await office.writes(DESK, "/interim 1 Ищем причину")
    await office.deliver()
    office.clock.move(timedelta(days=14))
    await office.presses(DESK, more(office, "+1 день"))
    await office.deliver()
    assert office.clock() + timedelta(days=1) == (await office.question(1)).due_at


async def test_more_days_for_an_answered_question(office: Office) -> None:
    """A button of before says what has changed meanwhile."""
    await office.writes(DESK, "/interim 1 Ищем причину")
    await office.deliver()
    pressed = more(office, "+3 дня")
    await answer(office)
    before = len(told(office))
    await office.presses(DESK, pressed)
    await office.deliver()
    assert before == len(told(office))
    assert Status.ANSWERED == (await office.question(1)).status


@pytest.mark.parametrize("command", ["/interim 1 Ищем", "/clarify 1 Какой дом?"])
async def test_colleague_has_it(office: Office, command: str) -> None:
    """What a colleague has taken is not answered by accident, nor is its resident asked; who takes it may go on."""
    await office.presses(DESK, "take:1", user="8", name="Пётр")
    await office.writes(DESK, command)
    await office.deliver()
    assert [] == told(office)
    assert "№ 1 в работе: Пётр. Забрать себе: /take 1" == office.work.texts(DESK)[-1]
    await office.writes(DESK, "/take 1")
    await office.writes(DESK, command)
    await office.deliver()
    assert 1 == len(told(office))


async def test_interim_with_album(office: Office) -> None:
    """Files go along, all parts of an album."""
    await office.writes(DESK, "/interim 1 Вот фото", media=(photo("a", channel=WORK),), album="x")
    await office.writes(DESK, media=(photo("b", channel=WORK),), album="x")
    await office.deliver()
    message = office.home.messages(IRINA)[-1][0]
    assert (["a", "b"], True) == ([one.ref for one in message.media], message.text.startswith("Вот фото\n\n"))


async def test_interim_is_corrected(office: Office) -> None:
    """An edit corrects it in place, and what stands below it stays."""
    written = await office.writes(DESK, "/interim 1 Ищим")
    await office.deliver()
    await office.edits(DESK, written, "/interim 1 Ищем")
    await office.deliver()
    edits = [one.text for one in office.home.effects(IRINA) if isinstance(one, EditMessage)]
    assert [True] == [text.startswith("Ищем\n\nЭто промежуточный ответ") for text in edits]


# --- taking back ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["number", "reply"])
async def test_withdrawn(office: Office, way: str) -> None:
    """The resident has it no more, and waits for an answer again, since he asked."""
    before = await office.question(1)
    written = await answer(office)
    arrived = office.home.id_of(IRINA, "Завтра")
    if way == "number":
        await office.writes(DESK, "/withdraw 1")
    else:
        await office.writes(DESK, "/withdraw", reply_to=written)
    await office.deliver()
    assert [arrived] == [one.message_id for one in office.home.effects(IRINA) if isinstance(one, DeleteMessage)]
    assert before == await office.question(1)
    assert [Author.RESIDENT, Author.WITHDRAWN] == [one.role for one in await office.thread(1)]
    assert None is await office.value("SELECT first_answered_at FROM questions")
    assert "Ответ на № 1 отозван: он удалится у жителя." == office.work.texts(DESK)[-1]


async def test_withdrawn_with_files(office: Office) -> None:
    """Each part of an album goes."""
    card = office.work.id_of(DESK, "№ 1")
    for ref in ("a", "b"):
        await office.writes(DESK, media=(photo(ref, channel=WORK),), album="x", reply_to=card if ref == "a" else "")
    await office.deliver()
    ids = list(office.home.messages(IRINA)[-1][1])
    await office.writes(DESK, "/withdraw 1")
    await office.deliver()
    assert ids == [one.message_id for one in office.home.effects(IRINA) if isinstance(one, DeleteMessage)]
    assert 2 == len(ids)


async def test_withdrawn_before_it_left(office: Office) -> None:
    """What nobody has seen never arrives."""
    await office.writes(DESK, "Завтра", reply_to=office.work.id_of(DESK, "№ 1"))
    await office.writes(DESK, "/withdraw 1")
    await office.deliver()
    assert [] == told(office)
    assert "Ответ на № 1 отозван: житель его не видел." in office.work.texts(DESK)


async def test_withdrawn_where_nothing_can_be_deleted(database_address: str) -> None:
    """The resident reads that the answer does not hold."""
    async with open_office(database_address, home=replace(ABLE, deletes=False)) as office:
        await asked(office)
        await answer(office)
        await office.writes(DESK, "/withdraw 1")
        await office.deliver()
        assert "Предыдущий ответ на вопрос № 1 отозван" in told(office)[-1]


async def test_too_old_to_be_deleted(office: Office) -> None:
    """Where the platform refuses to delete, the resident reads that the answer does not hold: once."""
    card = office.work.id_of(DESK, "№ 1")
    for ref in ("a", "b"):
        await office.writes(DESK, media=(photo(ref, channel=WORK),), album="x", reply_to=card if ref == "a" else "")
    await office.deliver()
    refused = Rejected("message_cant_be_deleted", "слишком старое")
    office.home.fail(refused, when=lambda one: isinstance(one.effect, DeleteMessage), times=2)
    await office.writes(DESK, "/withdraw 1")
    await office.deliver()
    assert 1 == sum("Предыдущий ответ на вопрос № 1 отозван" in text for text in told(office))


async def test_the_last_of_several(office: Office) -> None:
    """With another answer left, nobody waits again."""
    await answer(office, "Завтра")
    await answer(office, "В 18:00")
    await office.writes(DESK, "/withdraw 1")
    await office.deliver()
    assert Status.ANSWERED == (await office.question(1)).status
    assert [Author.RESIDENT, Author.OFFICIAL, Author.WITHDRAWN] == [one.role for one in await office.thread(1)]


async def test_sent_again(office: Office) -> None:
    """A slip is undone with one tap, which works once."""
    await answer(office)
    await office.writes(DESK, "/withdraw 1")
    await office.deliver()
    keyboard = office.work.messages(DESK)[-1][0].keyboard
    assert keyboard is not None
    for press_id in ("p1", "p2"):
        await office.presses(DESK, keyboard.rows[0][0].data, press_id=press_id)
    await office.deliver()
    assert ["Завтра", "Завтра"] == told(office)
    assert Status.ANSWERED == (await office.question(1)).status


async def test_nothing_to_withdraw(office: Office) -> None:
    """Before any answer, and after it was taken back, there is nothing to take back."""
    await office.writes(DESK, "/withdraw 1")
    await answer(office)
    for _ in range(2):
        await office.writes(DESK, "/withdraw 1")
    await office.deliver()
    assert 2 == office.work.texts(DESK).count("Отзывать нечего: ответа на № 1 ещё не было.")


async def test_withdrawn_question_to_the_resident(office: Office) -> None:
    """A clarification that is taken back lets the clock run again."""
    due_at = (await office.question(1)).due_at
    await office.writes(DESK, "/clarify 1 Какой дом?")
    office.clock.move(HOUR)
    await office.writes(DESK, "/withdraw 1")
    question = await office.question(1)
    assert (Status.OPEN, due_at + HOUR) == (question.status, question.due_at)


async def test_the_same_twice(office: Office) -> None:
    """Taking one answer back twice takes no other back."""
    await answer(office, "Завтра")
    wrong = await answer(office, "В среду")
    for _ in range(2):
        await office.writes(DESK, "/withdraw", reply_to=wrong)
        await office.deliver()
    assert "Этот ответ на № 1 уже отозван." == office.work.texts(DESK)[-1]
    assert [Author.RESIDENT, Author.OFFICIAL, Author.WITHDRAWN] == [one.role for one in await office.thread(1)]


async def test_sent_again_as_it_is_now(office: Office) -> None:
    """What was corrected after it was taken back goes out corrected, and can be taken back again: it alone."""
    written = await answer(office, "В среду")
    await office.writes(DESK, "/withdraw 1")
    await office.deliver()
    keyboard = office.work.messages(DESK)[-1][0].keyboard
    assert keyboard is not None
    await office.edits(DESK, written, "В четверг")
    await office.presses(DESK, keyboard.rows[0][0].data)
    await office.deliver()
    assert "В четверг" == told(office)[-1]
    arrived = office.home.id_of(IRINA, "В четверг")
    await office.writes(DESK, "/withdraw 1")
    await office.deliver()
    deleted = [one.message_id for one in office.home.effects(IRINA) if isinstance(one, DeleteMessage)]
    assert (arrived, 2) == (deleted[-1], len(deleted))


async def test_interim_answer_after_an_answer_is_withdrawn(office: Office) -> None:
    """Without the promise nobody waits: the answer before it holds."""
    await answer(office)
    await office.writes(DESK, "/interim 1 Уточняем ещё")
    assert Status.OPEN == (await office.question(1)).status
    await office.writes(DESK, "/withdraw 1")
    question = await office.question(1)
    assert (Status.ANSWERED, None) == (question.status, question.waiting_since)


async def test_promise_outlives_a_closing(office: Office) -> None:
    """A question that was answered for now only waits again when its closing is undone."""
    await answer(office)
    await office.writes(DESK, "/interim 1 Уточняем ещё")
    await office.writes(DESK, "/close 1")
    await office.writes(DESK, "/reopen 1")
    question = await office.question(1)
    assert (Status.OPEN, True) == (question.status, question.waiting_since is not None)


async def test_one_of_two_clarifications_is_withdrawn(office: Office) -> None:
    """While the other stands, the clock does."""
    await office.writes(DESK, "/clarify 1 Какой дом?")
    await office.writes(DESK, "/clarify 1 И подъезд?")
    await office.writes(DESK, "/withdraw 1")
    assert Status.CLARIFYING == (await office.question(1)).status
