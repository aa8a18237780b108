"""A region's five years: a million questions with five million messages, made in some minutes and kept in a folder.

`python -m benchmarks.years --folder FOLDER` makes the database, or finds it made; the same numbers give the same
texts. With `--serve` its server runs until Ctrl+C, and the address is printed.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import asyncpg

from benchmarks.threads import COLUMNS, Region, messages_of, rows_of
from migrations.run import migrate
from storage import found_by
from storage.database import Database
from storage.embedded import EmbeddedServer

QUESTIONS = 1_000_000
#: Questions that are made in one go, and that are indexed in one transaction.
_CHUNK, _BATCH = 5_000, 500
#: Ids of messages that are kept for one question: gaps harm nobody.
_MESSAGES_EACH = 10
#: While it is filled; for measuring it is started as the service starts it.
_FILLING = {
    "shared_buffers": "1GB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "2GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
}
_TABLES = ("conversations", "questions", "messages", "waits", "actions", "links", "outbox", "found_by")

# Indexes that no constraint needs: made anew at the end, which is faster and leaves them as after a REINDEX.
_INDEXES = """
    SELECT format('%I', i.indexrelid::regclass) AS name, pg_get_indexdef(i.indexrelid) AS made_by
    FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u')
    WHERE i.indrelid = ANY($1::regclass[]) AND c.oid IS NULL ORDER BY 1
"""
_REST = (
    "UPDATE conversations SET question_id = last FROM (SELECT conversation_id, max(id) AS last FROM questions"
    " GROUP BY conversation_id) q WHERE id = conversation_id",
    "INSERT INTO outbox (channel, chat_id, chat_kind, role, priority, strand, kind, effect, question_id,"
    " thread_message_id, state, created_at, finished_at)"
    " SELECT q.admin_channel, q.admin_chat_id, 'group', 'card', 40, 'q' || q.id, 'send',"
    """ convert_to('{"text": "№ 1 · Telegram · Ирина Петрова"}', 'UTF8'), q.id,"""
    " (SELECT min(m.id) FROM messages m WHERE m.question_id = q.id), 'sent', q.asked_at, q.asked_at"
    " FROM questions q ORDER BY q.id",
    "INSERT INTO links (channel, chat_id, message_id, question_id, thread_message_id, role)"
    " SELECT channel, chat_id, 'p' || id, question_id, id, role FROM messages",
    "INSERT INTO links (channel, chat_id, message_id, question_id, thread_message_id, entry_id, role)"
    " SELECT channel, chat_id, 'c' || id, question_id, thread_message_id, id, role FROM outbox",
    # Updates are kept for two weeks.
    "INSERT INTO events (channel, key, kind, raw, received_at) SELECT channel, id::text, 'message', '{}', at"
    " FROM messages WHERE at > (SELECT max(at) FROM messages) - interval '14 days'",
)
_NUMBERED = ("conversations", "questions", "messages")


#: Told which part is done, and how many seconds it took.
Tell = Callable[[str, float], None]


class _Parts:
    """Tells how long each part takes."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._began = time.perf_counter()

    def done(self, part: str) -> None:
        now = time.perf_counter()
        self._tell(part, now - self._began)
        self._began = now


async def fill_years(
    address: str, questions: int = QUESTIONS, *, processes: int = 1, tell: Tell = lambda *_: None
) -> None:
    """Fill an empty, migrated database as its superuser, with so many processes that make texts."""
    now, parts = datetime.now(UTC), _Parts(tell)
    connection = await asyncpg.connect(address)
    indexes = await connection.fetch(_INDEXES, [*_TABLES])
    await connection.execute("; ".join(f"DROP INDEX {index['name']}" for index in indexes))
    await _residents(connection, Region(questions=questions, now=now))
    parts.done("residents")
    chunks = _chunks(questions)
    await _in_parts(_fill_chunks, address, chunks, (questions, now), processes)
    parts.done("questions, messages, waits")
    await _make(address, [i["made_by"] for i in indexes if "found_by" not in i["name"] and "links" not in i["name"]])
    parts.done("their indexes")
    await connection.execute("SET session_replication_role = replica; SET synchronous_commit = off")
    for statement in _REST:
        await connection.execute(statement)
    for table in _NUMBERED:
        number = await connection.fetchval(f"SELECT max(id) FROM {table}")  # noqa: S608
        await connection.execute("SELECT setval(pg_get_serial_sequence($1, 'id'), $2)", table, number)
    parts.done("links, outbox, events")
    await _in_parts(_index_chunks, address, chunks, (), processes)
    parts.done("words of questions")
    await _make(address, [index["made_by"] for index in indexes])
    parts.done("their indexes")
    await connection.execute("VACUUM ANALYZE")
    parts.done("vacuum, analyze")
    await connection.close()


async def reindex(address: str, *, processes: int = 1, tell: Tell = lambda *_: None) -> None:
    """Write down anew by what the questions are found, after the way in which that is done has changed."""
    parts, connection = _Parts(tell), await asyncpg.connect(address)
    indexes = await connection.fetch(_INDEXES, ["found_by"])
    await connection.execute("; ".join(["TRUNCATE found_by", *(f"DROP INDEX {one['name']}" for one in indexes)]))
    questions = await connection.fetchval("SELECT coalesce(max(id), 0) FROM questions")
    await _in_parts(_index_chunks, address, _chunks(questions), (), processes)
    await connection.execute("TRUNCATE unindexed")
    parts.done("words of questions")
    await _make(address, [one["made_by"] for one in indexes])
    parts.done("their index")
    await connection.execute("VACUUM ANALYZE found_by")
    parts.done("vacuum, analyze")
    await connection.close()


def _chunks(questions: int) -> list[Chunk]:
    return [(first, min(first + _CHUNK - 1, questions)) for first in range(1, questions + 1, _CHUNK)]


async def _make(address: str, indexes: Iterable[str]) -> None:
    """Make these, two at a time, unless they are there."""
    turns = asyncio.Semaphore(2)

    async def one(made_by: str) -> None:
        async with turns:
            connection = await asyncpg.connect(address)
            await connection.execute(made_by.replace(" INDEX ", " INDEX IF NOT EXISTS ", 1))
            await connection.close()

    await asyncio.gather(*map(one, indexes))


async def _residents(connection: asyncpg.Connection[Any], region: Region) -> None:
    def rows() -> Iterator[tuple[object, ...]]:
        for number in range(1, region.residents + 1):
            one = region.resident(number)
            yield number, one.channel, one.chat_id, one.chat_id, one.name, region.now

    await connection.copy_records_to_table(
        "conversations", records=rows(), columns=("id", "channel", "chat_id", "user_id", "name", "greeted_at")
    )


# --- in processes of their own ------------------------------------------------------------------------------------

Chunk = tuple[int, int]


async def _in_parts(
    work: Callable[..., None], address: str, chunks: Sequence[Chunk], arguments: tuple[object, ...], processes: int
) -> None:
    """Let `work` do the chunks, dealt out to so many processes; a single one needs none of its own."""
    if processes == 1:
        await asyncio.to_thread(work, address, chunks, *arguments)
        return
    loop = asyncio.get_running_loop()
    parts = [chunks[start::processes] for start in range(processes)]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        await asyncio.gather(*(loop.run_in_executor(pool, work, address, part, *arguments) for part in parts))


def _fill_chunks(address: str, chunks: Sequence[Chunk], questions: int, now: datetime) -> None:
    asyncio.run(_fill(address, chunks, Region(questions=questions, now=now)))


async def _fill(address: str, chunks: Sequence[Chunk], region: Region) -> None:
    connection = await asyncpg.connect(address)
    # What refers to what is right by itself; without the checks it takes half the time.
    await connection.execute("SET session_replication_role = replica; SET synchronous_commit = off")
    for first, last in chunks:
        rows = rows_of(region, first, last)
        tables = {"questions": rows.questions, "waits": rows.waits, "actions": rows.actions}
        for table, records in tables.items():
            await connection.copy_records_to_table(table, records=records, columns=COLUMNS[table])
        await connection.copy_records_to_table(
            "messages",
            records=messages_of(rows, (first - 1) * _MESSAGES_EACH + 1),
            columns=("id", *COLUMNS["messages"]),
        )
    await connection.close()


def _index_chunks(address: str, chunks: Sequence[Chunk]) -> None:
    asyncio.run(_index(address, chunks))


async def _index(address: str, chunks: Sequence[Chunk]) -> None:
    database = Database(address)
    for first, last in chunks:
        for start in range(first, last + 1, _BATCH):
            async with database.transaction(durable=False) as tx:
                await found_by.index(tx, range(start, min(start + _BATCH, last + 1)))
    await database.close()


# --- the folder -----------------------------------------------------------------------------------------------------


async def made(folder: Path, questions: int, *, anew: bool = False) -> EmbeddedServer:
    """The server of this folder, started, with a database that is full; stop it in the end.

    `anew`: the words of its questions are indexed anew.
    """
    server = EmbeddedServer(folder)
    finished = folder / "filled"
    processes = os.cpu_count() or 1
    if not await asyncio.to_thread(finished.exists):
        async with _filling(folder) as address:
            await fill_years(address, questions, processes=processes, tell=_told)
        await asyncio.to_thread(finished.write_text, f"{questions}\n")
    elif anew:
        async with _filling(folder) as address:
            await reindex(address, processes=processes, tell=_told)
    await server.start()
    return server


@contextlib.asynccontextmanager
async def _filling(folder: Path) -> AsyncIterator[str]:
    """The server while much is written."""
    server = EmbeddedServer(folder, durable=False, settings=_FILLING)
    try:
        address = await server.start()
        database = Database(address)
        await migrate(database)
        await database.close()
        yield address
    finally:
        await server.stop()


def _told(part: str, seconds: float) -> None:
    print(f"{part:26}{seconds:6.0f} s", flush=True)


async def _run(options: argparse.Namespace) -> None:
    server = await made(options.folder, options.questions, anew=options.reindex)
    try:
        print(await server.start(), flush=True)
        if options.serve:
            await asyncio.Event().wait()
    finally:
        await server.stop()


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.years", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where the database is, or is made: about 10 GB")
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    parser.add_argument("--serve", action="store_true", help="let the server run until Ctrl+C")
    parser.add_argument("--reindex", action="store_true", help="write down anew by which words questions are found")
    options = parser.parse_args(arguments)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(options))


if __name__ == "__main__":
    main()
