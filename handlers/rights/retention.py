"""Carrying out, once a day, for how long each kind of data is kept: in small steps, told by counts alone."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from bot.model.content import Media
from bot.model.event import Sender
from bot.rights import MADE_KEPT
from handlers.context import Context
from handlers.rights import consent, traces
from handlers.rights.consent import Register
from handlers.rights.traces import TraceRemover
from storage import consents, conversations, erasing
from storage import retention as stored
from storage import traces as stored_traces
from storage.database import DatabaseAway, Transaction
from storage.traces import Traces

log = structlog.get_logger(__name__)

#: Seconds between runs, and until the next one when something went wrong.
EVERY, EVERY_HOUR, RETRY = 24 * 3600.0, 3600.0, 600.0
#: Residents whose names are erased in one go, and what waited too long for a consent.
PEOPLE, ASIDE = 100, 100

#: One step: how many it erased (0: there is no more), and the files that went with it.
Step = Callable[[Transaction, datetime, int], Awaitable[tuple[int, set[Media]]]]


class Retention:
    """Erases what has been kept long enough. Of several processes one does so at a time."""

    def __init__(self, ctx: Context, remover: TraceRemover, register: Register, *, step: int = stored.STEP) -> None:
        """`step`: rows that one transaction looks at."""
        self._ctx = ctx
        self._remover = remover
        self._register = register
        self._step = step

    async def run(self) -> None:
        """Every day, or hour, until cancelled; begins at the start: what was done then is not done again."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._again_and_again(self.once, EVERY))
            tasks.create_task(self._again_and_again(self.short_lived, EVERY_HOUR))

    async def _again_and_again(self, work: Callable[[], Awaitable[None]], every: float) -> None:
        while True:
            rest = every
            try:
                await work()
            except DatabaseAway:
                log.warning("database.away", where="retention")
                rest = RETRY
            await asyncio.sleep(rest)

    async def short_lived(self) -> None:
        """Remove the files that the service made for one moment."""
        before, more = self._ctx.clock() - MADE_KEPT, True
        while more:
            async with self._ctx.database.transaction(durable=False) as tx:
                # Not in the way of the daily work: that would be left for a day.
                if not await stored.alone(tx, "short_lived"):
                    return
                more, files = await stored.made(tx, before, self._step)
                await stored.let_go(tx, files)
            await self._remove_files()

    async def once(self) -> None:
        """Erase all whose time is over."""
        kept, now = self._ctx.rights.retention, self._ctx.clock()
        done: Counter[str] = Counter()
        if kept.texts is not None:
            done["texts"] = await self._questions(stored.texts, now - kept.texts)
            await self._each(stored.lists, now - kept.texts)
            await self._each(stored.pages, now - kept.texts)
            await self._each(stored.log, now - kept.texts)
            await self._each(stored.unassigned, now - kept.texts)
        if kept.files is not None:
            done["files"] = await self._questions(stored.files, now - kept.files)
        if kept.names is not None:
            done["names"] = await self._names(now - kept.names, now)
        if kept.actions is not None:
            done["actions"] = await self._actions(now - kept.actions)
        done["set_aside"] = await self._set_aside(now - kept.set_aside, now)
        done["sealed"] = await self._questions(stored.unsealed, now)
        async with self._ctx.database.transaction() as tx:
            done["bans"] = await erasing.drop_bans(tx, now, limit=self._step)
        if any(done.values()):
            log.info("retention.done", **done)

    async def _questions(self, step: Step, before: datetime) -> int:
        """Erase of questions, step by step; in the end their files, which are looked for once."""
        count, files = 0, 0
        while True:
            async with self._ctx.database.transaction() as tx:
                if not await stored.alone(tx):
                    break
                some, media = await step(tx, before, self._step)
                await stored.let_go(tx, media)
            if not some:
                break
            count, files = count + some, files + len(media)
            if files >= self._step:
                await self._remove_files()
                files = 0
        await self._remove_files()
        return count

    async def _remove_files(self) -> None:
        """Remove what nothing shows any more, also what a process left that died over it."""
        async with self._ctx.database.transaction() as tx:
            names, files = await stored.going(tx)
        if names:
            await self._remover.remove_files(files)
            async with self._ctx.database.transaction() as tx:
                await stored.gone(tx, names)

    async def _each(self, step: Callable[[Transaction, datetime, int], Awaitable[bool]], before: datetime) -> None:
        more = True
        while more:
            async with self._ctx.database.transaction(durable=False) as tx:
                more = await stored.alone(tx) and await step(tx, before, self._step)

    async def _actions(self, before: datetime) -> int:
        count = 0
        while True:
            async with self._ctx.database.transaction(durable=False) as tx:
                some = await stored.actions(tx, before, self._step) if await stored.alone(tx) else None
            if some is None:
                return count
            count += some

    async def _names(self, before: datetime, now: datetime) -> int:
        count, after = 0, 0
        while True:
            async with self._ctx.database.transaction() as tx:
                found = await stored.unseen(tx, before, now, after, limit=PEOPLE)
                gone = [one.chat for one in found if await self._forget(tx, one, before, now)]
                if gone:
                    event, entry = await stored_traces.newest(tx)
                    await traces.add(tx, self._ctx, Traces(chats=tuple(gone), last_event=event, last_entry=entry))
            count += len(gone)
            if len(found) < PEOPLE:
                return count
            after = found[-1].conversation

    async def _forget(self, tx: Transaction, one: stored.Unseen, before: datetime, now: datetime) -> bool:
        conversation = await conversations.lock_known(tx, one.chat)
        return conversation is not None and await stored.names(tx, conversation, before, now)

    async def _set_aside(self, before: datetime, now: datetime) -> int:
        """What waited too long for a consent is erased; what waits for one that nobody needs any more is registered."""
        count = 0
        while True:
            async with self._ctx.database.transaction() as tx:
                needless = self._ctx.rights.consent is None
                found = await consents.waited_too_long(tx, now if needless else before, limit=ASIDE)
            for number in found:
                async with self._ctx.database.transaction() as tx:
                    conversation = await conversations.lock_by_id(tx, number)
                    if needless or consent.is_waived(self._ctx, conversation):
                        await consent.release(tx, self._ctx, conversation, Sender(user_id=""), self._register)
                    else:
                        count += await consent.erase(tx, self._ctx, conversation)
            if not found:
                return count
