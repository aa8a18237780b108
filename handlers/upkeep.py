"""Work that nobody waits for: replies that overtook a receipt, and what is old enough to be removed."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from handlers import binding, residents
from handlers.context import Context
from handlers.intake import Intake
from handlers.media import MediaStore
from storage import events, kept, questions
from storage.database import DatabaseAway

log = structlog.get_logger(__name__)

#: Seconds between looks at replies that wait, when no receipt wakes us; between clean-ups.
LOOK, CLEAN = 1.0, 3600.0
#: Questions that are brought home at one start.
ASTRAY = 10_000


class Upkeep:
    """The service's house-keeping."""

    def __init__(
        self, ctx: Context, intake: Intake, media: MediaStore, *, events_kept: timedelta, media_kept: timedelta
    ) -> None:
        self._ctx = ctx
        self._intake = intake
        self._media = media
        self._events_kept = events_kept
        self._media_kept = media_kept

    async def run(self) -> None:
        """Keep house until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._overtaken())
            tasks.create_task(self._clean())
            tasks.create_task(self._bring_home())

    async def _overtaken(self) -> None:
        # Replies may have waited when the last process ended.
        self._intake.overtaken.set()
        while True:
            await self._intake.overtaken.wait()
            self._intake.overtaken.clear()
            try:
                waiting = await self._intake.retry_overtaken()
            except DatabaseAway:
                waiting = True
            if waiting:
                await self._intake.wait_for_receipt(LOOK)
                self._intake.overtaken.set()

    async def _bring_home(self) -> None:
        """Show questions where they belong now: at the start, and whenever departments have other chats.

        Those of an admin chat that the settings no longer name go to the coordinators, those of a department that was
        just tied to a chat go there.
        """
        self._ctx.astray.set()
        while True:
            await self._ctx.astray.wait()
            self._ctx.astray.clear()
            if not await self._brought_home():
                await asyncio.sleep(LOOK)
                self._ctx.astray.set()

    async def _brought_home(self) -> bool:
        try:
            moved = await binding.bring_home(self._ctx)
            async with self._ctx.database.transaction() as tx:
                astray = await questions.astray(tx, sorted(self._ctx.desk.admin_chats, key=str), limit=ASTRAY)
            for number in astray:
                async with self._ctx.database.transaction() as tx:
                    await residents.show_elsewhere(tx, self._ctx, number)
        except DatabaseAway:
            log.warning("database.away", where="upkeep")
            return False
        if astray or moved:
            log.warning("questions.shown_elsewhere", count=len(astray) + moved)
        return True

    async def _clean(self) -> None:
        while True:
            try:
                await self._remove_old()
            except DatabaseAway:
                log.warning("database.away", where="upkeep")
            except OSError as error:
                log.warning("upkeep.disk", error=error.strerror)
            await asyncio.sleep(CLEAN)

    async def _remove_old(self) -> None:
        removed, more = 0, True
        while more:
            # Small steps: a long delete would hold up nothing, but bloat everything.
            async with self._ctx.database.transaction(durable=False) as tx:
                step = await events.clean(tx, self._events_kept)
                await kept.clean(tx)
            removed, more = removed + step, step > 0
        await self._media.clean(self._media_kept, self._ctx.clock())
        if removed:
            log.info("events.cleaned", removed=removed)
