"""The way in: one update, one transaction; what was stored once changes nothing again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.adapter import Update
from bot.delivery.entry import Role
from bot.errors import BadUpdate
from bot.model.chat import ChatKind, ChatRef
from bot.model.event import ButtonPressed, ChatMoved, DeliveryFailed, Sender
from storage import events
from storage.database import DatabaseAway
from storage.events import EventStatus
from tests.handlers.fakes import DESK, ENERGY, HOME, IRINA, PATIENCE, STRANGERS, WORK, Office, open_office


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    async with open_office(database_address) as office:
        yield office


async def counts(office: Office) -> tuple[int, int, int]:
    """How many events, questions and entries there are."""
    return (
        await office.value("SELECT count(*) FROM events"),
        await office.value("SELECT count(*) FROM questions"),
        await office.value("SELECT count(*) FROM outbox"),
    )


class BreaksOnce:
    """A clock with a bug: the first time that it is asked it breaks."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self.broken = True

    def __call__(self) -> object:
        if self.broken:
            raise ZeroDivisionError
        return self._office.clock()


# --- once ----------------------------------------------------------------------------------------------------------


async def test_redelivery_changes_nothing(office: Office) -> None:
    """The same update again, later or at the same time, opens no second question and says nothing twice."""
    update = office.home.update(office.received(IRINA, "Нет тепла"), key="77")
    await asyncio.gather(*(office.intake.accept(HOME, update) for _ in range(5)))
    once = await counts(office)
    await office.intake.accept(HOME, update)
    assert (1, 1, 2) == once == await counts(office)


async def test_redelivery_gets_the_same_inline_answer(office: Office) -> None:
    """A greeting that rode in the answer rides again in the answer to the redelivery, and nowhere else."""
    first = await office.starts(IRINA, key="77", answers_inline=True)
    again = await office.starts(IRINA, key="77", answers_inline=True)
    assert first is not None
    assert first == again
    assert "59-ФЗ" in json.loads(first)["text"]
    await office.deliver()
    assert [] == office.home.sent


async def test_greeting_that_cannot_ride_is_sent(office: Office) -> None:
    """Where the answer to a webhook carries nothing the greeting is a message."""
    assert await office.starts(IRINA) is None
    await office.deliver()
    assert 1 == len(office.home.texts(IRINA))


async def test_key_of_a_ridden_message_is_the_entrys_own(office: Office) -> None:
    """The key under which the platform knows a message is the same in an answer and in a call."""
    first = await office.starts(IRINA, answers_inline=True)
    assert first is not None
    (row,) = await office.entries(IRINA)
    assert 1000 + row.id == json.loads(first)["key"]


async def test_same_words_are_not_the_same_update(office: Office) -> None:
    """Only the platform's own ids tell redeliveries: a second «спасибо» is a second message."""
    for _ in range(2):
        await office.writes(IRINA, "спасибо")
    assert 2 == len(await office.thread(1))


async def test_two_quick_messages_are_one_question(office: Office) -> None:
    """Messages that come at the same time belong to one question: the conversation lock."""
    await asyncio.gather(*(office.writes(IRINA, f"часть {n}") for n in range(8)))
    assert (8, 1) == (await counts(office))[:2]
    assert 8 == len(await office.thread(1))


async def test_residents_do_not_mix(office: Office) -> None:
    """Many people who write at the same time each have their own question, in their own words."""
    people = [ChatRef(channel=HOME, chat_id=f"{n}") for n in range(1, 21)]
    await asyncio.gather(*(office.writes(chat, f"вопрос {chat.chat_id}", name=chat.chat_id) for chat in people))
    found = {}
    for number in range(1, 21):
        question, (first,) = await office.question(number), await office.thread(number)
        found[question.chat] = (question.resident, first.content.text)
    assert {chat: (chat.chat_id, f"вопрос {chat.chat_id}") for chat in people} == found


async def test_update_that_says_nothing_is_stored(office: Office) -> None:
    """An authentic update that is not understood is kept, and does nothing."""
    await office.intake.accept(HOME, office.home.update(kind="poll"))
    assert (1, 0, 0) == await counts(office)
    assert "done" == await office.value("SELECT status FROM events")


async def test_several_events_of_one_update(office: Office) -> None:
    """One update may bring several messages: all of them count, and all or none."""
    await office.accept(IRINA, office.received(IRINA, "раз"), office.received(IRINA, "два"))
    assert (1, 1) == (await counts(office))[:2]
    assert 2 == len(await office.thread(1))


# --- bugs ----------------------------------------------------------------------------------------------------------


async def test_bug_keeps_the_update(office: Office) -> None:
    """When deciding fails nothing of it is done, the update is kept, the platform is answered, an alarm is raised."""
    office.ctx.clock = BreaksOnce(office)  # type: ignore[assignment]
    await office.writes(IRINA, "Нет тепла")
    assert (1, 0, 0) == await counts(office)
    assert ("failed", "ZeroDivisionError") == (
        await office.value("SELECT status FROM events"),
        await office.value("SELECT error FROM events"),
    )
    assert 1 == office.alarms(HOME, "event_failed")
    assert ["intake.failed"] == [line["event"] for line in office.logs]
    assert "Нет тепла" not in str([{**line, "exc_info": ""} for line in office.logs])


async def test_bug_does_not_block_the_next(office: Office) -> None:
    """The updates behind the one that failed are handled."""
    office.ctx.clock = clock = BreaksOnce(office)  # type: ignore[assignment]
    await office.writes(IRINA, "Нет тепла")
    clock.broken = False
    await office.writes(IRINA, "И воды нет")
    assert "И воды нет" == (await office.thread(1))[0].content.text


async def test_replay_after_the_fix(office: Office) -> None:
    """Handled again after the mend, the update does what it should have done, once."""
    office.ctx.clock = clock = BreaksOnce(office)  # type: ignore[assignment]
    await office.writes(IRINA, "Нет тепла")
    (event,) = await failed(office)
    assert not await office.intake.replay(event, EventStatus.FAILED)
    clock.broken = False
    assert [True, True] == list(
        await asyncio.gather(*(office.intake.replay(event, EventStatus.FAILED) for _ in range(2)))
    )
    assert await office.intake.replay(event, EventStatus.FAILED)
    assert [] == await failed(office)
    assert (1, 1, 2) == await counts(office)


async def test_replay_that_cannot_be_parsed(office: Office) -> None:
    """An update that is not understood any more stays as it is; nothing breaks."""
    office.ctx.clock = BreaksOnce(office)  # type: ignore[assignment]
    await office.writes(IRINA, "Нет тепла")
    (event,) = await failed(office)

    def refuse(raw: bytes) -> Update:
        raise BadUpdate("no update")

    office.home.parse = refuse  # type: ignore[method-assign]
    assert not await office.intake.replay(event, EventStatus.FAILED)
    assert 1 == len(await failed(office))


async def failed(office: Office) -> list[events.StoredEvent]:
    async with office.eye.transaction() as tx:
        return await events.unfinished(tx, EventStatus.FAILED)


# --- the database --------------------------------------------------------------------------------------------------


async def test_database_goes_in_the_middle(office: Office) -> None:
    """A connection that is cut in the middle of a transaction leaves nothing behind."""

    class Cut:
        """Takes the database away at the moment when the first decision needs the time."""

        def __call__(self) -> object:
            raise ConnectionResetError

    office.ctx.clock = Cut()  # type: ignore[assignment]
    update = office.home.update(office.received(IRINA, "Нет тепла"))
    with pytest.raises(DatabaseAway):
        await office.intake.accept(HOME, update)
    assert (0, 0, 0) == await counts(office)
    office.ctx.clock = office.clock
    await office.intake.accept(HOME, update)
    assert (1, 1, 2) == await counts(office)


async def test_deadlock_is_tried_again(office: Office) -> None:
    """Two transactions that meet in a deadlock both come through: whichever was ended begins anew."""
    for chat in (IRINA, ChatRef(channel=HOME, chat_id="102")):
        await office.writes(chat, "Нет тепла")
    first, second = office.received(IRINA, "раз"), office.received(ChatRef(channel=HOME, chat_id="102"), "два")
    await asyncio.gather(office.accept(IRINA, first, second), office.accept(IRINA, second, first))
    assert 6 == await office.value("SELECT count(*) FROM messages")
    assert 0 == await office.value("SELECT count(*) FROM events WHERE status <> 'done'")


# --- who is who ----------------------------------------------------------------------------------------------------


async def test_group_that_is_no_admin_chat(office: Office) -> None:
    """In any other group nobody is a resident and nobody an official, whatever he writes or presses."""
    await office.writes(IRINA, "Нет тепла")
    await office.deliver()
    before = await counts(office)
    card = office.work.id_of(DESK, "№ 1 ")
    await office.writes(STRANGERS, "/close 1")
    await office.writes(STRANGERS, "Взломаны!", reply_to=card, buttons=("q:1", "close:1"))
    await office.presses(STRANGERS, "close:1", message_id=card)
    await office.edits(STRANGERS, card, "x")
    assert before[1:] == (await counts(office))[1:]
    assert "open" == (await office.question(1)).status


async def test_private_chat_with_an_official_is_a_residents(office: Office) -> None:
    """Who works in the admin chat is a resident in his own chat with the bot: commands do nothing there."""
    await office.writes(IRINA, "Нет тепла")
    await office.writes(ChatRef(channel=WORK, chat_id="7"), "/close 1")
    assert "open" == (await office.question(1)).status


async def test_button_of_officials_in_a_private_chat(office: Office) -> None:
    """The data of an admin button does nothing outside an admin chat."""
    await office.writes(IRINA, "Нет тепла")
    event = ButtonPressed(
        chat=IRINA, chat_kind=ChatKind.PRIVATE, sender=Sender(user_id="101"), at=office.clock(), data="close:1"
    )
    await office.accept(IRINA, event)
    assert "open" == (await office.question(1)).status


async def test_group_moves(office: Office) -> None:
    """An admin chat that became a supergroup is one at once: its cards follow, its officials may answer there."""
    new = ChatRef(channel=WORK, chat_id="-100500")
    await office.writes(IRINA, "Нет тепла")
    await office.accept(DESK, ChatMoved(chat=DESK, to=new, at=office.clock()))
    await office.deliver()
    assert ([], 1) == (office.work.texts(DESK), len(office.work.texts(new)))
    await office.writes(new, "Сегодня", reply_to=office.work.id_of(new, "№ 1 "))
    await office.writes(ChatRef(channel=HOME, chat_id="102"), "И у нас")
    await office.deliver()
    assert "Сегодня" == office.home.texts(IRINA)[-1]
    assert 2 == len(office.work.texts(new))


async def test_admin_chat_removed_the_bot(office: Office) -> None:
    """When an admin chat removes the bot its cards wait, and an alarm is raised."""
    await office.writes(IRINA, "Нет тепла")
    await office.stops(DESK)
    assert 1 == office.alarms(WORK, "admin_chat_gone")
    assert ["waiting"] == [row.state for row in await office.entries(DESK)]


async def test_platform_says_later_that_an_answer_never_arrived(office: Office) -> None:
    """The official who wrote the answer hears of it, under his own words; of other messages nobody does."""
    await office.writes(IRINA, "Нет тепла")
    await office.deliver()
    reply = await office.writes(DESK, "Сегодня", reply_to=office.work.id_of(DESK, "№ 1 "))
    await office.deliver()
    for words in ("Сегодня", "Ваш вопрос принят"):
        message_id = office.home.id_of(IRINA, words)
        await office.accept(
            IRINA, DeliveryFailed(chat=IRINA, message_id=message_id, reason="unreachable", at=office.clock())
        )
    notes = [row for row in await office.entries(DESK, Role.COMMAND) if "не показал" in row.text]
    assert [reply] == [getattr(row.effect, "reply_to", None) for row in notes]


# --- overtaken -----------------------------------------------------------------------------------------------------


async def test_reply_that_overtook_the_receipt_waits_for_it(office: Office) -> None:
    """A reply to a card whose receipt is still on the way is kept, and goes out when the receipt is there."""
    await office.writes(IRINA, "Нет тепла")
    await office.writes(DESK, "Сегодня", reply_to="1")
    assert office.intake.overtaken.is_set()
    assert "waiting" == await office.value("SELECT status FROM events ORDER BY id DESC LIMIT 1")
    assert await office.intake.retry_overtaken()
    await office.deliver(WORK)
    assert "1" == office.work.id_of(DESK, "№ 1 ")
    assert not await office.intake.retry_overtaken()
    await office.deliver(HOME)
    assert "Сегодня" == office.home.texts(IRINA)[-1]


async def test_receipt_wakes_who_waits_for_it(office: Office) -> None:
    """Nobody waits longer than the receipt takes."""
    await office.writes(IRINA, "Нет тепла")
    async with asyncio.timeout(PATIENCE):
        waiting = asyncio.create_task(office.intake.wait_for_receipt(3600))
        await office.deliver()
        await waiting


async def test_overtaken_reply_is_matched_by_the_cards_buttons(office: Office) -> None:
    """Where the platform shows the buttons under the card no receipt is needed."""
    await office.writes(IRINA, "Нет тепла")
    await office.writes(DESK, "Сегодня", reply_to="1", buttons=("q:1", "close:1"))
    await office.deliver()
    assert "Сегодня" == office.home.texts(IRINA)[-1]


async def test_buttons_of_another_departments_card_prove_nothing(office: Office) -> None:
    """Buttons name a question; whether one may answer it is another matter."""
    await office.writes(IRINA, "Нет тепла")
    await office.writes(ENERGY, "Сегодня", reply_to="1", buttons=("q:1", "close:1"))
    assert "waiting" == await office.value("SELECT status FROM events ORDER BY id DESC LIMIT 1")
    assert 1 == len(await office.thread(1))


async def test_reply_whose_receipt_never_came(office: Office) -> None:
    """After a minute the official is asked for the number; his words are kept."""
    await office.writes(IRINA, "Нет тепла")
    await office.deliver()
    await office.writes(DESK, "Сегодня", reply_to="777")
    office.clock.move(timedelta(seconds=59))
    assert await office.intake.retry_overtaken()
    office.clock.move(timedelta(seconds=5))
    assert not await office.intake.retry_overtaken()
    await office.deliver()
    await office.writes(DESK, "1", reply_to=office.work.id_of(DESK, "На какой вопрос"))
    await office.deliver()
    assert "Сегодня" == office.home.texts(IRINA)[-1]


async def test_redelivered_reply_that_waits(office: Office) -> None:
    """A redelivery of a reply that waits for its receipt does not make it two."""
    await office.writes(IRINA, "Нет тепла")
    update = office.work.update(office.received(DESK, "Сегодня", reply_to="1"))
    for _ in range(2):
        await office.intake.accept(WORK, update)
    await office.deliver()
    await office.intake.retry_overtaken()
    await office.deliver()
    assert 1 == office.home.texts(IRINA).count("Сегодня")


async def test_waiting_reply_of_a_channel_that_is_gone(office: Office) -> None:
    """A reply waited when the process ended; at the next start its channel is not configured: nothing breaks."""
    await office.writes(DESK, "Сегодня.", reply_to="777")
    assert "waiting" == await office.value("SELECT status FROM events")
    del office.adapters[WORK]
    office.clock.move(timedelta(minutes=5))
    await office.intake.retry_overtaken()


async def test_waiting_reply_that_is_not_understood_any_more(office: Office) -> None:
    """A stored update that a new release cannot read is kept as failed; the others go on."""
    await office.writes(DESK, "Сегодня.", reply_to="777")
    office.work.updates.clear()
    await office.intake.retry_overtaken()
    assert "failed" == await office.value("SELECT status FROM events")
