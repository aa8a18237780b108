"""An office whose figures are asked for: departments, a ledger written by hand, the workers that tell."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

from bot.adapter import Labels
from bot.desk.routing import Department, Desk
from bot.model.chat import ChatRef
from bot.statistics.figures import Report
from handlers.chores import Chores
from handlers.media import MediaStore
from handlers.statistics.counting import Counting
from handlers.statistics.telling import STATISTICS, Draw, Telling
from handlers.statistics.weekly import REPORT, WeeklyReports
from tests.handlers.fakes import DESK, ENERGY, WORK, Office, open_office
from tests.handlers.pictures import plain
from tests.storage.waits import add_wait

#: Two departments share this chat.
SHARED = ChatRef(channel=WORK, chat_id="-700")
#: A Wednesday.
NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
SETTINGS = Desk(
    coordinators=DESK,
    answer_within=timedelta(hours=4),
    departments={
        one.slug: one
        for one in (
            Department(slug="energy", name="Энергетика", admin_chat=ENERGY),
            Department(slug="school5", name="Школа № 5", admin_chat=SHARED),
            Department(slug="school6", name="Школа № 6", admin_chat=SHARED),
        )
    },
)


@dataclass(slots=True)
class Painter:
    """Draws what a test tells it to."""

    drawn: list[Report] = field(default_factory=list)
    error: BaseException | None = None

    async def __call__(self, report: Report, labels: Labels) -> bytes:
        self.drawn.append(report)
        if self.error is not None:
            raise self.error
        return plain()


@dataclass(slots=True, kw_only=True)
class Bureau:
    """The office, and one process's workers for figures."""

    office: Office
    painter: Painter
    media: MediaStore
    counting: Counting
    reports: WeeklyReports
    chores: Chores

    async def wait(self, **values: Any) -> int:
        """A wait in the ledger, see `tests.storage.waits.add_wait`."""
        async with self.office.database.transaction() as tx:
            return await add_wait(tx, **values)

    async def asks(self, words: str, chat: ChatRef = DESK) -> list[str]:
        """What an official reads in his chat when he has written this."""
        before = len(await self.office.entries(chat))
        await self.office.writes(chat, words)
        await self.chores.once()
        return [row.text for row in (await self.office.entries(chat))[before:] if row.text]


def workers(office: Office, media: MediaStore, draw: Draw | None) -> tuple[Counting, WeeklyReports, Chores]:
    """What one process has of them."""
    counting = Counting(office.ctx)
    telling = Telling(office.ctx, counting, media, draw)
    chores = Chores(office.ctx, {STATISTICS: telling.statistics, REPORT: telling.weekly})
    return counting, WeeklyReports(office.ctx), chores


@asynccontextmanager
async def open_bureau(address: str, folder: Path, *, zone: tzinfo = UTC) -> AsyncIterator[Bureau]:
    """Coordinators and three departments, at NOW."""
    async with open_office(address, desk=replace(SETTINGS, zone=zone)) as office:
        office.clock.now = NOW
        office.ctx.look = replace(office.ctx.look, zone=zone)
        media = MediaStore(folder / "media", reserve=0)
        await media.open()
        painter = Painter()
        counting, reports, chores = workers(office, media, painter)
        yield Bureau(office=office, painter=painter, media=media, counting=counting, reports=reports, chores=chores)
        await media.close()
