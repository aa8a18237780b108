"""Questions whose time has come, one after the other: what the jobs have in common that act by themselves."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from datetime import datetime, timedelta
from typing import ClassVar

import structlog

from handlers.context import Context
from storage import questions
from storage.database import DatabaseAway, Transaction

log = structlog.get_logger(__name__)

#: Seconds between looks at whose time has come.
EVERY = 20.0
#: When a question is looked at again with which something went wrong.
RETRIES_AFTER = timedelta(hours=1)
#: Questions that are looked for in one go.
BATCH = 500


class InTurn(ABC):
    """Handles each question in a transaction of its own. Several processes may: each looks again under the lock."""

    #: What the log calls this job, and the column of `questions` that says when a question's time comes.
    name: ClassVar[str]
    column: ClassVar[str]

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    @abstractmethod
    async def due(self, tx: Transaction, now: datetime, *, limit: int) -> list[int]:
        """Questions whose time has come, the longest ago first."""

    @abstractmethod
    async def handle(self, tx: Transaction, number: int, now: datetime) -> None:
        """Lock a question, see whether its time has come indeed, and do what is to be done."""

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            try:
                await self.once()
            except DatabaseAway:
                log.warning("database.away", where=self.name)
            await asyncio.sleep(EVERY)

    async def once(self) -> None:
        """Do all that is to be done now."""
        now = self._ctx.clock()
        while True:
            async with self._ctx.database.transaction(durable=False) as tx:
                numbers = await self.due(tx, now, limit=BATCH)
            for number in numbers:
                await self._try(number, now)
            if len(numbers) < BATCH:
                return

    async def _try(self, number: int, now: datetime) -> None:
        try:
            async with self._ctx.database.transaction() as tx:
                await self.handle(tx, number, now)
        except DatabaseAway:
            raise
        except Exception as error:
            # Whatever it is, the others must not wait behind this one for ever.
            log.exception(f"{self.name}.failed", question=number, error=type(error).__name__)
            async with self._ctx.database.transaction() as tx:
                await questions.change(tx, number, **{self.column: now + RETRIES_AFTER})
