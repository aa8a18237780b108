"""An office in which residents' rights are looked after: files are stored, chores and traces are carried out."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

from bot.errors import MediaUnavailable
from bot.model.chat import ChatRef
from bot.model.content import Media
from bot.rights import Retention, Rights
from handlers import residents
from handlers.chores import Chores
from handlers.media import MediaStore
from handlers.rights import my_data
from handlers.rights.retention import Retention as RetentionJob
from handlers.rights.traces import TraceRemover
from handlers.statistics.counting import Counting
from handlers.statistics.exporting import EXPORT, Exports
from storage.chat_log import StoredChatLog
from tests.handlers.fakes import HOME, WORK, Office, open_office

NOTICE = "https://otvet.example/privacy"
REQUIRED = Rights(notice_url=NOTICE, consent="v1")
DAY = timedelta(days=1)
#: A worker that writes into a table what it is called.
_WRITES = """
import json, os, sys
job = json.loads(sys.stdin.buffer.read())
open(job["path"], "w").write(os.path.basename(job["path"]))
print(json.dumps({"done": True, "table": {"questions": 1, "reopened": 0}}), flush=True)
"""


@dataclass(slots=True, kw_only=True)
class House:
    """The office, with all that works in the background; nothing of it runs until a test says so."""

    office: Office
    media: MediaStore
    folder: Path
    #: What the channels' files hold, by `ref`.
    contents: dict[str, bytes] = field(default_factory=dict)
    #: Rows that retention looks at in one go; bytes that a file with somebody's data may have.
    step: int = 1000
    limit: int = my_data.LIMIT
    _chores: Chores | None = None
    _traces: TraceRemover | None = None

    @property
    def chores(self) -> Chores:
        if self._chores is None:
            made = my_data.MyData(self.office.ctx, self.media, limit=self.limit)
            labels = Counting(self.office.ctx).labels
            exports = Exports(self.office.ctx, self.media, labels, command=(sys.executable, "-c", _WRITES))
            self._chores = Chores(self.office.ctx, {my_data.KIND: made.make, EXPORT: exports.make})
        return self._chores

    @property
    def traces(self) -> TraceRemover:
        if self._traces is None:
            self._traces = TraceRemover(self.office.ctx, self.media)
        return self._traces

    @property
    def retention(self) -> RetentionJob:
        return RetentionJob(self.office.ctx, self.traces, residents.register, step=self.step)

    def keeps(self, **terms: timedelta) -> None:
        """From now on data are kept for so long."""
        self.office.ctx.rights = Rights(retention=Retention(**terms))

    async def fetch(self, media: Media, into: BinaryIO) -> None:
        if media.ref not in self.contents:
            raise MediaUnavailable("gone", "файла нет")
        into.write(self.contents[media.ref])

    async def log(self) -> StoredChatLog:
        """The log of the officials' channel, as if it were the page; its ids are unlike the scripted platform's."""
        await self.office.value(
            "SELECT setval(pg_get_serial_sequence('log_items', 'id'), max(id)) FROM (SELECT 500000"
            " AS id UNION SELECT id FROM log_items) i"
        )
        return StoredChatLog(self.office.database, WORK)

    def stored(self) -> list[bytes]:
        """The contents of all files in the store."""
        return sorted(path.read_bytes() for path in self.folder.glob("[0-9a-f][0-9a-f]/*"))

    async def forgets(self, who: ChatRef) -> None:
        """Somebody has everything removed, and what follows at once is done."""
        await self.office.writes(who, "забыть меня")
        await self.office.presses(who, "forget-yes")
        await self.traces.once()

    async def a_day_later(self) -> None:
        """All that was on its way has come, and a day has gone by."""
        await self.office.deliver()
        self.office.clock.move(DAY)
        await self.traces.once()


@contextlib.asynccontextmanager
async def open_house(address: str, folder: Path, *, rights: Rights | None = None, **more: Any) -> AsyncIterator[House]:
    """An office over this database, and a store in this folder."""
    async with open_office(address, **more) as office:
        if rights is not None:
            office.ctx.rights = rights
        media = MediaStore(folder, clock=office.clock, reserve=0)
        await media.open()
        house = House(office=office, media=media, folder=folder)
        for channel in (HOME, WORK):
            media.register(channel, house.fetch, 1024 * 1024)
        yield house
        await media.close()
