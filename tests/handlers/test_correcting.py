"""What officials correct, residents see corrected: in place where their messenger can."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.model.content import Content
from bot.model.message import EditMessage, SendMessage
from tests.handlers.fakes import DESK, IRINA, PLAIN, WORK, Office, open_office, photo
from tests.handlers.replies import answered, answers, asked, listed


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    async with open_office(database_address) as office:
        yield office


async def test_edit_in_place(office: Office) -> None:
    """A corrected answer is corrected where the resident has it, where his messenger can."""
    reply = await answered(office)
    await office.edits(DESK, reply, "Завтра к 18:00.")
    await office.deliver()
    answer = office.home.id_of(IRINA, "Сегодня")
    assert EditMessage(message_id=answer, text="Завтра к 18:00.", corrects=True) == office.home.effects(IRINA)[-1]
    assert [Content(text="Сегодня к 18:00.")] == list((await office.thread(1))[-1].history)


async def test_edit_before_it_was_sent(office: Office) -> None:
    """Corrected while it waits, only the right answer goes out."""
    card = await asked(office)
    reply = await office.writes(DESK, "Севодня", reply_to=card)
    await office.edits(DESK, reply, "Сегодня")
    await office.deliver()
    assert ["Сегодня"] == answers(office)


async def test_edit_where_nothing_can_be_edited(database_address: str) -> None:
    """Where messages cannot be edited the correction comes as a message of its own."""
    async with open_office(database_address, home=PLAIN) as office:
        reply = await answered(office)
        await office.edits(DESK, reply, "Завтра")
        await office.deliver()
        assert "Исправлено: Завтра" == answers(office)[-1]


async def test_edit_that_changes_nothing(office: Office) -> None:
    """Messengers report edits that are none (a link's preview): nothing happens."""
    reply = await answered(office)
    await office.edits(DESK, reply, "Сегодня к 18:00.")
    await office.deliver()
    assert 2 == len(office.home.effects(IRINA))


async def test_edit_to_a_longer_answer(office: Office) -> None:
    """A correction that no longer fits the message in place is sent whole."""
    reply = await answered(office)
    await office.edits(DESK, reply, "Длинно. " * 700)
    await office.deliver()
    assert ("Длинно. " * 700).split() == " ".join(answers(office)[1:]).removeprefix("Исправлено: ").split()


@pytest.mark.parametrize("text", ["// ой, это было нам", "/close", "/clsoe"])
async def test_edit_to_a_note_or_a_command(office: Office, text: str) -> None:
    """What became a note or a command is never shown to the resident; the official is told."""
    reply = await answered(office)
    await office.edits(DESK, reply, text)
    await office.deliver()
    assert ["Сегодня к 18:00."] == answers(office)
    assert [] == [one for one in office.home.effects(IRINA) if isinstance(one, EditMessage)]
    assert reply == office.work.messages(DESK)[-1][0].reply_to


async def test_edit_of_talk_and_notes(office: Office) -> None:
    """Who corrects talk, a note or a command sends nothing to anybody."""
    card = await asked(office)
    messages = [
        await office.writes(DESK, "Кто возьмёт?"),
        await office.writes(DESK, "// я", reply_to=card),
        await office.writes(DESK, "/open"),
    ]
    await office.deliver()
    before = await office.entries()
    for message in messages:
        await office.edits(DESK, message, "Теперь это ответ?")
    assert before == await office.entries()


async def test_edit_of_an_answer_given_with_its_number(office: Office) -> None:
    """«1 Сегодня» answered question 1 with «Сегодня»: the corrected answer has no number either."""
    await office.writes(IRINA, "Когда дадут тепло?")
    await office.writes(DESK, "/open")
    await office.deliver()
    reply = await office.writes(DESK, "1 Сегодня.", reply_to=office.work.id_of(DESK, "Ждёт ответа"))
    await office.deliver()
    await office.edits(DESK, reply, "1 Завтра.")
    await office.deliver()
    assert ["Завтра."] == [one.text for one in office.home.effects(IRINA) if isinstance(one, EditMessage)]


async def test_edit_back(office: Office) -> None:
    """A correction that is taken back is taken back at the resident's too."""
    reply = await answered(office, "Сегодня.")
    for text in ("Завтра.", "Сегодня."):
        await office.edits(DESK, reply, text)
        await office.deliver()
    assert ["Завтра.", "Сегодня."] == [one.text for one in office.home.effects(IRINA) if isinstance(one, EditMessage)]


async def test_edit_with_another_file(office: Office) -> None:
    """An official replaced the picture of his answer: the resident gets the new one."""
    await office.writes(IRINA, "Где график?")
    await office.deliver()
    card = office.work.id_of(DESK, "№ 1 ")
    reply = await office.writes(DESK, "График", media=(photo("old", channel=WORK),), reply_to=card)
    await office.deliver()
    await office.edits(DESK, reply, "График", media=(photo("new", channel=WORK),))
    await office.deliver()
    shown = [one.media for one in office.home.effects(IRINA) if isinstance(one, SendMessage | EditMessage)]
    assert ("new",) == tuple(media.ref for media in shown[-1])


async def test_edit_of_a_reply_that_waits_for_its_number(office: Office) -> None:
    """What was corrected while the number was being asked goes out corrected."""
    await office.writes(IRINA, "Когда дадут тепло?")
    await office.writes(DESK, "/open")
    await office.deliver()
    reply = await office.writes(DESK, "Севодня.", reply_to=office.work.id_of(DESK, "Ждёт ответа"))
    await office.deliver()
    await office.edits(DESK, reply, "Сегодня.")
    await office.writes(DESK, "1", reply_to=office.work.id_of(DESK, "На какой вопрос"))
    await office.deliver()
    assert "Сегодня." == office.home.texts(IRINA)[-1]


# --- corrections that overtook each other --------------------------------------------------------------------------

#: The texts of two corrections, and of the answer before: what he wrote last counts, whichever comes first.
BEFORE, EARLIER, LATER = "Сегодня", "Сегодня к 18:00.", "Завтра к 9:00."
IN_ORDER, OVERTAKEN = (1, 2), (2, 1)
ORDERS = pytest.mark.parametrize("order", [IN_ORDER, OVERTAKEN], ids=["in their order", "the later one first"])


async def corrects(office: Office, message: str, order: tuple[int, ...], texts: tuple[str, ...]) -> None:
    """An official made these corrections of a message one after the other; they come in that order."""
    start = office.clock()
    for number in order:
        office.clock.now = start + timedelta(seconds=5 * number)
        await office.edits(DESK, message, texts[number - 1])
    office.clock.now = start + timedelta(minutes=1)


@ORDERS
async def test_two_corrections_of_what_he_has(office: Office, order: tuple[int, ...]) -> None:
    """An answer that is there says in the end what the official wrote last."""
    reply = await answered(office, BEFORE)
    await corrects(office, reply, order, (EARLIER, LATER))
    await office.deliver()
    edits = [one.text for one in office.home.effects(IRINA) if isinstance(one, EditMessage)]
    assert LATER == edits[-1] == (await office.thread(1))[-1].content.text
    assert (EARLIER in edits) is (order == IN_ORDER)


@ORDERS
async def test_two_corrections_of_what_waits(office: Office, order: tuple[int, ...]) -> None:
    """An answer that still waits goes out as the official wrote it last."""
    card = await asked(office)
    reply = await office.writes(DESK, BEFORE, reply_to=card)
    await corrects(office, reply, order, (EARLIER, LATER))
    await office.deliver()
    assert [LATER] == answers(office)


@ORDERS
async def test_two_corrections_where_nothing_can_be_edited(database_address: str, order: tuple[int, ...]) -> None:
    """Where a correction is a message of its own, the last one says what the official wrote last."""
    async with open_office(database_address, home=PLAIN) as office:
        reply = await answered(office, BEFORE)
        await corrects(office, reply, order, (EARLIER, LATER))
        await office.deliver()
        assert f"Исправлено: {LATER}" == answers(office)[-1]
        assert (3 if order == IN_ORDER else 2) == len(answers(office))


@ORDERS
async def test_correction_that_was_taken_back(office: Office, order: tuple[int, ...]) -> None:
    """What he wrote last is what the answer said before: then the correction in between never counts afterwards."""
    reply = await answered(office, BEFORE)
    await corrects(office, reply, order, (EARLIER, BEFORE))
    await office.deliver()
    edits = [one.text for one in office.home.effects(IRINA) if isinstance(one, EditMessage)]
    assert ([EARLIER, BEFORE] if order == IN_ORDER else []) == edits
    assert BEFORE == (await office.thread(1))[-1].content.text


@ORDERS
async def test_correction_that_was_a_command(office: Office, order: tuple[int, ...]) -> None:
    """He made a command of his answer, and then words again: where these came first, he hears nothing of it."""
    reply = await answered(office, BEFORE)
    await corrects(office, reply, order, ("/close", LATER))
    await office.deliver()
    assert LATER == (await office.thread(1))[-1].content.text
    told = [message for message, _ in office.work.messages(DESK) if message.reply_to == reply]
    assert (1 if order == IN_ORDER else 0) == len(told)


@ORDERS
async def test_two_corrections_of_what_has_no_number_yet(office: Office, order: tuple[int, ...]) -> None:
    """While the number is asked for, too, what he wrote last counts."""
    await office.writes(IRINA, "Когда дадут тепло?")
    reply = await office.writes(DESK, BEFORE, reply_to=await listed(office))
    await office.deliver()
    await corrects(office, reply, order, (EARLIER, LATER))
    await office.writes(DESK, "1", reply_to=office.work.id_of(DESK, "На какой вопрос"))
    await office.deliver()
    assert [LATER] == answers(office)
