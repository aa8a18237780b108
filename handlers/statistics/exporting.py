"""`/export`: the table of a period in the admin chat. It is made by a worker process, and comes as a file."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import msgspec
import structlog

from bot.adapter import Labels, StoredFile
from bot.delivery.entry import Role
from bot.delivery.fit import Draft
from bot.model.chat import ChatKind, ChatRef
from bot.model.content import Media, MediaKind
from bot.model.message import EditMessage
from bot.rights import MADE_KEPT
from bot.statistics import table_texts as texts
from bot.statistics.figures import Scope
from bot.statistics.table import Order, file_name
from handlers import chores
from handlers.chores import Outdated
from handlers.context import Context
from handlers.desk import Desk
from handlers.media import MediaStore
from handlers.outgoing import Address, do, post
from handlers.statistics.asking import read_scope
from handlers.statistics.child import COMMAND, WorkerFailed, export_in_child
from storage import chores as stored
from storage import forgotten
from storage.chores import Chore
from storage.database import DatabaseAway, Transaction

log = structlog.get_logger(__name__)

EXPORT = "export"
#: Seconds between looks at how far it is: who waits longer is told.
EVERY = 10.0
#: How often a table is made at the most, because somebody whose words are in it had them removed meanwhile.
TRIES = 3
#: How far it was half a minute ago is worth nothing.
_LIFETIME = timedelta(seconds=30)
#: Bytes of the file that are in memory at once.
_CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A table that somebody in an admin chat asked for: the arguments of the chore."""

    #: `channel:id`; the message that asks for it.
    chat: str
    message: str
    scope: Scope
    #: The entry that says that it is being made.
    told: int


async def ask(desk: Desk, words: str) -> str:
    """Have the table made of the period and department that these words name; returns what a press shows."""
    scope = await read_scope(desk, words)
    if isinstance(scope, str):
        return await desk.refuse(scope)
    # Asked for once more while it is being made, it is made once.
    key = f"{desk.chat} {msgspec.json.encode(scope).decode()}"
    wanted = Wanted(chat=str(desk.chat), message=desk.message_id, scope=scope, told=0)
    is_new = await chores.add(desk.tx, desk.ctx, EXPORT, key, msgspec.to_builtins(wanted))
    text = texts.preparing(scope.period) if is_new else texts.being_made(scope.period)
    posted = await post(desk.tx, desk.ctx, _address(desk.chat), Draft(text=text, reply_to=desk.message_id))
    if is_new:
        await stored.set_arguments(desk.tx, EXPORT, key, msgspec.to_builtins(replace(wanted, told=posted.entries[0])))
    return text


class Exports:
    """Makes the tables that were asked for."""

    def __init__(
        self,
        ctx: Context,
        media: MediaStore,
        labels: Callable[[], Labels],
        *,
        command: Sequence[str] = COMMAND,
        every: float = EVERY,
    ) -> None:
        """`labels`: how things are called as the settings say now; `command`: the worker's."""
        self._ctx = ctx
        self._media = media
        self._labels = labels
        self._command = command
        self._every = every

    async def make(self, chore: Chore) -> None:
        """Make one, and post it. Raises Outdated, ChoreGone, WorkerFailed, DatabaseAway, MediaUnavailable."""
        wanted, chat = self._read(chore)
        period = wanted.scope.period
        limit = self._ctx.capabilities[chat.channel].media.get(MediaKind.DOCUMENT, 0)
        progress, why_not = _Progress(), texts.overtaken(period) if limit else texts.no_files(period)
        for _ in range(TRIES if limit else 0):
            if await self._made_and_posted(chore, wanted, chat, progress, limit):
                return
            log.info("export.overtaken", chore=chore.id)
        async with self._ctx.database.transaction() as tx:
            await self._post(tx, chore, wanted, chat, progress, Draft(text=why_not))

    async def _made_and_posted(
        self, chore: Chore, wanted: Wanted, chat: ChatRef, progress: _Progress, limit: int
    ) -> bool:
        """Make one as things stand now; False: somebody whose words may be in it had them removed meanwhile."""
        async with self._ctx.database.transaction() as tx:
            before = await forgotten.count(tx)
        order = Order(scope=wanted.scope, labels=self._labels(), at=self._ctx.clock())
        async with self._telling(progress, order, wanted, chat):
            draft = await self._made(order, progress, limit)
        async with self._ctx.database.transaction() as tx:
            if is_right := await forgotten.hold(tx) == before:
                await self._post(tx, chore, wanted, chat, progress, draft)
        if not is_right:
            await self._media.forget(draft.media)
        return is_right

    async def _post(
        self, tx: Transaction, chore: Chore, wanted: Wanted, chat: ChatRef, progress: _Progress, draft: Draft
    ) -> None:
        await stored.finish(tx, chore.id)
        if progress.said:
            stands = texts.ready if draft.media else texts.not_ready
            await _edit(tx, self._ctx, chat, wanted, stands(wanted.scope.period))
        address = replace(_address(chat), lifetime=MADE_KEPT if draft.media else None)
        await post(tx, self._ctx, address, replace(draft, reply_to=wanted.message))

    def _read(self, chore: Chore) -> tuple[Wanted, ChatRef]:
        """What is wanted, and where it goes. Raises Outdated."""
        try:
            wanted = msgspec.convert(chore.arguments, Wanted)
            chat = self._ctx.desk.now_at(ChatRef.parse(wanted.chat))
        except (msgspec.ValidationError, ValueError):
            raise Outdated from None
        if chat.channel not in self._ctx.capabilities:
            raise Outdated
        return wanted, chat

    async def _made(self, order: Order, progress: _Progress, limit: int) -> Draft:
        """The table with its caption; of one that is too large for the chat, why there is none."""
        with tempfile.TemporaryDirectory(prefix="otvet-") as folder:
            path = Path(folder) / file_name(order.scope.period, order.format)
            try:
                written = await export_in_child(
                    self._ctx.database.address, order, path, progress.heard, command=self._command
                )
            except WorkerFailed as failed:
                if str(failed) == DatabaseAway.__name__:
                    raise DatabaseAway("a worker lost it") from None
                raise
            size = (await asyncio.to_thread(path.stat)).st_size
            if size > limit:
                return Draft(text=texts.too_big(order.scope.period, size, limit))
            file = await self._media.put(_chunks(path), file_name=path.name, limit=limit)
        return Draft(text=texts.caption(order.scope.period, written), media=(_media(file),))

    @contextlib.asynccontextmanager
    async def _telling(self, progress: _Progress, order: Order, wanted: Wanted, chat: ChatRef) -> AsyncIterator[None]:
        """Meanwhile say how far it is, where that can stand in the place of what was said first."""
        telling = asyncio.create_task(self._tell(progress, order, wanted, chat))
        try:
            yield
        finally:
            telling.cancel()
            await asyncio.wait([telling])

    async def _tell(self, progress: _Progress, order: Order, wanted: Wanted, chat: ChatRef) -> None:
        if not self._ctx.capabilities[chat.channel].edits:
            return
        while True:
            await asyncio.sleep(self._every)
            if not progress.is_news:
                continue
            # How far it is can wait; the table does not wait for it.
            with contextlib.suppress(DatabaseAway):
                async with self._ctx.database.transaction() as tx:
                    text = texts.how_far(order.scope.period, progress.percent)
                    await _edit(tx, self._ctx, chat, wanted, text, lifetime=_LIFETIME)
                progress.said = progress.percent


@dataclass(slots=True)
class _Progress:
    """How far a worker is, and what was said of it."""

    percent: int = 0
    said: int = 0

    def heard(self, written: int, whole: int) -> None:
        self.percent = 100 * written // whole if whole else 0

    @property
    def is_news(self) -> bool:
        return self.percent > self.said


async def _edit(
    tx: Transaction, ctx: Context, chat: ChatRef, wanted: Wanted, text: str, *, lifetime: timedelta | None = None
) -> None:
    address = replace(_address(chat), about_entry=wanted.told, lifetime=lifetime)
    await do(tx, ctx, address, EditMessage(message_id="", text=text), strand=address.strand)


def _address(chat: ChatRef) -> Address:
    return Address(chat=chat, chat_kind=ChatKind.GROUP, role=Role.COMMAND)


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while chunk := await asyncio.to_thread(file.read, _CHUNK):
            yield chunk


def _media(file: StoredFile) -> Media:
    """The file as something to send: of no channel, since no platform has it yet."""
    return Media(
        kind=MediaKind.DOCUMENT,
        channel="",
        ref=f"file:{file.sha256}",
        file_name=file.file_name,
        mime_type=file.mime_type,
        size=file.size,
    )
