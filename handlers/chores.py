"""Carrying out long work: pictures, exports, reports. It is asked for in a transaction, and outlives the process."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.delivery.entry import Role
from bot.delivery.fit import Draft
from bot.model.chat import ChatKind, ChatRef
from bot.statistics.said import not_done
from handlers.context import Context
from handlers.outgoing import Address, post
from storage import chores
from storage.chores import Chore, ChoreGone
from storage.database import DatabaseAway, Transaction

log = structlog.get_logger(__name__)

#: Seconds between looks at what another process has asked for, or what has become due.
EVERY = 3.0
#: A process that shows no sign of life for so long has left its chore to the others; it shows one each third of that.
LEASE = timedelta(minutes=1)
#: How often a chore is begun at the most, and how long it rests after it failed for the first time, the second.
ATTEMPTS = 3
PAUSES = (timedelta(seconds=5), timedelta(minutes=1))

#: Does it: opens transactions as it likes, and in the last one says what came of it and calls `storage.chores.finish`.
#: Raises Outdated when it no longer understands the arguments.
Handler = Callable[[Chore], Awaitable[None]]


class Outdated(Exception):
    """Nobody knows any more what the chore's arguments mean."""


async def add(
    tx: Transaction,
    ctx: Context,
    kind: str,
    key: str,
    arguments: Mapping[str, Any],
    *,
    not_before: datetime | None = None,
) -> bool:
    """Have this done, at once unless it is said when; False: it is there already.

    `arguments` are JSON. When it cannot be done, that is told in `chat` (`channel:id`) as an answer to `message`; where
    they do not name one, to the coordinators.
    """
    added = await chores.add(tx, kind, key, arguments, not_before=not_before or ctx.clock())
    tx.after_commit(lambda: ctx.chore_added(kind))
    return added


class Chores:
    """Carries out chores, each kind beside the others, one after the other of a kind. Several processes may do so."""

    def __init__(self, ctx: Context, handlers: Mapping[str, Handler], *, lease: timedelta = LEASE) -> None:
        self._ctx = ctx
        self._lease = lease
        self._handlers = handlers
        self._added = {kind: asyncio.Event() for kind in handlers}
        ctx.chore_added = self.wake

    def wake(self, kind: str) -> None:
        """There is something to do."""
        if (added := self._added.get(kind)) is not None:
            added.set()

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for kind in self._handlers:
                tasks.create_task(self._work(kind))

    async def once(self) -> int:
        """Carry out all that is due now; returns how many chores were begun."""
        begun = 0
        for kind in self._handlers:
            while await self._next(kind):
                begun += 1
        return begun

    async def _work(self, kind: str) -> None:
        added = self._added[kind]
        while True:
            added.clear()
            try:
                found = await self._next(kind)
            except DatabaseAway:
                log.warning("database.away", where="chores")
                found = False
            if not found:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(added.wait(), EVERY)

    async def _next(self, kind: str) -> bool:
        """Carry out one chore; False: there is none."""
        async with self._ctx.database.transaction() as tx:
            chore = await chores.claim(tx, kind, self._ctx.clock(), lease=self._lease)
        if chore is None:
            return False
        if chore.attempts > ATTEMPTS:
            # Nobody came back from it: it may have taken the whole process along.
            await self._give_up(chore)
            return True
        try:
            async with self._held(chore):
                await self._handlers[kind](chore)
        except ChoreGone:
            log.info("chore.done_elsewhere", kind=kind, chore=chore.id)
        except Outdated:
            log.warning("chore.outdated", kind=kind, chore=chore.id)
            await self._drop(chore)
        except DatabaseAway:
            log.warning("database.away", where="chores", kind=kind, chore=chore.id)
            await self._rest(chore)
        except Exception as error:
            log.exception("chore.failed", kind=kind, chore=chore.id, attempt=chore.attempts, error=type(error).__name__)
            if chore.attempts < ATTEMPTS:
                await self._rest(chore)
            else:
                await self._give_up(chore)
        return True

    @contextlib.asynccontextmanager
    async def _held(self, chore: Chore) -> AsyncIterator[None]:
        """While it is carried out nobody else begins it."""
        holding = asyncio.create_task(self._hold(chore))
        try:
            yield
        finally:
            holding.cancel()
            await asyncio.wait([holding])

    async def _hold(self, chore: Chore) -> None:
        while True:
            await asyncio.sleep(self._lease.total_seconds() / 3)
            # A database that is away is the chore's own trouble.
            with contextlib.suppress(DatabaseAway):
                async with self._ctx.database.transaction() as tx:
                    await chores.put_off(tx, chore, self._ctx.clock() + self._lease)

    async def _rest(self, chore: Chore) -> None:
        """Try again later."""
        async with self._ctx.database.transaction() as tx:
            await chores.put_off(tx, chore, self._ctx.clock() + PAUSES[min(chore.attempts, len(PAUSES)) - 1])

    async def _drop(self, chore: Chore) -> None:
        with contextlib.suppress(ChoreGone):
            async with self._ctx.database.transaction() as tx:
                await chores.finish(tx, chore.id)

    async def _give_up(self, chore: Chore) -> None:
        """It cannot be done: whoever asked for it is told."""
        log.error("chore.given_up", kind=chore.kind, chore=chore.id, attempts=chore.attempts)
        with contextlib.suppress(ChoreGone):
            async with self._ctx.database.transaction() as tx:
                await chores.finish(tx, chore.id)
                await self._say_so(tx, chore)

    async def _say_so(self, tx: Transaction, chore: Chore) -> None:
        desk, chat = self._ctx.desk, chore.arguments.get("chat")
        try:
            whose = desk.now_at(ChatRef.parse(chat) if isinstance(chat, str) else desk.coordinators)
        except ValueError:
            return
        if whose.channel not in self._ctx.capabilities:
            return
        draft = Draft(text=not_done(chore.kind), reply_to=str(chore.arguments.get("message") or ""))
        await post(tx, self._ctx, Address(chat=whose, chat_kind=ChatKind.GROUP, role=Role.COMMAND), draft)
