"""Counting: figures, the lists behind them, and what everybody may see. For chats, pages and the shell alike."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.adapter import Labels
from bot.model.chat import ChatRef
from bot.statistics import counting
from bot.statistics.counting import Waits
from bot.statistics.figures import LONGEST, MONTHS, By, Listed, LongWait, Month, Report, Scope, What
from bot.statistics.handed_on import HandedOn, with_both
from bot.statistics.period import Period
from handlers.context import Context
from storage import statistics
from storage.statistics import Which

#: Periods that are counted at the same time: a long one takes memory and a core.
AT_ONCE = 2
#: For how long what was counted of the months is shown.
MONTHS_LAST = timedelta(minutes=10)


class Counting:
    """Works out what `bot.adapter.Insight` is asked for of figures."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._months: tuple[datetime, Sequence[Month]] | None = None
        self._months_turn = asyncio.Lock()

    def labels(self) -> Labels:
        """How slugs and channels are called for people, as the settings say now."""
        look = self._ctx.look
        return Labels(
            zone=look.zone,
            departments=look.departments,
            topics=look.topics,
            places=look.places,
            channels={channel: look.title(channel) for channel in self._ctx.capabilities},
            targets=self._ctx.targets,
        )

    def today(self) -> date:
        """The day that it is in the service's zone."""
        return self._ctx.clock().astimezone(self._ctx.look.zone).date()

    def departments_of(self, admin_chat: ChatRef) -> tuple[str, ...] | None:
        """Whose questions this chat may see, by slugs; None: all."""
        desk = self._ctx.desk
        if desk.sees_all(admin_chat):
            return None
        return tuple(slug for slug in desk.departments if desk.own_chat_of(slug) == admin_chat)

    async def has_figures(self, department: str) -> bool:
        """Whether there are figures of a department, also where settings do not have it any more."""
        async with self._ctx.database.transaction() as tx:
            return bool(await statistics.departments_among(tx, [department]))

    async def report(self, admin_chat: ChatRef, scope: Scope) -> Report:
        """The figures. What the chat may not see is left out of the scope."""
        return await self.count(self._seen(admin_chat, scope))

    async def count(self, scope: Scope) -> Report:
        """The figures of just this scope. Raises DatabaseAway."""
        now, zone = self._ctx.clock(), self._ctx.look.zone
        then = scope.period.same_moment_before(now, zone)
        async with self._turns:
            waits, before, older, handed_on = await self._read(scope, now, then)
            midnights = scope.period.midnights(zone)
            report = await asyncio.to_thread(counting.report, scope, waits, before, older, now, then, midnights)
            return with_both(report, handed_on)

    async def behind(self, admin_chat: ChatRef, scope: Scope, what: What, *, page: int) -> Listed:
        """The waits that a number counts."""
        which = self._which(self._seen(admin_chat, scope))
        async with self._ctx.database.transaction() as tx:
            await statistics.snapshot(tx)
            return await statistics.behind(tx, which, what, self._ctx.clock(), page=page)

    async def months(self) -> Sequence[Month]:
        """What everybody may see, newest first; the month that goes on is the first."""
        async with self._months_turn:
            now = self._ctx.clock()
            if self._months is None or now - self._months[0] >= MONTHS_LAST:
                self._months = now, await self._count_months(now)
            return self._months[1]

    async def _count_months(self, now: datetime) -> Sequence[Month]:
        zone, today = self._ctx.look.zone, self.today()
        counted = [today.year * 12 + today.month - 1 - back for back in range(MONTHS - 1, -2, -1)]
        firsts = [date(one // 12, one % 12 + 1, 1) for one in counted]
        midnights = [Period(first=first, last=first).bounds(zone)[0] for first in firsts]
        async with self._turns:
            waits = await self._waits(Which(since=midnights[0], until=midnights[-1]), counting.OPEN_BY)
            return await asyncio.to_thread(counting.months, waits, firsts[:-1], midnights, now)

    async def _read(
        self, scope: Scope, now: datetime, then: datetime
    ) -> tuple[Waits, Waits, Sequence[LongWait], HandedOn]:
        """The waits of the period, those before as they were `then`, the longest of older ones, and who handed on.

        All is of one moment, though two connections read it, in half of the time.
        """
        which = self._which(scope)
        async with self._ctx.database.snapshot() as tx:
            name = await statistics.name_of_snapshot(tx)
            before = asyncio.create_task(self._before(scope, then, name))
            try:
                older = await statistics.longest_of_before(tx, which, now, most=LONGEST)
                handed_on = await statistics.handed_on(tx, which)
                return await statistics.waits(tx, which, tuple(By)), await before, older, handed_on
            finally:
                before.cancel()
                await asyncio.gather(before, return_exceptions=True)

    async def _before(self, scope: Scope, then: datetime, snapshot: str) -> Waits:
        which = self._which(replace(scope, period=scope.period.before()))
        async with self._ctx.database.snapshot() as tx:
            await statistics.look_at(tx, snapshot)
            return await statistics.waits(tx, which, (By.DEPARTMENT,), then=then)

    async def _waits(self, which: Which, by: Collection[By] = ()) -> Waits:
        async with self._ctx.database.snapshot() as tx:
            return await statistics.waits(tx, which, by)

    def _seen(self, admin_chat: ChatRef, scope: Scope) -> Scope:
        may = self.departments_of(admin_chat)
        if may is None:
            return scope
        wanted = scope.departments
        return replace(scope, departments=may if wanted is None else tuple(one for one in wanted if one in may))

    def _which(self, scope: Scope) -> Which:
        return Which.of(scope, self._ctx.look.zone)
