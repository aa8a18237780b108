"""The service without platforms: scripted adapters in memory, the handlers over a real database, a clock that obeys."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO, TypeVar

import asyncpg
from structlog.testing import capture_logs

from bot.adapter import Accept, Finding, RawRequest, Received, Update
from bot.capabilities import Capabilities, KeyboardLimits
from bot.conversation.unasked import Unasked
from bot.delivery.entry import Role
from bot.desk.cards import Look
from bot.desk.routing import Department, Desk
from bot.errors import MediaUnavailable
from bot.model.chat import ChatKind, ChatRef
from bot.model.content import Content, Media, MediaKind
from bot.model.event import (
    ButtonPressed,
    ChatStarted,
    ChatStopped,
    Event,
    MessageEdited,
    MessageReceived,
    RepliedTo,
    Sender,
)
from bot.model.message import Effect, Outgoing, Receipt, SendMessage, SetMark
from bot.model.question import Question, ThreadMessage
from handlers.context import Context
from handlers.delivery.dispatcher import Dispatcher
from handlers.health import Ailments
from handlers.intake import Intake
from handlers.metrics import Metrics
from storage import leases, messages, questions
from storage.codec import decode_effect
from storage.database import Database, Transaction
from storage.outbox import Lease, State
from tests.databases import Server

T = TypeVar("T")

#: Seconds after which a test that waits gives up.
PATIENCE = 30.0

#: The residents' channel, and the one on which officials work.
HOME, WORK = "home", "work"
IRINA, OLEG = ChatRef(channel=HOME, chat_id="101"), ChatRef(channel=HOME, chat_id="102")
DESK = ChatRef(channel=WORK, chat_id="-500")
ENERGY = ChatRef(channel=WORK, chat_id="-600")
STRANGERS = ChatRef(channel=WORK, chat_id="-999")

_SIZE = 50 * 1024 * 1024
#: A platform that can do everything and limits nothing.
ABLE = Capabilities(
    text_limit=4096,
    caption_limit=1024,
    caption_kinds=frozenset(MediaKind),
    media=dict.fromkeys(MediaKind, _SIZE),
    album_size=10,
    album_groups=(frozenset({MediaKind.PHOTO, MediaKind.VIDEO}), frozenset({MediaKind.DOCUMENT})),
    album_keyboard=True,
    keyboard=KeyboardLimits(columns=8, rows=8, buttons=60, label=60),
    location=True,
    contact=True,
    styles=True,
    replies=True,
    edits=True,
    deletes=True,
    marks=True,
    answers_presses=True,
    groups=True,
)
#: A platform that can send text and nothing else.
PLAIN = Capabilities(text_limit=1000)


def photo(ref: str, *, channel: str = HOME, size: int | None = 1000) -> Media:
    return Media(kind=MediaKind.PHOTO, channel=channel, ref=ref, size=size)


class Clock:
    """Shows what it was told; starts at the real time, because the database has a clock of its own."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, span: timedelta) -> None:
        self.now += span


class Gate:
    """Holds up what comes to it until it is opened."""

    def __init__(self) -> None:
        #: Somebody stands before it.
        self.reached = asyncio.Event()
        self._opened = asyncio.Event()

    async def pass_through(self) -> None:
        self.reached.set()
        await self._opened.wait()

    def open(self) -> None:
        self._opened.set()

    async def wait(self) -> None:
        """Until somebody stands before it."""
        async with asyncio.timeout(PATIENCE):
            await self.reached.wait()


@dataclass(slots=True)
class _Mishap:
    error: Exception
    applies: Callable[[Outgoing], bool]
    times: int


class FakeAdapter:
    """Implements `bot.adapter.Adapter` and `AnswersInline`: remembers what it was asked for and fails as told."""

    def __init__(self, channel: str, capabilities: Capabilities = ABLE) -> None:
        self.channel = channel
        self.capabilities = capabilities
        #: Every try, in order, and those that succeeded with the ids that were given.
        self.asked: list[Outgoing] = []
        self.sent: list[tuple[Outgoing, tuple[str, ...]]] = []
        self.updates: dict[bytes, Update] = {}
        self._mishaps: list[_Mishap] = []
        self._gates: dict[str, Gate] = {}
        self._ids = 0
        self._keys = 0
        self._happened = asyncio.Event()

    # --- what tests say ---

    def update(self, *events: Event, key: str = "", kind: str = "message", answers_inline: bool = False) -> Update:
        """An update with these events, which `parse` gives again."""
        if not key:
            self._keys += 1
            key = f"u{self._keys}"
        raw = json.dumps({"key": key}).encode()
        update = Update(key=key, kind=kind, raw=raw, events=events, answers_inline=answers_inline)
        self.updates[raw] = update
        return update

    def fail(self, error: Exception, *, when: Callable[[Outgoing], bool] = lambda _: True, times: int = 1) -> None:
        """Raise this the next `times` times that such an effect is asked for."""
        self._mishaps.append(_Mishap(error, when, times))

    def hold(self, chat: ChatRef) -> Gate:
        """Let sends to this chat hang until the gate is opened."""
        gate = self._gates[chat.chat_id] = Gate()
        return gate

    async def wait_for(self, look: Callable[[], T | None]) -> T:
        """What `look` finds, once it finds something; looks after every try to send."""
        async with asyncio.timeout(PATIENCE):
            while not (found := look()):
                self._happened.clear()
                await self._happened.wait()
        return found

    # --- what tests ask ---

    def effects(self, chat: ChatRef) -> list[Effect]:
        """What was carried out in this chat, in order."""
        return [outgoing.effect for outgoing, _ in self.sent if outgoing.chat == chat]

    def texts(self, chat: ChatRef) -> list[str]:
        """The texts that were sent to this chat, in order."""
        return [effect.text for effect in self.effects(chat) if isinstance(effect, SendMessage)]

    def messages(self, chat: ChatRef) -> list[tuple[SendMessage, tuple[str, ...]]]:
        """The messages that were sent to this chat, with their ids."""
        return [
            (outgoing.effect, ids)
            for outgoing, ids in self.sent
            if outgoing.chat == chat and isinstance(outgoing.effect, SendMessage)
        ]

    def id_of(self, chat: ChatRef, words: str) -> str:
        """The id of the last message in this chat that says these words."""
        return [ids[0] for message, ids in self.messages(chat) if words in message.text][-1]

    def marks(self, chat: ChatRef) -> list[str]:
        """The ids of messages in this chat that got a mark."""
        return [effect.message_id for effect in self.effects(chat) if isinstance(effect, SetMark)]

    # --- being an adapter ---

    def parse(self, raw: bytes) -> Update:
        return self.updates[raw]

    async def receive(self, request: RawRequest) -> Received:
        return Received(updates=(self.parse(request.body),))

    async def listen(self, accept: Accept) -> None:
        await asyncio.Event().wait()

    async def send(self, outgoing: Outgoing) -> Receipt:
        self.asked.append(outgoing)
        self._happened.set()
        if (gate := self._gates.get(outgoing.chat.chat_id)) is not None:
            await gate.pass_through()
        for mishap in self._mishaps:
            if mishap.times and mishap.applies(outgoing):
                mishap.times -= 1
                raise mishap.error
        count = max(1, len(outgoing.effect.media)) if isinstance(outgoing.effect, SendMessage) else 0
        ids = tuple(str(self._ids + index) for index in range(1, count + 1))
        self._ids += count
        self.sent.append((outgoing, ids))
        self._happened.set()
        return Receipt(message_ids=ids)

    def render_inline(self, outgoing: Outgoing) -> str:
        assert isinstance(outgoing.effect, SendMessage)
        return json.dumps({"text": outgoing.effect.text, "key": outgoing.key}, ensure_ascii=False)

    async def fetch(self, media: Media, into: BinaryIO) -> None:
        raise MediaUnavailable("gone", "файла нет")

    async def check(self, admin_chats: Sequence[ChatRef]) -> list[Finding]:
        return []

    async def close(self) -> None:
        pass


class TracedDatabase(Database):
    """Tells when a transaction was committed, so that tests need not look again and again."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.commits = 0
        self.changed = asyncio.Event()

    @contextlib.asynccontextmanager
    async def transaction(self, *, durable: bool = True) -> AsyncIterator[Transaction]:
        async with super().transaction(durable=durable) as tx:
            yield tx
        self._committed()

    @contextlib.asynccontextmanager
    async def statement(self, *, durable: bool = True) -> AsyncIterator[Transaction]:
        async with super().statement(durable=durable) as tx:
            yield tx
        self._committed()

    def _committed(self) -> None:
        self.commits += 1
        self.changed.set()


@contextlib.asynccontextmanager
async def outage(server: Server, address: str) -> AsyncIterator[None]:
    """The database is away: connections are cut, and new ones find nothing of that name."""
    name = address.partition("?")[0].rpartition("/")[2]
    connection = await asyncpg.connect(server.address)
    await _rename(connection, name, f"{name}_away")
    try:
        yield
    finally:
        await _rename(connection, f"{name}_away", name)
        await connection.close()


async def _rename(connection: asyncpg.Connection[Any], old: str, new: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            await connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", old)
            try:
                await connection.execute(f'ALTER DATABASE "{old}" RENAME TO "{new}"')
            except asyncpg.ObjectInUseError:
                continue
            return


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An entry of the outbox, as a test looks at it."""

    id: int
    chat: ChatRef
    role: Role
    state: State
    effect: Effect
    question: int | None
    about: int | None
    attempts: int
    error: str
    #: Whether it may go now.
    due: bool

    @property
    def text(self) -> str:
        return getattr(self.effect, "text", "")


@dataclass(slots=True, kw_only=True)
class Office:
    """One process of the service, with its residents and officials."""

    database: TracedDatabase
    #: To look without being noticed.
    eye: Database
    clock: Clock
    adapters: dict[str, FakeAdapter]
    ctx: Context
    intake: Intake
    ailments: Ailments
    #: What was logged, each line with its fields.
    logs: list[Any]
    dispatchers: dict[str, Dispatcher] = field(default_factory=dict)
    receipts: int = 0
    _message_ids: int = 9000

    @property
    def home(self) -> FakeAdapter:
        return self.adapters[HOME]

    @property
    def work(self) -> FakeAdapter:
        return self.adapters[WORK]

    # --- what people do ---

    def message_id(self) -> str:
        """An id that people's messages get: no message of ours has it."""
        self._message_ids += 1
        return str(self._message_ids)

    async def accept(self, chat: ChatRef, *events: Event, key: str = "", answers_inline: bool = False) -> str | None:
        """An update of the chat's channel comes in."""
        update = self.adapters[chat.channel].update(*events, key=key, answers_inline=answers_inline)
        return await self.intake.accept(chat.channel, update)

    def received(
        self,
        chat: ChatRef,
        text: str = "",
        *,
        media: tuple[Media, ...] = (),
        content: Content | None = None,
        reply_to: str = "",
        by_bot: bool = True,
        buttons: tuple[str, ...] = (),
        album: str = "",
        message_id: str = "",
        name: str | None = None,
        user: str = "7",
        language: str = "",
    ) -> MessageReceived:
        """Somebody's message in this chat: a group when its id is negative."""
        group = chat.chat_id.startswith("-")
        if name is None:
            name = "Ольга" if group else "Ирина"
        return MessageReceived(
            chat=chat,
            chat_kind=ChatKind.GROUP if group else ChatKind.PRIVATE,
            message_id=message_id or self.message_id(),
            sender=Sender(user_id=user if group else chat.chat_id, name=name, language=language),
            at=self.clock(),
            content=content or Content(text=text, media=media),
            reply_to=RepliedTo(message_id=reply_to, by_bot=by_bot, buttons=buttons) if reply_to else None,
            album_id=album,
        )

    async def writes(self, chat: ChatRef, text: str = "", **more: Any) -> str:
        """Somebody writes; returns the id of the message."""
        event = self.received(chat, text, **more)
        await self.accept(chat, event)
        return event.message_id

    async def edits(
        self, chat: ChatRef, message_id: str, text: str = "", *, media: tuple[Media, ...] = (), reply_to: str = ""
    ) -> None:
        """Somebody changes a message."""
        as_written = self.received(chat, text, media=media, message_id=message_id, reply_to=reply_to)
        await self.accept(
            chat,
            MessageEdited(
                chat=chat,
                chat_kind=as_written.chat_kind,
                message_id=message_id,
                sender=as_written.sender,
                at=self.clock(),
                content=as_written.content,
                reply_to=as_written.reply_to,
            ),
        )

    async def presses(
        self, chat: ChatRef, data: str, *, message_id: str = "", press_id: str = "p1", **who: Any
    ) -> None:
        """Somebody presses a button."""
        await self.accept(chat, self.pressed(chat, data, message_id=message_id, press_id=press_id, **who))

    def pressed(
        self, chat: ChatRef, data: str, *, message_id: str = "", press_id: str = "p1", **who: Any
    ) -> ButtonPressed:
        """Somebody's press in this chat."""
        as_written = self.received(chat, **who)
        return ButtonPressed(
            chat=chat,
            chat_kind=as_written.chat_kind,
            sender=as_written.sender,
            at=self.clock(),
            data=data,
            message_id=message_id,
            press_id=press_id,
        )

    async def starts(
        self,
        chat: ChatRef,
        *,
        source: str = "",
        greet: bool = True,
        key: str = "",
        answers_inline: bool = False,
        language: str = "",
    ) -> str | None:
        """A resident opens the chat."""
        event = ChatStarted(
            chat=chat,
            sender=Sender(user_id=chat.chat_id, name="Ирина", language=language),
            at=self.clock(),
            source=source,
            greet=greet,
        )
        return await self.accept(chat, event, key=key, answers_inline=answers_inline)

    async def stops(self, chat: ChatRef) -> None:
        """A resident blocks the bot, or a group removes it."""
        kind = self.received(chat).chat_kind
        await self.accept(chat, ChatStopped(chat=chat, chat_kind=kind, at=self.clock()))

    # --- sending ---

    @contextlib.asynccontextmanager
    async def sending(self, *channels: str) -> AsyncIterator[None]:
        """The dispatchers run; at the end they are stopped as a process stops them."""
        names = channels or tuple(self.adapters)
        async with self.database.transaction() as tx:
            held = await leases.acquire(tx, names, owner="test", session="", lifetime=timedelta(hours=1))
        self.dispatchers = {name: self._dispatcher(held[name]) for name in names}
        async with asyncio.TaskGroup() as tasks:
            for dispatcher in self.dispatchers.values():
                tasks.create_task(dispatcher.run())
            try:
                yield
            finally:
                for dispatcher in self.dispatchers.values():
                    dispatcher.stop()
        self.dispatchers = {}

    def _dispatcher(self, lease: Lease) -> Dispatcher:
        return Dispatcher(
            self.ctx,
            self.adapters[lease.channel],
            lease,
            key_of=lambda entry_id: 1000 + entry_id,
            ailments=self.ailments,
            on_receipt=self._on_receipt,
        )

    def _on_receipt(self) -> None:
        self.receipts += 1
        self.intake.receipt_came()

    def _wake(self, chat: ChatRef, kind: ChatKind, delay: timedelta) -> None:
        if (dispatcher := self.dispatchers.get(chat.channel)) is not None:
            dispatcher.wake(chat, kind, delay)

    async def deliver(self, *channels: str) -> None:
        """Send all that waits, also what is held back for a while (an album, a retry)."""
        async with self.sending(*channels):
            await self.delivered(*channels)

    async def delivered(self, *channels: str) -> None:
        """Until nothing waits any more; what is held back need not wait."""
        names = list(channels or self.adapters)

        async def nothing_waits(tx: Transaction) -> bool:
            held_back = await tx.raw.fetch(
                "UPDATE outbox SET not_before = now() WHERE state = 'waiting' AND not_before > now()"
                " AND channel = ANY($1) RETURNING channel, chat_id, chat_kind",
                names,
            )
            for row in held_back:
                chat = ChatRef(channel=row["channel"], chat_id=row["chat_id"])
                wake = functools.partial(self._wake, chat, ChatKind(row["chat_kind"]), timedelta(0))
                tx.after_commit(wake)
            return not await tx.raw.fetchval(
                "SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending') AND channel = ANY($1)", names
            )

        await self.until(nothing_waits)

    async def until(self, look: Callable[[Transaction], Awaitable[T]]) -> T:
        """What `look` finds in the database, once it finds something; looks after every commit of the service."""
        async with asyncio.timeout(PATIENCE):
            while True:
                self.database.changed.clear()
                async with self.eye.transaction() as tx:
                    found = await look(tx)
                if found:
                    return found
                await self.database.changed.wait()

    # --- looking ---

    async def entries(self, chat: ChatRef | None = None, *roles: Role) -> list[Row]:
        """The outbox, oldest first; of one chat, or of some roles."""
        async with self.eye.transaction() as tx:
            rows = await tx.raw.fetch(
                "SELECT id, channel, chat_id, role, state, kind, effect, question_id, about_entry_id, attempts,"
                " last_error, not_before <= now() AS due FROM outbox ORDER BY id"
            )
        found = [
            Row(
                id=row["id"],
                chat=ChatRef(channel=row["channel"], chat_id=row["chat_id"]),
                role=Role(row["role"]),
                state=State(row["state"]),
                effect=decode_effect(row["kind"], row["effect"]),
                question=row["question_id"],
                about=row["about_entry_id"],
                attempts=row["attempts"],
                error=row["last_error"],
                due=row["due"],
            )
            for row in rows
        ]
        return [row for row in found if chat in (None, row.chat) and (not roles or row.role in roles)]

    async def question(self, number: int) -> Question:
        async with self.eye.transaction() as tx:
            found = await questions.find(tx, number)
        assert found is not None
        return found

    async def thread(self, number: int) -> list[ThreadMessage]:
        async with self.eye.transaction() as tx:
            return await messages.thread(tx, number)

    async def value(self, statement: str, *arguments: object) -> Any:
        """One value from the database."""
        async with self.eye.transaction() as tx:
            return await tx.raw.fetchval(statement, *arguments)

    async def rows(self, statement: str, *arguments: object) -> list[Any]:
        """Rows from the database."""
        async with self.eye.transaction() as tx:
            return list(await tx.raw.fetch(statement, *arguments))

    def alarms(self, channel: str, what: str) -> float:
        """How often this alarm was raised."""
        return self.ctx.metrics.registry.get_sample_value("otvet_alarms_total", {"channel": channel, "what": what}) or 0


@contextlib.asynccontextmanager
async def open_office(
    address: str,
    *,
    home: Capabilities = ABLE,
    work: Capabilities = ABLE,
    channel_departments: dict[str, str] | None = None,
    nameless: frozenset[str] = frozenset(),
    desk: Desk | None = None,
) -> AsyncIterator[Office]:
    """Context, intake and adapters over this database; nothing runs until a test says so.

    Without `desk` there are the coordinators and one department, which `channel_departments` may name.
    """
    database, eye = TracedDatabase(address), Database(address, pool_size=2)
    clock = Clock()
    adapters = {HOME: FakeAdapter(HOME, home), WORK: FakeAdapter(WORK, work)}
    ctx = Context(
        database=database,
        desk=desk
        or Desk(
            coordinators=DESK,
            answer_within=timedelta(hours=4),
            departments={
                "energy": Department(
                    slug="energy", name="Энергетика", admin_chat=ENERGY, answer_within=timedelta(hours=1)
                )
            },
            channel_departments=channel_departments or {},
        ),
        look=Look(
            zone=UTC,
            titles={HOME: "Мессенджер"},
            departments={one.slug: one.name for one in desk.departments.values()} if desk is not None else {},
            topics=desk.topics if desk is not None else {},
            places=desk.places if desk is not None else {},
        ),
        service_name="Ямал Официально",
        capabilities={name: adapter.capabilities for name, adapter in adapters.items()},
        nameless=nameless,
        metrics=Metrics(),
        clock=clock,
        # News are a story of their own.
        unasked=Unasked(news=False),
    )
    intake = Intake(ctx, adapters, lambda entry_id: 1000 + entry_id)
    office = Office(
        database=database,
        eye=eye,
        clock=clock,
        adapters=adapters,
        ctx=ctx,
        intake=intake,
        ailments=Ailments(),
        logs=[],
    )
    ctx.wake = office._wake
    try:
        with capture_logs() as office.logs:
            yield office
    finally:
        await eye.close()
        await database.close()
