"""Questions whose answers are known."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.conversation.faq import Entry, fold
from storage.database import Transaction

_COLUMNS = "id, question, answer, topic, also, from_file, is_off, edited_by, edited_at, shown, helped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An entry with all that is known of it."""

    entry: Entry
    is_off: bool
    #: Who changed it here; empty: it is as the file says.
    edited_by: str
    #: How often it was shown under a confirmation, and how often that was enough.
    shown: int
    helped: int


def _kept(row: Any) -> Kept:
    return Kept(
        entry=Entry(
            id=row["id"],
            question=row["question"],
            answer=row["answer"],
            topic=row["topic"],
            also=tuple(row["also"]),
        ),
        is_off=row["is_off"],
        edited_by=row["edited_by"],
        shown=row["shown"],
        helped=row["helped"],
    )


async def load(tx: Transaction) -> list[Kept]:
    """All entries, also those that are off, in the order in which they came."""
    return [_kept(row) for row in await tx.raw.fetch(f"SELECT {_COLUMNS} FROM faq ORDER BY id")]


async def find(tx: Transaction, entry: int) -> Kept | None:
    """One entry, locked."""
    row = await tx.raw.fetchrow(f"SELECT {_COLUMNS} FROM faq WHERE id = $1 FOR UPDATE", entry)
    return _kept(row) if row is not None else None


async def version(tx: Transaction) -> str:
    """Differs when residents would be shown something else."""
    found: str = await tx.raw.fetchval(
        "SELECT md5(coalesce(string_agg(ROW(id, question, answer, topic, also, is_off)::text, '' ORDER BY id), ''))"
        " FROM faq"
    )
    return found


async def take_over(tx: Transaction, entries: Sequence[Entry]) -> None:
    """Make what nobody has edited here as the file says; what is no more in the file is turned off."""
    # Two processes that start at once do it one after the other.
    await tx.raw.execute("SELECT pg_advisory_xact_lock(hashtextextended('faq', 0))")
    for one in entries:
        await tx.raw.execute(
            "INSERT INTO faq (question, answer, topic, also, folded, from_file) VALUES ($1, $2, $3, $4, $5, true)"
            " ON CONFLICT (folded) DO UPDATE SET question = $1, answer = $2, topic = $3, also = $4, from_file = true,"
            " is_off = false WHERE faq.edited_at IS NULL"
            " AND (faq.question, faq.answer, faq.topic, faq.also, faq.from_file, faq.is_off)"
            " IS DISTINCT FROM ($1, $2, $3, $4, true, false)",
            one.question,
            one.answer,
            one.topic,
            list(one.also),
            fold(one.question),
        )
    await tx.raw.execute(
        "UPDATE faq SET is_off = true, from_file = false WHERE from_file AND edited_at IS NULL"
        " AND folded <> ALL($1::text[])",
        [fold(one.question) for one in entries],
    )


async def add(tx: Transaction, entry: Entry, *, by: str, now: datetime) -> int | None:
    """Add an entry; returns its id, None: this question is there already."""
    found: int | None = await tx.raw.fetchval(
        "INSERT INTO faq (question, answer, topic, also, folded, edited_by, edited_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)"
        " ON CONFLICT (folded) DO NOTHING RETURNING id",
        entry.question,
        entry.answer,
        entry.topic,
        list(entry.also),
        fold(entry.question),
        by[:200],
        now,
    )
    return found


async def named(tx: Transaction, question: str) -> Kept | None:
    """The entry with this question."""
    row = await tx.raw.fetchrow(f"SELECT {_COLUMNS} FROM faq WHERE folded = $1", fold(question))
    return _kept(row) if row is not None else None


async def edit(tx: Transaction, entry: Entry, *, is_off: bool, by: str, now: datetime) -> None:
    """Replace what an entry says. Its question must be no other entry's."""
    await tx.raw.execute(
        "UPDATE faq SET question = $2, answer = $3, topic = $4, also = $5, folded = $6, is_off = $7, edited_by = $8,"
        " edited_at = $9 WHERE id = $1",
        entry.id,
        entry.question,
        entry.answer,
        entry.topic,
        list(entry.also),
        fold(entry.question),
        is_off,
        by[:200],
        now,
    )


async def offer(tx: Transaction, number: int, entries: Collection[int]) -> None:
    """A resident is shown these under the confirmation of his question."""
    await tx.raw.execute(
        "WITH q AS (UPDATE questions SET offered = $2 WHERE id = $1)"
        " UPDATE faq SET shown = shown + 1 WHERE id = ANY($2::bigint[])",
        number,
        list(entries),
    )


async def read(tx: Transaction, number: int, entry: int) -> None:
    """A resident whose question waits has read this one: it stands before what he was shown."""
    await tx.raw.execute(
        "UPDATE questions SET offered = array_prepend($2::bigint, array_remove(offered, $2::bigint)) WHERE id = $1",
        number,
        entry,
    )


async def offered_with(tx: Transaction, conversation_id: int, entry: int) -> int | None:
    """The resident's last open question under which he was shown this one."""
    found: int | None = await tx.raw.fetchval(
        "SELECT max(id) FROM questions WHERE conversation_id = $1 AND status = 'open' AND $2 = ANY(offered)",
        conversation_id,
        entry,
    )
    return found


async def count_help(tx: Transaction, entry: int) -> None:
    """It was enough, as the audit trail of the question says."""
    await tx.raw.execute("UPDATE faq SET helped = helped + 1 WHERE id = $1", entry)


async def take_help_back(tx: Transaction, number: int) -> None:
    """What was enough for this question last was not."""
    await tx.raw.execute(
        "UPDATE faq SET helped = helped - 1 WHERE helped > 0 AND id ="
        " (SELECT CASE WHEN a.detail ~ '^[0-9]{1,15}$' THEN a.detail::bigint ELSE q.offered[1] END"
        "  FROM actions a JOIN questions q ON q.id = a.question_id"
        "  WHERE a.question_id = $1 AND a.what = 'helped' ORDER BY a.id DESC LIMIT 1)",
        number,
    )
