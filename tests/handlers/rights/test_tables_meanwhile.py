"""A resident has his data removed while a table is being made that has his words already."""

from __future__ import annotations

import asyncio
import contextlib
import io
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest

from bot.delivery.entry import Role
from bot.delivery.fit import Draft
from bot.model.chat import ChatKind, ChatRef
from bot.model.content import Media, MediaKind
from bot.statistics.period import Period
from bot.statistics.summary import QUESTIONS
from bot.statistics.table import Format, file_name
from handlers.chores import Chores
from handlers.outgoing import Address, post
from handlers.statistics.counting import Counting
from handlers.statistics.exporting import EXPORT, TRIES, Exports
from storage import forgotten
from storage.database import Database
from tests.handlers.fakes import DESK, HOME, IRINA, OLEG, PATIENCE, Office
from tests.handlers.rights.house import House, open_house

MARIA = ChatRef(channel=HOME, chat_id="103")
#: The worker, who says that he has written the table only when somebody lets him.
_HELD = """
import socket, subprocess, sys
worker = [sys.executable, "-m", "handlers.statistics.worker", sys.argv[1]]
said = subprocess.run(worker, stdin=sys.stdin, stdout=subprocess.PIPE, check=True).stdout
with socket.socket(socket.AF_UNIX) as door:
    door.connect(DOOR)
    door.recv(1)
sys.stdout.buffer.write(said)
"""


@dataclass(slots=True, kw_only=True)
class Making:
    """Tables that are made one after the other."""

    house: House
    chores: Chores
    #: How workers that have written their table are let go on.
    held: asyncio.Queue[asyncio.StreamWriter]

    @property
    def office(self) -> Office:
        return self.house.office

    @contextlib.asynccontextmanager
    async def is_written(self) -> AsyncIterator[None]:
        """What is done inside is done after a table was read from the database, and before it is posted."""
        async with asyncio.timeout(PATIENCE):
            worker = await self.held.get()
        yield
        worker.close()

    async def came(self) -> list[list[str]]:
        """The texts of the questions in each table that came."""
        await self.office.deliver()
        files = [media for message, _ in self.office.work.messages(DESK) for media in message.media]
        found = []
        for media in files:
            book = openpyxl.load_workbook(io.BytesIO((await self.house.media.get(media)).path.read_bytes()))
            found.append([row[-2] or "" for row in book[QUESTIONS].iter_rows(min_row=2, values_only=True)])
        return found


@pytest.fixture
async def making(database_address: str, tmp_path: Path) -> AsyncIterator[Making]:
    """Irina, Oleg and Maria have asked."""
    held, door = asyncio.Queue[asyncio.StreamWriter](), tmp_path / "door"
    command = (sys.executable, "-c", _HELD.replace("DOOR", repr(str(door))))
    server = await asyncio.start_unix_server(lambda _, worker: held.put_nowait(worker), door)
    async with server, open_house(database_address, tmp_path / "media") as house:
        for who, text in {IRINA: "Нет тепла", OLEG: "Яма", MARIA: "Нет воды"}.items():
            await house.office.writes(who, text)
        await house.office.deliver()
        exports = Exports(house.office.ctx, house.media, Counting(house.office.ctx).labels, command=command)
        yield Making(house=house, chores=Chores(house.office.ctx, {EXPORT: exports.make}), held=held)


async def test_made_again(making: Making) -> None:
    """His words are in no table that comes, nor in the store, also where he has begun anew at once."""
    await making.office.writes(DESK, "/export день")
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(making.chores.once())
        async with making.is_written():
            await making.house.forgets(IRINA)
            await making.office.writes(IRINA, "Снова я")
        async with making.is_written():
            pass
    assert [["[без текста]", "Яма", "Нет воды", "Снова я"]] == await making.came()
    assert 1 == len(making.house.stored())


async def test_never_done(making: Making) -> None:
    """Where somebody does so each time, the official hears why there is no table, and what to do; nothing is kept."""
    await making.office.writes(DESK, "/export день")
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(making.chores.once())
        for who in (IRINA, OLEG, MARIA)[:TRIES]:
            async with making.is_written():
                await making.house.forgets(who)
    assert [] == await making.came()
    assert making.office.work.texts(DESK)[-1].endswith("Отправьте /export ещё раз.")
    assert [] == making.house.stored()
    assert 0 == await making.office.value("SELECT count(*) FROM chores")


async def test_at_the_same_moment(making: Making) -> None:
    """Whoever has his data removed while a table is being posted waits for that, and takes it back."""
    house, office = making.house, making.office
    day = office.clock().astimezone(office.ctx.look.zone).date()
    name = file_name(Period(first=day, last=day), Format.XLSX)
    stored = await house.media.put(_chunks(b"a table"), file_name=name, limit=100)
    table = Media(kind=MediaKind.DOCUMENT, channel="", ref=f"file:{stored.sha256}", file_name=stored.file_name)
    address = Address(chat=DESK, chat_kind=ChatKind.GROUP, role=Role.COMMAND)
    await office.writes(IRINA, "забыть меня")
    async with asyncio.TaskGroup() as tasks, office.eye.transaction() as tx:
        await forgotten.hold(tx)
        tasks.create_task(office.presses(IRINA, "forget-yes"))
        await _somebody_waits(office)
        await post(tx, office.ctx, address, Draft(media=(table,)))
    await office.writes(IRINA, "Снова я")
    await house.traces.once()
    assert [] == await making.came()
    assert [] == house.stored()


async def test_not_over_yet(making: Making) -> None:
    """Whoever posts a table while somebody is having his data removed waits for that, and knows of it."""
    database = making.office.database
    async with database.transaction() as tx:
        before = await forgotten.count(tx)
    async with asyncio.TaskGroup() as tasks, database.transaction() as tx:
        await forgotten.add(tx)
        held = tasks.create_task(_held(database))
        await _somebody_waits(making.office)
    assert before + 1 == held.result()


async def _held(database: Database) -> int:
    async with database.transaction() as tx:
        return await forgotten.hold(tx)


async def _somebody_waits(office: Office) -> None:
    """Until a transaction waits for a row that another one has locked."""
    waits = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"
    async with asyncio.timeout(PATIENCE):
        while not await office.value(waits):
            pass


async def _chunks(content: bytes) -> AsyncIterator[bytes]:
    yield content
