"""Found while testing delivery: each test fails until the core is mended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.capabilities import Rate, RateLimits
from bot.delivery.entry import Role
from bot.errors import Rejected, Scope, Throttled
from bot.model.chat import ChatKind
from bot.model.message import EditMessage, SendMessage
from storage import outbox
from storage.outbox import NewEntry, State
from tests.handlers.fakes import ABLE, DESK, HOME, IRINA, WORK, Office, open_office, photo


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    async with open_office(database_address) as office:
        yield office


async def is_restless(office: Office) -> bool:
    """Whether the service keeps turning although nothing may be sent."""
    enough = office.database.commits + 40
    try:
        async with asyncio.timeout(0.6):
            while office.database.commits < enough:
                office.database.changed.clear()
                await office.database.changed.wait()
    except TimeoutError:
        return False
    return True


async def test_rests_while_a_mark_waits_for_a_throttled_chat(office: Office) -> None:
    """While the platform wants us to wait, nothing turns round: no query after query for the mark that waits too."""
    await office.writes(IRINA, "Когда дадут тепло?")
    await office.deliver()
    await office.writes(DESK, "Сегодня.", reply_to=office.work.id_of(DESK, "№ 1 "))
    await office.deliver(HOME)
    office.work.fail(Throttled("429", retry_after=timedelta(minutes=1), scope=Scope.CHAT))
    await office.writes(IRINA, "Спасибо, а у соседей?")
    async with office.sending():
        await office.work.wait_for(lambda: len(office.work.asked) >= 2)
        assert not await is_restless(office)


async def test_rests_while_a_press_waits_for_a_throttled_account(office: Office) -> None:
    """The same for the answer to a press while the whole account has to wait."""
    office.work.fail(Throttled("429", retry_after=timedelta(minutes=1), scope=Scope.ACCOUNT))
    await office.writes(IRINA, "Когда дадут тепло?")
    async with office.sending():
        await office.work.wait_for(lambda: office.work.asked)
        await office.presses(DESK, "q:1")
        assert not await is_restless(office)


async def test_rests_while_an_album_waits_for_room(database_address: str) -> None:
    """An album needs more room than the group's limit has left: it waits, and nothing turns round."""
    limits = RateLimits(group=Rate(count=4, per=timedelta(minutes=1)))
    async with open_office(database_address, work=replace(ABLE, limits=limits)) as office:
        await office.writes(IRINA, "Когда дадут тепло?")
        await office.writes(IRINA, "Двор", media=tuple(photo(f"p{n}") for n in range(4)))
        async with office.sending():
            await office.work.wait_for(lambda: office.work.sent)
            assert not await is_restless(office)


async def test_each_entry_goes_when_it_is_due(office: Office) -> None:
    """Two entries of a chat that are held back for different times: the later one is not forgotten."""
    async with office.sending(HOME):
        async with office.database.transaction() as tx:
            for text, delay in (("первое", 0.05), ("второе", 0.4)):
                entry = NewEntry(
                    chat=IRINA,
                    chat_kind=ChatKind.PRIVATE,
                    role=Role.CONFIRMATION,
                    effect=SendMessage(text=text),
                    delay=timedelta(seconds=delay),
                )
                await outbox.add(tx, [entry])
                tx.after_commit(lambda delay=entry.delay: office.ctx.wake(IRINA, ChatKind.PRIVATE, delay))  # type: ignore[misc]
        async with asyncio.timeout(2):
            await office.home.wait_for(lambda: len(office.home.sent) == 2)


async def test_refused_message_with_several_cards(database_address: str) -> None:
    """The platform refuses a message with several cards: officials and whoever runs the service hear of it."""
    limits = RateLimits(group=Rate(count=2, per=timedelta(minutes=1)))
    async with open_office(database_address, work=replace(ABLE, limits=limits)) as office:
        for n in range(5):
            await office.writes(replace(IRINA, chat_id=str(200 + n)), f"Вопрос {n}")
        office.work.fail(Rejected("400", "can't parse"), times=9)
        async with office.sending(WORK):
            await office.work.wait_for(lambda: office.work.asked)

            async def ended(_: object) -> bool:
                return any(row.state is State.DEAD for row in await office.entries(DESK, Role.CARDS, Role.CARD))

            await office.until(ended)
        assert office.alarms(WORK, "card_refused") > 0
        assert [] != await office.entries(DESK, Role.COMMAND)


async def test_reason_in_another_language_is_not_shown(office: Office) -> None:
    """A resident's file was refused: nobody is shown the platform's English."""
    await office.writes(IRINA, "Яма", media=(photo("a"),))
    office.work.fail(Rejected("400", "Bad Request: PHOTO_INVALID_DIMENSIONS", part=0))
    await office.deliver()
    shown = office.home.texts(IRINA) + office.work.texts(DESK)
    assert [] == [text for text in shown if "Bad Request" in text]
    assert 1 == len([text for text in office.home.texts(IRINA) if "не получилось" in text])


async def test_edit_with_a_refused_part(office: Office) -> None:
    """An edit whose picture is refused becomes a correction; the sender of the channel does not break."""
    await office.writes(IRINA, "Где график?")
    await office.deliver()
    picture = photo("a", channel=WORK)
    reply = await office.writes(DESK, "График", media=(picture,), reply_to=office.work.id_of(DESK, "№ 1 "))
    await office.deliver()
    await office.edits(DESK, reply, "Новый график", media=(picture,))
    office.home.fail(Rejected("100", "фото не принято", part=0), when=lambda one: isinstance(one.effect, EditMessage))
    await office.deliver()
    assert "Исправлено: Новый график" == office.home.texts(IRINA)[-1]
