"""Removing what is left of a resident where no index finds it: raw updates, lists in admin chats, files in the store.

It begins at once and goes on in steps, off everybody's way. A day later it is done once more: by then all has come
that was on its way, the last word to him too. A process that dies over it leaves it to the next one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta

import structlog

from bot.delivery.entry import Role
from bot.desk import forgotten
from bot.desk.found import without_words
from bot.model.chat import ChatKind
from bot.model.content import Media
from bot.model.message import DeleteMessage, EditMessage, SendMessage
from bot.model.question import Conversation
from bot.rights import is_made
from bot.statistics.table import period_of
from handlers.context import Context
from handlers.media import MediaStore
from handlers.outgoing import Address, do
from storage import traces as stored
from storage.database import DatabaseAway, Transaction
from storage.erasing import InGroup
from storage.outbox import State
from storage.traces import Traces

log = structlog.get_logger(__name__)

#: Seconds between looks at what another process left, or what has become due.
EVERY = 60.0
#: A process that has not finished by then has died over it.
LEASE = timedelta(minutes=30)
#: When everything has come that was on its way.
AGAIN_AFTER = timedelta(days=1)


async def of_set_aside(tx: Transaction, ctx: Context, conversation: Conversation, media: Sequence[Media]) -> None:
    """What was kept aside was erased: so are the updates that brought it, and its files."""
    event, _ = await stored.newest(tx)
    files = tuple(sorted({(one.channel, one.ref) for one in media}))
    await add(tx, ctx, Traces(chats=(conversation.chat,), last_event=event, files=files))


async def add(tx: Transaction, ctx: Context, traces: Traces) -> None:
    """Have these removed, beginning after the commit."""
    await stored.add(tx, traces, not_before=ctx.clock())
    tx.after_commit(ctx.traces.set)


class TraceRemover:
    """Removes traces. Several processes may: each takes other ones."""

    def __init__(self, ctx: Context, media: MediaStore) -> None:
        self._ctx = ctx
        self._media = media

    async def run(self) -> None:
        """Remove until cancelled."""
        while True:
            self._ctx.traces.clear()
            try:
                await self.once()
            except DatabaseAway:
                log.warning("database.away", where="traces")
            try:
                async with asyncio.timeout(EVERY):
                    await self._ctx.traces.wait()
            except TimeoutError:
                continue

    async def once(self) -> int:
        """Remove all that is due; returns of how many residents."""
        count = 0
        while True:
            async with self._ctx.database.transaction() as tx:
                task = await stored.claim(tx, self._ctx.clock(), lease=LEASE)
            if task is None:
                return count
            count += 1
            try:
                files = await self._remove(task.traces)
            except DatabaseAway:
                raise
            except Exception as error:
                # It is tried again when the lease has run out, for as long as it takes.
                log.exception("traces.failed", traces=task.id, error=type(error).__name__)
                continue
            async with self._ctx.database.transaction() as tx:
                await stored.finish(tx, task.id)
                if task.traces.again:
                    later = self._ctx.clock() + AGAIN_AFTER
                    rest = replace(task.traces, files=files, again=task.traces.again - 1)
                    await stored.add(tx, rest, not_before=later)

    async def _remove(self, traces: Traces) -> tuple[tuple[str, str], ...]:
        """Remove them; returns the files that are to be gone: some may still be shown until then."""
        traces, files = await self._up_to_now(traces), set(traces.media)
        after: int | None = 0
        while after is not None:
            async with self._ctx.database.transaction(durable=False) as tx:
                after = await stored.in_events(tx, traces, after)
        after = 0
        while after is not None:
            async with self._ctx.database.transaction(durable=False) as tx:
                after, shown = await stored.in_outbox(tx, traces, after)
                for one in shown:
                    if any(map(is_made, one.message.media)):
                        files |= await self._take_back(tx, one, traces.numbers)
                    else:
                        files |= await self._shorten(tx, one, traces.numbers)
        after = 0
        while after is not None:
            async with self._ctx.database.transaction(durable=False) as tx:
                after = await stored.in_log(tx, traces, after)
        async with self._ctx.database.transaction(durable=False) as tx:
            if sources := await stored.sources_of(tx, traces.numbers):
                await stored.forget_sources(tx, sources)
        if not traces.again:
            for chat in traces.chats:
                async with self._ctx.database.transaction() as tx:
                    if not await stored.is_known(tx, chat):
                        await stored.of_stranger(tx, chat, traces.user_id)
        await self.remove_files(files)
        log.info("traces.removed", residents=len(traces.chats), questions=len(traces.numbers))
        return tuple(sorted({(one.channel, one.ref) for one in files}))

    async def _up_to_now(self, traces: Traces) -> Traces:
        """Where nobody has begun anew in his chat, all that came since is still of him: a button pressed twice."""
        async with self._ctx.database.transaction() as tx:
            if len(traces.chats) > 1 or await stored.is_known(tx, traces.chats[0]):
                return traces
            event, entry = await stored.newest(tx)
        return replace(traces, last_event=event, last_entry=entry)

    async def _shorten(self, tx: Transaction, shown: InGroup, numbers: Collection[int]) -> set[Media]:
        """Take his questions out of a list, in the outbox and in the admin chat; and what was looked for.

        Returns the files that nothing shows any more.
        """
        is_his, shorter, files = forgotten.names(shown.message, numbers), without_words(shown.message), set[Media]()
        if is_his:
            if shown.role is Role.ASK_HELD:
                files = await stored.empty_held(tx, shown.entry)
            shorter = forgotten.without(shorter, numbers)
        if shorter == shown.message or not await stored.replace(tx, shown.entry, shorter):
            return files
        if is_his and shown.state is State.SENT and shown.role is not Role.ERASURE:
            await edit(tx, self._ctx, shown, shorter)
        return files

    async def _take_back(self, tx: Transaction, shown: InGroup, numbers: Collection[int]) -> set[Media]:
        """Take a table back that has his questions; returns its file."""
        periods = [period for media in shown.message.media if (period := period_of(media.file_name)) is not None]
        bounds = [period.bounds(self._ctx.look.zone) for period in periods]
        waited = await stored.waited_since(tx, numbers)
        if not any(first <= at < end for at in waited for first, end in bounds):
            return set()
        await stored.drop(tx, shown.entry)
        if not await stored.replace(tx, shown.entry, replace(shown.message, media=())):
            # Being sent just now: it is done once more.
            return set()
        if shown.state is State.SENT:
            await delete(tx, self._ctx, shown)
        return set(shown.message.media)

    async def remove_files(self, media: Collection[Media]) -> int:
        """Remove these files from the store, unless somebody else's message has them; returns how many went."""
        refs = {one.ref for one in media}
        if not refs:
            return 0
        async with self._ctx.database.transaction(durable=False) as tx:
            used = await stored.files_used_beside(tx, sorted(refs))
        after: int | None = 0
        while after is not None:
            async with self._ctx.database.transaction(durable=False) as tx:
                after, found = await stored.files_used(tx, refs, after)
            used |= found
        return await self._media.forget([one for one in media if one.ref not in used])


async def edit(tx: Transaction, ctx: Context, shown: InGroup, message: SendMessage) -> bool:
    """Let a message in an admin chat say less; False where that cannot be."""
    chat = ctx.desk.now_at(shown.chat)
    if chat.channel not in ctx.capabilities or not ctx.capabilities[chat.channel].edits:
        return False
    address = Address(
        chat=chat, chat_kind=ChatKind.GROUP, role=Role.ERASURE, question=shown.question, about_entry=shown.entry
    )
    effect = EditMessage(
        message_id="", text=message.text, spans=message.spans, media=message.media, keyboard=message.keyboard
    )
    await do(tx, ctx, address, effect, strand=f"erase:{shown.entry}")
    return True


async def delete(tx: Transaction, ctx: Context, shown: InGroup) -> None:
    """Take a message out of an admin chat, where that can be."""
    chat = ctx.desk.now_at(shown.chat)
    if chat.channel not in ctx.capabilities or not ctx.capabilities[chat.channel].deletes:
        return
    # Of no question: nobody need hear of it when it cannot be deleted.
    address = Address(chat=chat, chat_kind=ChatKind.GROUP, role=Role.ERASURE, about_entry=shown.entry)
    for part in range(max(len(shown.message.media), 1)):
        effect = DeleteMessage(message_id="")
        await do(tx, ctx, address, effect, strand=f"erase:{shown.entry}", about_part=part)
