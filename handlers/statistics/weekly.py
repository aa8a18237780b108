"""The report of each week: which one is next, and when. The one that comes waits as a chore; its key is its Monday."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog

from bot.statistics.weekly import due_at, next_week
from handlers.chores import add
from handlers.context import Context
from storage import chores
from storage.database import DatabaseAway, Transaction

log = structlog.get_logger(__name__)

REPORT = "report"
#: A report that could not be made so long is news no more.
LATE = timedelta(days=2)
#: Seconds between looks at what the settings say.
EVERY = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A chore's arguments. It is told to the coordinators, wherever they are by then."""

    #: The text is there already; the picture is not.
    is_told: bool = False


class WeeklyReports:
    """Keeps the next report waiting as the settings want it now. Several processes may do so."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            try:
                await self.once()
            except DatabaseAway:
                log.warning("database.away", where="reports")
            await asyncio.sleep(EVERY)

    async def once(self) -> None:
        """See that the next report waits, for its time."""
        ctx = self._ctx
        async with ctx.database.transaction() as tx:
            for one in await chores.waiting(tx, REPORT):
                if ctx.weekly_report is None:
                    await chores.finish(tx, one.id)
                    continue
                due = due_at(date.fromisoformat(one.key), ctx.weekly_report, ctx.look.zone)
                if due != one.not_before:
                    await chores.move(tx, one.id, due)
            if not await chores.is_there(tx, REPORT):
                await prepare(tx, ctx, after=ctx.clock())


def is_in_time(ctx: Context, week: date, now: datetime) -> bool:
    """Whether the report of this week is to be told now."""
    when = ctx.weekly_report
    if when is None:
        return False
    due = due_at(week, when, ctx.look.zone)
    return due <= now <= due + LATE


async def prepare(tx: Transaction, ctx: Context, *, behind: date | None = None, after: datetime | None = None) -> None:
    """Have the next report made at its time: of a week `behind` this one, due `after` then.

    Without `after`, one that should have been told while the service was away is told yet, for as long as it is news.
    """
    when = ctx.weekly_report
    if when is None:
        return
    week = next_week(after or ctx.clock() - LATE, when, ctx.look.zone)
    if behind is not None:
        week = max(week, behind + timedelta(days=7))
    await add(tx, ctx, REPORT, week.isoformat(), {}, not_before=due_at(week, when, ctx.look.zone))
