"""Long work outlives the process, is done once, and whoever asked hears when it cannot be done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from bot.delivery.entry import Role
from handlers import chores
from handlers.chores import ATTEMPTS, LEASE, PAUSES, Chores, Outdated
from storage import chores as stored
from storage.chores import Chore
from storage.database import DatabaseAway
from tests.handlers.fakes import DESK, ENERGY, PATIENCE, Gate, Office, open_office

NOT_DONE = "⚠️ Статистику посчитать не получилось. Попробуйте ещё раз чуть позже."


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    async with open_office(database_address) as office:
        yield office


@dataclass(slots=True)
class Worker:
    """Carries out chores as a test tells it to."""

    office: Office
    #: The keys of what was begun.
    begun: list[str] = field(default_factory=list)
    #: Raised instead of finishing, one after the other.
    errors: list[Exception] = field(default_factory=list)
    gate: Gate | None = None

    async def __call__(self, chore: Chore) -> None:
        self.begun.append(chore.key)
        if self.gate is not None:
            await self.gate.pass_through()
        if self.errors:
            raise self.errors.pop(0)
        async with self.office.database.transaction() as tx:
            await stored.finish(tx, chore.id)


async def ask(office: Office, key: str = "a", kind: str = "stats", **arguments: Any) -> None:
    async with office.database.transaction() as tx:
        await chores.add(tx, office.ctx, kind, key, arguments)


async def left(office: Office) -> int:
    return int(await office.value("SELECT count(*) FROM chores"))


async def test_done_once(office: Office) -> None:
    """What is asked for is done, once."""
    worker = Worker(office)
    work = Chores(office.ctx, {"stats": worker})
    await ask(office)
    assert [1, 0] == [await work.once(), await work.once()]
    assert (["a"], 0) == (worker.begun, await left(office))


async def test_at_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks in this process need not wait for the next look."""
    monkeypatch.setattr(chores, "EVERY", 3600.0)
    worker = Worker(office, gate=Gate())
    assert worker.gate is not None
    running = asyncio.create_task(Chores(office.ctx, {"stats": worker, "export": Worker(office)}).run())
    # The first look has found nothing.
    await office.until(lambda _: _true(office.database.commits >= 2))
    await ask(office)
    await worker.gate.wait()
    running.cancel()
    await asyncio.wait([running])


async def _true(value: bool) -> bool:
    return value


async def test_not_asked_after_all(office: Office) -> None:
    """Nothing is done of what a transaction asked for that came to nothing."""
    worker = Worker(office)

    async def ask_in_vain() -> None:
        async with office.database.transaction() as tx:
            await chores.add(tx, office.ctx, "stats", "a", {})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await ask_in_vain()
    assert (0, []) == (await Chores(office.ctx, {"stats": worker}).once(), worker.begun)


async def test_two_processes(office: Office) -> None:
    """Two processes share the work, and do each chore once."""
    worker = Worker(office)
    for at in range(6):
        await ask(office, str(at))
    await asyncio.gather(*(Chores(office.ctx, {"stats": worker}).once() for _ in range(2)))
    assert (["0", "1", "2", "3", "4", "5"], 0) == (sorted(worker.begun), await left(office))


async def test_held_while_it_lasts(office: Office) -> None:
    """However long a chore takes, nobody else begins it meanwhile."""
    worker = Worker(office, gate=Gate())
    assert worker.gate is not None
    await ask(office)
    running = asyncio.create_task(Chores(office.ctx, {"stats": worker}, lease=timedelta(milliseconds=30)).once())
    await worker.gate.wait()
    office.clock.move(timedelta(hours=1))
    now = office.clock()
    await office.until(lambda tx: tx.raw.fetchval("SELECT not_before > $1 FROM chores", now))
    worker.gate.open()
    assert 1 == await asyncio.wait_for(running, PATIENCE)


async def test_kinds_do_not_wait_for_each_other(office: Office) -> None:
    """While a table is made, figures are told."""
    slow, quick = Worker(office, gate=Gate()), Worker(office, gate=Gate())
    assert slow.gate is not None
    assert quick.gate is not None
    running = asyncio.create_task(Chores(office.ctx, {"export": slow, "stats": quick}).run())
    await ask(office, kind="export")
    await slow.gate.wait()
    await ask(office)
    await quick.gate.wait()
    running.cancel()
    await asyncio.wait([running])


async def test_tried_again(office: Office) -> None:
    """What fails is tried again a little later, and nobody is troubled."""
    worker = Worker(office, errors=[ValueError("one"), DatabaseAway("two")])
    work = Chores(office.ctx, {"stats": worker})
    await ask(office, chat=str(DESK))
    for pause in PAUSES:
        assert [1, 0] == [await work.once(), await work.once()]
        office.clock.move(pause)
    assert 1 == await work.once()
    assert (["a"] * 3, 0, []) == (worker.begun, await left(office), await office.entries())


async def test_given_up(office: Office) -> None:
    """What fails again and again is given up, and whoever asked for it is told so, once."""
    worker = Worker(office, errors=[ValueError("житель Иванов")] * ATTEMPTS)
    work = Chores(office.ctx, {"stats": worker})
    await ask(office, chat=str(ENERGY), message="77")
    for _ in range(ATTEMPTS + 1):
        await work.once()
        office.clock.move(LEASE)
    (said,) = await office.entries()
    assert (ATTEMPTS, ENERGY, Role.COMMAND, NOT_DONE) == (len(worker.begun), said.chat, said.role, said.text)
    assert "77" == getattr(said.effect, "reply_to", "")
    assert 0 == await left(office)


async def test_takes_the_process_along(office: Office) -> None:
    """A chore that nobody comes back from is not begun for ever; if nobody asked for it, the coordinators are told."""
    worker = Worker(office)
    await ask(office)
    for _ in range(ATTEMPTS):
        async with office.database.transaction() as tx:
            assert await stored.claim(tx, "stats", office.clock(), lease=LEASE) is not None
        office.clock.move(LEASE)
    assert 1 == await Chores(office.ctx, {"stats": worker}).once()
    assert ([], [(DESK, NOT_DONE)], 0) == (
        worker.begun,
        [(row.chat, row.text) for row in await office.entries()],
        await left(office),
    )


@pytest.mark.parametrize("chat", ["gone:1", "nonsense"])
async def test_nobody_to_tell(office: Office, chat: str) -> None:
    """A chore of a channel that is no more is given up in silence."""
    await ask(office, chat=chat)
    await Chores(office.ctx, {"stats": Worker(office, errors=[ValueError()])}).once()
    await office.value("UPDATE chores SET attempts = $1 RETURNING 1", ATTEMPTS)
    office.clock.move(LEASE)
    await Chores(office.ctx, {"stats": Worker(office)}).once()
    assert (0, []) == (await left(office), await office.entries())


async def test_outdated(office: Office) -> None:
    """A chore that nobody understands any more is dropped, and the log says so."""
    await ask(office)
    assert 1 == await Chores(office.ctx, {"stats": Worker(office, errors=[Outdated()])}).once()
    assert (0, ["chore.outdated"]) == (await left(office), [line["event"] for line in office.logs])


async def test_done_elsewhere(office: Office) -> None:
    """What another process has finished meanwhile is not told twice."""
    worker = Worker(office, gate=Gate())
    assert worker.gate is not None
    await ask(office)
    running = asyncio.create_task(Chores(office.ctx, {"stats": worker}).once())
    await worker.gate.wait()
    await office.value("DELETE FROM chores RETURNING 1")
    worker.gate.open()
    assert 1 == await asyncio.wait_for(running, PATIENCE)
    assert ["chore.done_elsewhere"] == [line["event"] for line in office.logs]


async def test_other_kinds(office: Office) -> None:
    """What a newer process has asked for is left for it."""
    await ask(office, kind="later")
    assert (0, 1) == (await Chores(office.ctx, {"stats": Worker(office)}).once(), await left(office))
