"""What taking an event in costs in one process: with a database that is full, and with one that is empty.

Only the handlers and the database: no HTTP, and nothing is sent. Residents ask, add something, officials answer. Both
databases are of one server, each commit reaches the disk, and the two take turns, so that what else the machine does
befalls both.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import cast

import asyncpg

from adapters.telegram.capabilities import capabilities
from adapters.telegram.settings import Settings
from benchmarks.measure import Spread, spread_of
from benchmarks.threads import DEPARTMENTS, admin_chat_of
from bot.adapter import Adapter, Update
from bot.delivery.entry import Role
from bot.desk.cards import Look
from bot.desk.routing import Desk
from bot.model.chat import ChatKind, ChatRef
from bot.model.content import Content
from bot.model.event import MessageReceived, RepliedTo, Sender
from handlers.context import Context
from handlers.intake import Intake
from handlers.metrics import Metrics
from migrations.run import migrate
from storage import links
from storage.database import Database
from storage.links import Link

_CHANNEL = "telegram"
#: Shows 6 % of all questions.
_ADMIN = ChatRef(channel=_CHANNEL, chat_id=admin_chat_of(DEPARTMENTS[0]))
#: Residents who have never asked before; those of the full database are below.
_FIRST_RESIDENT = 900_000_000
_QUESTION = "Когда дадут тепло на улице Геологов, 14? Третий день в квартире холодно, ждём ответа."
#: Residents who ask one after the other, unmeasured.
_WARM_UP = 30
_TURN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """What it took: one at a time in milliseconds, and at once in events a second."""

    question: Spread
    further: Spread
    answer: Spread
    rate: float


@dataclass(slots=True)
class _Took:
    """Seconds, one for each event."""

    question: list[float] = field(default_factory=list)
    further: list[float] = field(default_factory=list)
    answer: list[float] = field(default_factory=list)
    #: All events at once: how many, and how long.
    events: int = 0
    seconds: float = 0.0

    def figures(self) -> Taking:
        return Taking(
            question=spread_of(self.question),
            further=spread_of(self.further),
            answer=spread_of(self.answer),
            rate=self.events / self.seconds,
        )


class Taker:
    """One process of the service over a database, without a way out."""

    def __init__(self, database: Database) -> None:
        able = capabilities(Settings(token="1:benchmark"))  # type: ignore[arg-type]
        self._ctx = Context(
            database=database,
            desk=Desk(coordinators=_ADMIN, answer_within=timedelta(hours=4)),
            look=Look(zone=UTC, titles={_CHANNEL: "Telegram"}),
            service_name="",
            capabilities={_CHANNEL: able},
            metrics=Metrics(),
            clock=lambda: datetime.now(UTC),
        )
        # Nothing is asked of the adapter: updates come as events, and no answer rides along.
        self._intake = Intake(self._ctx, {_CHANNEL: cast(Adapter, None)}, lambda entry_id: entry_id)
        self._resident = _FIRST_RESIDENT
        self._message = 0
        self._run = f"{time.time_ns()}"

    async def story(self, took: _Took | None = None) -> None:
        """A new resident asks, adds something, and is answered."""
        self._resident += 1
        chat = ChatRef(channel=_CHANNEL, chat_id=f"{self._resident}")
        took = took or _Took()
        took.question.append(await self._takes(chat, _QUESTION))
        took.further.append(await self._takes(chat, "И горячей воды тоже нет, второй подъезд"))
        card = await self._card_arrived(chat)
        took.answer.append(await self._takes(_ADMIN, "Бригада выехала, тепло будет к вечеру.", reply_to=card))

    async def _takes(self, chat: ChatRef, text: str, *, reply_to: str = "") -> float:
        self._message += 1
        key = f"{self._run}-{self._message}"
        event = MessageReceived(
            chat=chat,
            chat_kind=ChatKind.GROUP if chat == _ADMIN else ChatKind.PRIVATE,
            message_id=key,
            sender=Sender(user_id="7" if chat == _ADMIN else chat.chat_id, name="Ирина"),
            at=datetime.now(UTC),
            content=Content(text=text),
            reply_to=RepliedTo(message_id=reply_to, by_bot=True) if reply_to else None,
        )
        began = time.perf_counter()
        await self._intake.accept(_CHANNEL, Update(key=key, kind="message", raw=b"{}", events=(event,)))
        took = time.perf_counter() - began
        if self.failed:
            raise RuntimeError("an update was not taken in: its handling failed")
        return took

    @property
    def failed(self) -> float:
        """Updates that are kept since handling them failed."""
        labels = {"channel": _CHANNEL, "what": "event_failed"}
        return self._ctx.metrics.registry.get_sample_value("otvet_alarms_total", labels) or 0.0

    async def _card_arrived(self, chat: ChatRef) -> str:
        """The card of this resident's question was sent: what the receipt would leave behind."""
        async with self._ctx.database.transaction() as tx:
            number, message = await tx.raw.fetchrow(
                "SELECT m.question_id, min(m.id) FROM messages m JOIN conversations c ON c.question_id = m.question_id"
                " WHERE c.channel = $1 AND c.chat_id = $2 GROUP BY m.question_id",
                chat.channel,
                chat.chat_id,
            )
            card = f"card-{self._run}-{number}"
            await links.add(tx, _ADMIN, card, Link(question=number, thread_message=message, role=Role.CARD))
        return card


async def compare(address: str, *, stories: int, at_once: int) -> tuple[Taking, Taking]:
    """Take in so many residents' stories with the full database at this address, and with an empty one beside it.

    What is added to the full one is taken away again.
    """
    async with _beside(address) as empty_address, _left_as_it_was(address):
        full, empty = Database(address), Database(empty_address)
        sides = [(Taker(full), _Took()), (Taker(empty), _Took())]
        try:
            for taker, _ in sides:
                for _ in range(_WARM_UP):
                    await taker.story()
            for _ in range(-(-stories // _TURN)):
                for taker, took in sides:
                    for _ in range(_TURN):
                        await taker.story(took)
                for taker, took in sides:
                    await _at_once(taker.story, took, _TURN, at_once)
        finally:
            await full.close()
            await empty.close()
    return sides[0][1].figures(), sides[1][1].figures()


async def _at_once(story: Callable[[], Awaitable[None]], took: _Took, count: int, at_once: int) -> None:
    turns = asyncio.Semaphore(at_once)

    async def one() -> None:
        async with turns:
            await story()

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(count)))
    took.seconds += time.perf_counter() - began
    took.events += count * 3


@contextlib.asynccontextmanager
async def _beside(address: str) -> AsyncIterator[str]:
    """An empty database in the same server, for a while."""
    name = f"empty_{time.time_ns()}"
    connection = await asyncpg.connect(address)
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    empty_address = _renamed(address, name)
    try:
        database = Database(empty_address)
        await migrate(database)
        await database.close()
        yield empty_address
    finally:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await connection.close()


def _renamed(address: str, name: str) -> str:
    before, mark, after = address.partition("?")
    return f"{before.rpartition('/')[0]}/{name}{mark}{after}"


# What is newer than the last number of each of these tables: children before parents.
_NUMBERED = ("questions", "messages", "conversations", "events", "outbox")
_ADDED = (
    "DELETE FROM outbox WHERE id > $5",
    "DELETE FROM links WHERE thread_message_id > $2",
    "DELETE FROM actions WHERE question_id > $1",
    "DELETE FROM waits WHERE question_id > $1",
    "DELETE FROM unindexed WHERE question_id > $1",
    "DELETE FROM messages WHERE question_id > $1",
    "DELETE FROM questions WHERE id > $1",
    "DELETE FROM conversations WHERE id > $3",
    "DELETE FROM events WHERE id > $4",
)


@contextlib.asynccontextmanager
async def _left_as_it_was(address: str) -> AsyncIterator[None]:
    connection = await asyncpg.connect(address)
    last = [
        await connection.fetchval(f"SELECT coalesce(max(id), 0) FROM {table}")  # noqa: S608
        for table in _NUMBERED
    ]
    try:
        yield
    finally:
        for statement in _ADDED:
            number = int(statement[-1])
            await connection.execute(statement.replace(f"${number}", "$1"), last[number - 1])
        await connection.close()
