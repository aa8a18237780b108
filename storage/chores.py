"""Long work that was asked for, or is done at a certain time. A process that dies over it leaves it to the others."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from storage.database import Transaction


class ChoreGone(Exception):
    """Somebody else has finished it, or given it up: what was done this time must not be said again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """Work to be done once."""

    id: int
    kind: str
    #: The same kind with the same key is there once.
    key: str
    arguments: Mapping[str, Any]
    #: How often it was begun, this time included.
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A chore that nobody has begun."""

    id: int
    key: str
    not_before: datetime


async def add(tx: Transaction, kind: str, key: str, arguments: Mapping[str, Any], *, not_before: datetime) -> bool:
    """Have this done, from then on; False: it is there already."""
    found = await tx.raw.fetchval(
        "INSERT INTO chores (kind, key, arguments, not_before) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (kind, key) DO NOTHING RETURNING id",
        kind,
        key,
        json.dumps(arguments, ensure_ascii=False),
        not_before,
    )
    return found is not None


async def set_arguments(tx: Transaction, kind: str, key: str, arguments: Mapping[str, Any]) -> None:
    """Say more of what was added in this transaction."""
    await tx.raw.execute(
        "UPDATE chores SET arguments = $3 WHERE kind = $1 AND key = $2",
        kind,
        key,
        json.dumps(arguments, ensure_ascii=False),
    )


async def claim(tx: Transaction, kind: str, now: datetime, *, lease: timedelta) -> Chore | None:
    """One chore of this kind whose time has come, the longest waiting first; it is nobody else's for so long."""
    row = await tx.raw.fetchrow(
        "UPDATE chores SET not_before = $3, attempts = attempts + 1 WHERE id = (SELECT id FROM chores"
        " WHERE kind = $1 AND not_before <= $2 ORDER BY not_before, id LIMIT 1 FOR UPDATE SKIP LOCKED)"
        " RETURNING id, kind, key, arguments::text, attempts",
        kind,
        now,
        now + lease,
    )
    if row is None:
        return None
    return Chore(
        id=row["id"],
        kind=row["kind"],
        key=row["key"],
        arguments=json.loads(row["arguments"]),
        attempts=row["attempts"],
    )


async def put_off(tx: Transaction, chore: Chore, until: datetime) -> None:
    """Keep it, or leave it, until then; nothing where somebody else has begun it since."""
    await tx.raw.execute(
        "UPDATE chores SET not_before = $3 WHERE id = $1 AND attempts = $2", chore.id, chore.attempts, until
    )


async def change(tx: Transaction, chore: Chore, arguments: Mapping[str, Any]) -> None:
    """Part of it is done, once this transaction is. Raises ChoreGone where somebody else has begun it since."""
    changed = await tx.raw.fetchval(
        "UPDATE chores SET arguments = $3 WHERE id = $1 AND attempts = $2 RETURNING id",
        chore.id,
        chore.attempts,
        json.dumps(arguments, ensure_ascii=False),
    )
    if changed is None:
        raise ChoreGone


async def waiting(tx: Transaction, kind: str) -> list[Waiting]:
    """All of this kind that nobody has begun, locked."""
    rows = await tx.raw.fetch(
        "SELECT id, key, not_before FROM chores WHERE kind = $1 AND attempts = 0 ORDER BY id FOR UPDATE", kind
    )
    return [Waiting(id=row["id"], key=row["key"], not_before=row["not_before"]) for row in rows]


async def is_there(tx: Transaction, kind: str) -> bool:
    """Whether there is any of this kind, begun or not."""
    found: bool = await tx.raw.fetchval("SELECT EXISTS (SELECT FROM chores WHERE kind = $1)", kind)
    return found


async def move(tx: Transaction, chore_id: int, not_before: datetime) -> None:
    """Have it done at another time."""
    await tx.raw.execute("UPDATE chores SET not_before = $2 WHERE id = $1", chore_id, not_before)


async def finish(tx: Transaction, chore_id: int) -> None:
    """It is done, once this transaction is: what it says belongs into the same one. Raises ChoreGone."""
    if await tx.raw.fetchval("DELETE FROM chores WHERE id = $1 RETURNING id", chore_id) is None:
        raise ChoreGone
