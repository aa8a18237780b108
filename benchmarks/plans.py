"""How the database carries out the hot statements when there is much of everything: `python -m benchmarks.plans`.

Fills a database of its own, calls the functions of `storage` as the service does, and lets PostgreSQL explain each
statement twice: planned for these very values, and planned once for all values, which is what a connection comes to
that has carried out a statement a few times (https://www.postgresql.org/docs/current/sql-prepare.html). A scan of a
whole big table is named; one that is meant so carries a note.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from benchmarks.filling import ADMIN, BACKLOG, CHANNEL, DEFERRED, EPOCH, OWNER, PRIVATE_CHATS, fill
from bot.adapter import Update
from bot.delivery.entry import Role
from bot.model.chat import ChatKind, ChatRef
from bot.model.content import Content
from bot.model.event import Sender
from bot.model.message import SendMessage
from bot.model.question import Author
from bot.model.subscription import About, Subscription
from migrations.run import migrate
from storage import (
    actions,
    conversations,
    events,
    lapsing,
    late,
    links,
    merging,
    messages,
    moves,
    outbox,
    questions,
    ratings,
    reminders,
    shows,
    subscriptions,
    waiting,
)
from storage.database import Database, Transaction
from storage.embedded import EmbeddedServer
from storage.events import EventStatus
from storage.merging import WaitingCard
from storage.messages import NewMessage
from storage.outbox import Entry, Lease, NewEntry, Sent, Wanted
from storage.waiting import Listing

#: A scan of a table with at least so many rows is worth a word.
_BIG = 10_000
#: Statements that have a plan; what is set for a transaction has none.
_EXPLAINED = frozenset(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH"))
_NOW = datetime.now(UTC)
_LEASE = Lease(channel=CHANNEL, owner=OWNER, epoch=EPOCH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One statement as it was carried out."""

    #: Milliseconds: planning, and carrying out.
    planning: float
    took: float
    #: Pages of 8 KB that it looked at.
    pages: int
    #: Big tables that it read from end to end.
    scanned: tuple[str, ...]


@dataclass(slots=True)
class Explaining:
    """Stands in for a connection: explains each statement, undoes that, then carries it out."""

    raw: asyncpg.Connection[Any]
    #: With a plan for any values, or for just these; None: as the transaction has it.
    generic: bool | None
    seen: list[Explained] = field(default_factory=list)
    #: The plans as people read them, when these are wanted.
    told: list[str] | None = None

    async def fetch(self, sql: str, *args: Any) -> Any:
        await self._explain(sql, args)
        return await self.raw.fetch(sql, *args)

    async def fetchrow(self, sql: str, *args: Any) -> Any:
        await self._explain(sql, args)
        return await self.raw.fetchrow(sql, *args)

    async def fetchval(self, sql: str, *args: Any) -> Any:
        await self._explain(sql, args)
        return await self.raw.fetchval(sql, *args)

    async def execute(self, sql: str, *args: Any) -> Any:
        await self._explain(sql, args)
        return await self.raw.execute(sql, *args)

    async def copy_from_query(self, sql: str, *args: Any, **options: Any) -> Any:
        await self._explain(sql, args)
        return await self.raw.copy_from_query(sql, *args, **options)

    async def cursor(self, sql: str, *args: Any) -> Any:
        await self._explain(sql, args)
        return await self.raw.cursor(sql, *args)

    async def _explain(self, sql: str, args: Sequence[Any]) -> None:
        if sql.lstrip(" \n(").split(maxsplit=1)[0] not in _EXPLAINED:
            return
        part = self.raw.transaction()
        await part.start()
        if self.generic is not None:
            mode = "force_generic_plan" if self.generic else "force_custom_plan"
            await self.raw.execute(f"SET LOCAL plan_cache_mode = {mode}")
        await self.raw.execute(f"PREPARE explained AS {sql}")
        values = f"({', '.join(map(_literal, args))})" if args else ""
        try:
            # Twice: what counts is a database at work, with its pages in memory.
            for _ in range(2):
                again = self.raw.transaction()
                await again.start()
                told = await self.raw.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE explained{values}")
                await again.rollback()
            if self.told is not None:
                again = self.raw.transaction()
                await again.start()
                lines = await self.raw.fetch(f"EXPLAIN (ANALYZE, BUFFERS) EXECUTE explained{values}")
                await again.rollback()
                self.told.append("\n".join([sql, *(line["QUERY PLAN"] for line in lines)]))
        finally:
            await part.rollback()
            await self.raw.execute("DEALLOCATE explained")
        (plan,) = json.loads(told) if isinstance(told, str) else told
        self.seen.append(
            Explained(
                planning=plan["Planning Time"],
                took=plan["Execution Time"],
                pages=plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"],
                scanned=tuple(dict.fromkeys(_scans(plan["Plan"]))),
            )
        )


class ExplainingCore:
    """The same for SQLAlchemy's statements."""

    def __init__(self, core: AsyncConnection, explaining: Explaining) -> None:
        self._core = core
        self._explaining = explaining

    async def execute(self, statement: Any) -> Any:
        sql = statement.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})  # type: ignore[no-untyped-call]
        await self._explaining._explain(str(sql), ())
        return await self._core.execute(statement)


def _scans(plan: dict[str, Any]) -> list[str]:
    found = [name for part in plan.get("Plans", ()) for name in _scans(part)]
    if plan["Node Type"] == "Seq Scan":
        rows = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
        if rows * plan["Actual Loops"] >= _BIG:
            found.append(plan["Relation Name"])
    return found


def _literal(value: Any) -> str:
    """A value as SQL writes it; only for values of our own."""
    match value:
        case None:
            return "NULL"
        case bool():
            return str(value)
        case int():
            return str(int(value))
        case float():
            return f"{value!r}::float8"
        case bytes():
            return f"'\\x{value.hex()}'::bytea"
        case timedelta():
            return f"'{value.total_seconds()} s'::interval"
        case datetime():
            return f"'{value.isoformat()}'::timestamptz"
        case list() | tuple():
            return f"ARRAY[{', '.join(map(_literal, value))}]" if any(one is not None for one in value) else "NULL"
        case _:
            return "'" + str(value).replace("'", "''") + "'"


# --- what is asked -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One call of the storage."""

    name: str
    call: Callable[[Transaction], Awaitable[object]]
    #: Why it may read a whole table.
    note: str = ""


def _chat(chat_id: str) -> ChatRef:
    return ChatRef(channel=CHANNEL, chat_id=chat_id)


def _wanted(*chat_ids: str) -> list[Wanted]:
    bounds = ((5, 5), (10, 40), (60, 70), (50, 50))
    return [
        Wanted(chat_id=chat_id, room=16, lowest=lowest, highest=highest)
        for chat_id in chat_ids
        for lowest, highest in bounds
    ]


def _message(chat_id: str, album: str = "") -> NewMessage:
    return NewMessage(
        role=Author.RESIDENT,
        author="",
        chat=_chat(chat_id),
        message_id="900000001",
        content=Content(text="Когда дадут тепло?"),
        at=_NOW,
        album_id=album,
    )


async def _record(tx: Transaction) -> None:
    rows = await tx.raw.raw.fetch("SELECT id FROM outbox WHERE state = 'sending' ORDER BY id LIMIT 16")
    sent = [Sent(entry=_entry(row["id"]), message_ids=(f"n{row['id']}",)) for row in rows]
    await outbox.record_sent(tx, _LEASE, sent)


def _entry(entry_id: int) -> Entry:
    return Entry(
        id=entry_id,
        chat=_chat(ADMIN),
        chat_kind=ChatKind.GROUP,
        role=Role.CARD,
        priority=40,
        effect=SendMessage(text=""),
        question=entry_id % 1000 + 1,
        thread_message=entry_id % 1000 + 1,
        about_entry=None,
        about_message="",
        attempts=1,
        created_at=_NOW,
        first_try_at=_NOW,
        expires_at=None,
    )


async def _merge(tx: Transaction) -> None:
    rows = await tx.raw.raw.fetch(
        "SELECT id, question_id FROM outbox WHERE channel = $1 AND chat_id = $2 AND state = 'waiting' LIMIT 25",
        CHANNEL,
        BACKLOG,
    )
    cards = [
        WaitingCard(entry=row["id"], question=row["question_id"], resident="", text="", asked_at=_NOW) for row in rows
    ]
    together = NewEntry(
        chat=_chat(BACKLOG), chat_kind=ChatKind.GROUP, role=Role.CARDS, effect=SendMessage(text="25"), strand="cards"
    )
    await merging.merge(tx, cards, together)


async def _ask(tx: Transaction) -> None:
    conversation = await conversations.lock(tx, _chat("7"), Sender(user_id="7", name="Ирина"))
    await questions.ask(tx, conversation, _message("7"), admin_chat=_chat(ADMIN), department="", due_at=_NOW, now=_NOW)


_NEW = NewEntry(chat=_chat("7"), chat_kind=ChatKind.PRIVATE, role=Role.CONFIRMATION, effect=SendMessage(text="№ 1"))
_UPDATE = Update(key="new", kind="message", raw=b"{}", events=())

CASES = [
    Case(name="outbox.add", call=lambda tx: outbox.add(tx, [_NEW])),
    Case(name="outbox.claim, 50 private chats", call=lambda tx: outbox.claim(tx, _LEASE, _wanted(*PRIVATE_CHATS))),
    Case(name="outbox.claim, one chat", call=lambda tx: outbox.claim(tx, _LEASE, _wanted(PRIVATE_CHATS[0]))),
    Case(name="outbox.claim, long admin chat", call=lambda tx: outbox.claim(tx, _LEASE, _wanted(BACKLOG))),
    Case(name="outbox.claim, behind deferred ones", call=lambda tx: outbox.claim(tx, _LEASE, _wanted(DEFERRED))),
    Case(name="outbox.claim, nothing there", call=lambda tx: outbox.claim(tx, _LEASE, _wanted("0"))),
    Case(name="outbox.chats_waiting", call=lambda tx: outbox.chats_waiting(tx, CHANNEL), note="up to 10000 chats"),
    Case(name="outbox.record_sent, 16 cards", call=_record),
    Case(
        name="merging.waiting_cards, long admin chat",
        call=lambda tx: merging.waiting_cards(tx, _chat(BACKLOG), limit=200),
    ),
    Case(name="merging.merge, 25 cards", call=_merge),
    Case(name="shows.find", call=lambda tx: shows.find(tx, 500, (Role.CARD, Role.CARD_PART, Role.FOLLOW_UP))),
    Case(name="shows.card_of", call=lambda tx: shows.card_of(tx, 500)),
    Case(name="shows.unfinished_of", call=lambda tx: shows.unfinished_of(tx, 500, Role.ANSWER)),
    Case(name="outbox.expire", call=lambda tx: outbox.expire(tx, CHANNEL)),
    Case(name="outbox.take_over", call=lambda tx: outbox.take_over(tx, Lease(channel=CHANNEL, owner=OWNER, epoch=9))),
    Case(name="outbox.end_waiting", call=lambda tx: outbox.end_waiting(tx, _chat(PRIVATE_CHATS[0]), "blocked")),
    Case(name="outbox.depths", call=outbox.depths, note="counts all that waits"),
    Case(
        name="moves.move_chat",
        call=lambda tx: moves.move_chat(tx, _chat("12"), _chat("-10012")),
        note="once in the life of a group",
    ),
    Case(name="conversations.lock, questions.ask", call=_ask),
    Case(name="conversations.lock_of_question", call=lambda tx: conversations.lock_of_question(tx, 500)),
    Case(name="conversations.set_stopped", call=lambda tx: conversations.set_stopped(tx, _chat("7"), _NOW)),
    Case(name="conversations.nameless", call=lambda tx: conversations.nameless(tx, CHANNEL)),
    Case(name="conversations.set_name", call=lambda tx: conversations.set_name(tx, CHANNEL, "7", "Ирина")),
    Case(name="questions.find, locked", call=lambda tx: questions.find(tx, 500, lock=True)),
    Case(name="waiting.listed, one chat", call=lambda tx: waiting.listed(tx, _chat(ADMIN), limit=20)),
    Case(name="waiting.listed, all", call=lambda tx: waiting.listed(tx, None, limit=20)),
    Case(name="waiting.listed, page 90", call=lambda tx: waiting.listed(tx, None, limit=10, offset=900)),
    Case(
        name="waiting.listed, mine",
        call=lambda tx: waiting.listed(tx, _chat(ADMIN), limit=10, listing=Listing.MINE, official="telegram:7"),
    ),
    Case(
        name="waiting.listed, overdue",
        call=lambda tx: waiting.listed(tx, None, limit=10, listing=Listing.OVERDUE, now=_NOW),
    ),
    Case(
        name="waiting.listed, overdue in one chat",
        call=lambda tx: waiting.listed(tx, _chat(ADMIN), limit=10, listing=Listing.OVERDUE, now=_NOW),
    ),
    Case(name="messages.first", call=lambda tx: messages.first(tx, 500)),
    Case(name="lapsing.due", call=lambda tx: lapsing.due(tx, _NOW, limit=500)),
    Case(name="ratings.to_ask", call=lambda tx: ratings.to_ask(tx, _NOW, limit=500)),
    Case(name="ratings.rating_of", call=lambda tx: ratings.rating_of(tx, 500)),
    Case(name="ratings.wrote_last", call=lambda tx: ratings.wrote_last(tx, _chat("7"), [500, 600])),
    Case(name="questions.own", call=lambda tx: questions.own(tx, 7, limit=6, offset=6)),
    Case(name="questions.count_own", call=lambda tx: questions.count_own(tx, 7)),
    Case(name="messages.newest_of", call=lambda tx: messages.newest_of(tx, 500, [Author.RESIDENT], limit=30)),
    Case(name="messages.newest_of, all", call=lambda tx: messages.newest_of(tx, 500, limit=30)),
    Case(name="messages.is_spoken_to", call=lambda tx: messages.is_spoken_to(tx, 500)),
    Case(name="messages.last_said", call=lambda tx: messages.last_said(tx, 500)),
    Case(name="actions.of_question", call=lambda tx: actions.of_question(tx, 500)),
    Case(name="actions.answered_by", call=lambda tx: actions.answered_by(tx, 500)),
    Case(name="reminders.due", call=lambda tx: reminders.due(tx, _NOW, limit=500)),
    Case(
        name="reminders.due_there, one chat",
        call=lambda tx: reminders.due_there(tx, _chat(ADMIN), _NOW + timedelta(days=1), limit=1000),
    ),
    Case(name="reminders.waiting_reminders", call=lambda tx: reminders.waiting_reminders(tx, range(500, 1500), _NOW)),
    Case(name="reminders.told_at", call=lambda tx: reminders.told_at(tx, [_chat(ADMIN)])),
    Case(
        name="late.late",
        call=lambda tx: late.late(tx, _NOW, _NOW - timedelta(days=1), [CHANNEL], after=None, limit=500),
    ),
    Case(name="late.is_late", call=lambda tx: late.is_late(tx, 500, _NOW, _NOW - timedelta(days=1), [CHANNEL])),
    Case(name="conversations.remember_place", call=lambda tx: conversations.remember_place(tx, 500, "nadym")),
    Case(name="subscriptions.of", call=lambda tx: subscriptions.of(tx, 1)),
    Case(name="subscriptions.counts", call=subscriptions.counts, note="counts all that there are"),
    Case(name="subscriptions.add", call=lambda tx: subscriptions.add(tx, 1, Subscription(about=About.PLACE, slug="n"))),
    Case(name="waiting.count", call=waiting.count, note="counts all that waits"),
    Case(name="messages.thread", call=lambda tx: messages.thread(tx, 500)),
    Case(name="messages.previews", call=lambda tx: messages.previews(tx, list(range(500, 520)))),
    Case(name="messages.album", call=lambda tx: messages.album(tx, _chat("7"), "album")),
    Case(name="messages.add", call=lambda tx: messages.add(tx, 500, _message("7"))),
    Case(name="events.add", call=lambda tx: events.add(tx, CHANNEL, _UPDATE)),
    Case(name="events.unfinished", call=lambda tx: events.unfinished(tx, EventStatus.WAITING)),
    Case(name="events.lock", call=lambda tx: events.lock(tx, 500, EventStatus.DONE)),
    Case(name="events.clean", call=lambda tx: events.clean(tx, timedelta(days=14)), note="5000 rows at a time"),
    Case(name="links.find", call=lambda tx: links.find(tx, _chat(ADMIN), "c500")),
    Case(name="links.first_of_people", call=lambda tx: links.first_of_people(tx, 500)),
    Case(name="links.first_of_question", call=lambda tx: links.first_of_question(tx, 500, Author.RESIDENT)),
]


async def explain(database: Database, case: Case, *, generic: bool) -> list[Explained]:
    """Carry a case out, note what its statements cost, and undo it."""
    async with database.engine.connect() as core:
        raw = (await core.get_raw_connection()).driver_connection
        assert raw is not None
        transaction = raw.transaction()
        await transaction.start()
        explaining = Explaining(raw, generic)
        try:
            await case.call(Transaction(ExplainingCore(core, explaining), explaining))  # type: ignore[arg-type]
        finally:
            await transaction.rollback()
        return explaining.seen


async def run(rows: int, folder: Path | None, *, analyze: bool) -> list[str]:
    """Fill a database and explain every case; returns the lines of the table."""
    with tempfile.TemporaryDirectory(prefix="otvet-plans-", dir=folder) as made:
        Path(made).chmod(0o755)  # noqa: ASYNC240 - nothing else runs yet
        server = EmbeddedServer(Path(made) / "postgres", durable=False, settings={"autovacuum": "off"})
        try:
            database = Database(await server.start())
            await migrate(database)
            await fill(database, rows, analyze=analyze)
            lines = [f"{'':38}{'planning':>10}{'these':>10}{'any':>10}{'pages':>9}  reads all of"]
            for case in CASES:
                custom = await explain(database, case, generic=False)
                generic = await explain(database, case, generic=True)
                scanned = {name for one in (*custom, *generic) for name in one.scanned}
                lines.append(
                    f"{case.name:38}{_sum(custom, 'planning'):10.2f}{_sum(custom, 'took'):10.2f}"
                    f"{_sum(generic, 'took'):10.2f}{max(_sum(custom, 'pages'), _sum(generic, 'pages')):9.0f}"
                    f"  {', '.join(sorted(scanned))}{f' ({case.note})' if case.note else ''}".rstrip()
                )
            await database.close()
            return lines
        finally:
            await server.stop()


def _sum(seen: Sequence[Explained], what: str) -> float:
    return sum(float(getattr(one, what)) for one in seen)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plans", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="questions, messages, events, entries")
    parser.add_argument("--folder", type=Path, help="where the database is made")
    parser.add_argument("--no-analyze", action="store_true", help="as it is before the first autovacuum")
    options = parser.parse_args(arguments)
    print("Milliseconds: planning, and carrying out with a plan for these values, and with one for any.")
    print("\n".join(asyncio.run(run(options.rows, options.folder, analyze=not options.no_analyze))))


if __name__ == "__main__":
    main()
