"""Work that nobody waits for: what overtook a receipt or another update, and what is old enough to be removed."""

from __future__ import annotations

import asyncio

import structlog

from handlers import binding, gone, showing
from handlers.context import Context
from handlers.intake import Intake
from handlers.media import MediaStore
from storage import events, kept, retention
from storage.database import DatabaseAway

log = structlog.get_logger(__name__)

#: Seconds between looks at replies that wait, when no receipt wakes us; between clean-ups.
LOOK, CLEAN = 1.0, 3600.0


async def bring_home(ctx: Context) -> int:
    """Show waiting questions where they belong now; returns how many. Raises DatabaseAway.

    Those of an admin chat that the settings no longer name go to their department's chat or to the coordinators, those
    of a chat from which the bot was removed to the coordinators, those of a department that was just tied to a chat
    there.
    """
    brought = await binding.bring_home(ctx) + await showing.bring_astray(ctx)
    await gone.drop_rest(ctx)
    return brought


class Upkeep:
    """The service's house-keeping."""

    def __init__(self, ctx: Context, intake: Intake, media: MediaStore) -> None:
        self._ctx = ctx
        self._intake = intake
        self._media = media

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
        """At the start, and whenever departments have other chats."""
        self._ctx.astray.set()
        while True:
            await self._ctx.astray.wait()
            self._ctx.astray.clear()
            if not await self._brought_home():
                await asyncio.sleep(LOOK)
                self._ctx.astray.set()

    async def _brought_home(self) -> bool:
        try:
            brought = await bring_home(self._ctx)
        except DatabaseAway:
            log.warning("database.away", where="upkeep")
            return False
        if brought:
            log.warning("questions.shown_elsewhere", count=brought)
        return True

    async def _clean(self) -> None:
        while True:
            try:
                await self.clean()
            except DatabaseAway:
                log.warning("database.away", where="upkeep")
            except OSError as error:
                log.warning("upkeep.disk", error=error.strerror)
            await asyncio.sleep(CLEAN)

    async def clean(self) -> None:
        """Remove raw updates and files that are old enough: not the files of what the law wants kept."""
        terms, removed, more = self._ctx.rights.retention, 0, True
        while more:
            # Small steps: a long delete would hold up nothing, but bloat everything.
            async with self._ctx.database.transaction(durable=False) as tx:
                step = await events.clean(tx, terms.updates)
                await kept.clean(tx)
            removed, more = removed + step, step > 0
        async with self._ctx.database.transaction(durable=False) as tx:
            locked_away = await retention.media_sealed(tx)
        await self._media.clean(terms.media, self._ctx.clock(), but=locked_away)
        if removed:
            log.info("events.cleaned", removed=removed)
