"""Two processes on one database: whoever sends is told of what the other takes in, and need not find it by looking."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.model.chat import ChatKind, ChatRef
from handlers.delivery import dispatcher, owner
from handlers.delivery.owner import Owner
from tests.handlers.fakes import IRINA, OLEG, WORK, Office, open_office
from tests.handlers.test_dispatcher import say


class Pair:
    """The process that sends, and another."""

    def __init__(self, sender: Office, other: Office) -> None:
        self.sender = sender
        self.other = other

    async def has_sent(self, chat: ChatRef, text: str) -> None:
        await self.sender.home.wait_for(lambda: text in self.sender.home.texts(chat))


@pytest.fixture
async def pair(database_address: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Pair]:
    """The sender owns both channels and has looked at the table for the last time."""
    monkeypatch.setattr(dispatcher, "SWEEP", 3600.0)
    async with open_office(database_address) as sender, open_office(database_address) as other:
        async with owning(sender):
            pair = Pair(sender, other)
            await say(sender, IRINA, "здесь")
            await pair.has_sent(IRINA, "здесь")
            yield pair
        assert [] == other.home.asked


@contextlib.asynccontextmanager
async def owning(office: Office) -> AsyncIterator[None]:
    """This process keeps its leases, as far as it has any."""
    keeper = owner_of(office)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(keeper.run())
        yield
        running.cancel()


def owner_of(office: Office) -> Owner:
    async def accept(_update: object) -> None:
        raise AssertionError("nothing comes in here")

    keeper = Owner(
        office.ctx,
        office.adapters,
        lambda _channel: accept,
        key_of=lambda entry_id: 1000 + entry_id,
        ailments=office.ailments,
        on_receipt=office._on_receipt,
    )
    office.ctx.wake = keeper.wake
    return keeper


async def test_what_came_in_the_first_moment(pair: Pair) -> None:
    """A process that takes an update in before it can tell anybody tells of it as soon as it can."""
    keeper = owner_of(pair.other)
    await say(pair.other, IRINA, "раньше всего")
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(keeper.run())
        await pair.has_sent(IRINA, "раньше всего")
        running.cancel()


async def test_a_connection_that_broke(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be told, since the connection for it had been cut, is told over the next one."""
    monkeypatch.setattr(owner, "RENEWAL", 0.05)
    async with owning(pair.other):
        await say(pair.other, IRINA, "слышно")
        await pair.has_sent(IRINA, "слышно")
        for number in range(5):
            await pair.other.rows(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND query LIKE 'SELECT pg_notify%' AND pid <> pg_backend_pid()"
                " AND pid::text NOT IN (SELECT split_part(session, '/', 1) FROM leases)"
            )
            await say(pair.other, OLEG, f"и теперь {number}")
            await pair.has_sent(OLEG, f"и теперь {number}")


async def test_what_is_held_back(pair: Pair) -> None:
    """What may go only after a while is told of when it may: told at once, nobody would find it."""
    async with owning(pair.other):
        await say(pair.other, IRINA, "потом", delay=timedelta(seconds=0.2))
        pair.other.ctx.wake(IRINA, ChatKind.PRIVATE, timedelta(seconds=0.2))
        await pair.has_sent(IRINA, "потом")


async def test_both_channels(pair: Pair) -> None:
    """Whatever channel it is."""
    async with owning(pair.other):
        desk = ChatRef(channel=WORK, chat_id="-500")
        await say(pair.other, desk, "в чат")
        await say(pair.other, IRINA, "жителю")
        await pair.sender.work.wait_for(lambda: "в чат" in pair.sender.work.texts(desk))
        await pair.has_sent(IRINA, "жителю")
