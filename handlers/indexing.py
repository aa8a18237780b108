"""Keeping the index of words up to date: a moment after something changed, and bit by bit what was there before."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from handlers.context import Context
from storage import commonness, found_by, unindexed
from storage.database import DatabaseAway

log = structlog.get_logger(__name__)

#: Seconds between looks at what has changed, and at whether the words are to be counted anew.
EVERY, COUNTS_EVERY = 1.0, 60.0
#: Questions that are indexed in one transaction; seconds between two of them, so that others have their turn.
BATCH, PAUSE = 100, 0.05
#: How old the count of the words may be, and how much the index may have grown since then.
COUNT_LASTS, COUNT_HOLDS = timedelta(hours=1), 2


class Indexing:
    """Indexes questions. Several processes may run it: one at a time does, each counts for itself."""

    def __init__(self, ctx: Context, *, pause: float = PAUSE) -> None:
        self._ctx = ctx
        self._pause = pause
        self._counted_at: datetime | None = None
        self._counted_pages = 0

    async def run(self) -> None:
        """Index until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._repeat(self.once, EVERY))
            tasks.create_task(self._repeat(self.count, COUNTS_EVERY))

    async def _repeat(self, work: Callable[[], Awaitable[None]], seconds: float) -> None:
        while True:
            try:
                await work()
            except DatabaseAway:
                log.warning("database.away", where="indexing")
            await asyncio.sleep(seconds)

    async def once(self) -> None:
        """Index all that has changed."""
        done = some = await self._some()
        while some == BATCH:
            await asyncio.sleep(self._pause)
            done += (some := await self._some())
        if done:
            async with self._ctx.database.transaction(durable=False) as tx:
                await found_by.tidy(tx)

    async def count(self) -> None:
        """Find out how common words are, when it is time."""
        now = self._ctx.clock()
        async with self._ctx.database.transaction(durable=False) as tx:
            pages = await commonness.pages(tx)
            fresh = self._counted_at is not None and now - self._counted_at < COUNT_LASTS
            if fresh and pages <= COUNT_HOLDS * self._counted_pages:
                return
            self._ctx.lexicon.commonness = await commonness.sample(tx)
        self._counted_at, self._counted_pages = now, pages

    async def _some(self) -> int:
        """Index some questions and return how many there were; none, while another process does it."""
        try:
            return await self._batch(BATCH)
        except DatabaseAway:
            raise
        except Exception as error:
            log.warning("indexing.failed", error=type(error).__name__)
            return await self._one_by_one()

    async def _batch(self, limit: int) -> int:
        # What a power cut undoes is marked still.
        async with self._ctx.database.transaction(durable=False) as tx:
            if not await unindexed.alone(tx):
                return 0
            numbers = await unindexed.take(tx, limit=limit)
            await found_by.index(tx, numbers)
            return len(numbers)

    async def _one_by_one(self) -> int:
        """Whatever it is, the others must not wait behind one odd question: it alone is not found."""
        done = 0
        while done < BATCH:
            number: int | None = None
            try:
                async with self._ctx.database.transaction(durable=False) as tx:
                    if not await unindexed.alone(tx) or not (numbers := await unindexed.take(tx, limit=1)):
                        return done
                    (number,) = numbers
                    await found_by.index(tx, numbers)
            except DatabaseAway:
                raise
            except Exception as error:
                if number is None:
                    raise
                log.exception("indexing.left_out", question=number, error=type(error).__name__)
                self._ctx.metrics.alarms.labels("", "not_indexed").inc()
                async with self._ctx.database.transaction(durable=False) as tx:
                    await unindexed.forget(tx, number)
            done += 1
        return done
