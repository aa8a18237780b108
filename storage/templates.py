"""Texts that officials use again and again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.desk.templates import Template
from storage.database import Transaction

_TEMPLATE = "SELECT t.id, t.department, t.name, t.text FROM templates t"
#: Seen by the departments of $1 (by everybody, for NULL). Their own win over common ones of the same name.
_SEEN = (
    "($1::text[] IS NULL OR t.department = ANY($1) OR t.department = '' AND NOT EXISTS"
    " (SELECT 1 FROM templates own WHERE own.department = ANY($1) AND own.name = t.name))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """How a template was saved."""

    id: int
    #: What it said before; None: there was none of this name.
    before: str | None


def _template(row: Any) -> Template:
    return Template(id=row["id"], department=row["department"], name=row["name"], text=row["text"])


async def save(
    tx: Transaction, department: str, name: str, text: str, *, by: str, now: datetime, most: int
) -> Saved | None:
    """Save a template of this department, in the place of the one of this name; None: it has `most` already."""
    # Two who save at once wait for each other: neither is miscounted, and each hears what he has replaced.
    await tx.raw.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"templates {department}")
    before: str | None = await tx.raw.fetchval(
        "SELECT text FROM templates WHERE department = $1 AND name = $2", department, name
    )
    if before is None:
        count = await tx.raw.fetchval("SELECT count(*) FROM templates WHERE department = $1", department)
        if count >= most:
            return None
    saved: int = await tx.raw.fetchval(
        "INSERT INTO templates (department, name, text, saved_by, saved_at) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (department, name) DO UPDATE SET text = $3, saved_by = $4, saved_at = $5 RETURNING id",
        department,
        name,
        text,
        by[:200],
        now,
    )
    return Saved(id=saved, before=before)


async def find(tx: Transaction, template: int) -> Template | None:
    """A template by its id."""
    row = await tx.raw.fetchrow(f"{_TEMPLATE} WHERE t.id = $1", template)
    return _template(row) if row is not None else None


async def named(tx: Transaction, departments: Sequence[str] | None, name: str) -> list[Template]:
    """Those of exactly this name that these departments see (None: all departments'), common ones first."""
    rows = await tx.raw.fetch(
        f"{_TEMPLATE} WHERE {_SEEN} AND t.name = $2 ORDER BY t.department, t.id", departments, name
    )
    return [_template(row) for row in rows]


async def listed(
    tx: Transaction, departments: Sequence[str] | None, *, part: str = "", limit: int, offset: int = 0
) -> tuple[list[Template], int]:
    """Those that these departments see (None: all departments'), by name, and how many there are.

    With `part`, those that have it in their names.
    """
    where = f"{_SEEN} AND strpos(t.name, $2) > 0"
    rows = await tx.raw.fetch(
        f"{_TEMPLATE} WHERE {where} ORDER BY t.name, t.department, t.id LIMIT $3 OFFSET $4",
        departments,
        part,
        limit,
        offset,
    )
    total = await tx.raw.fetchval(f"SELECT count(*) FROM templates t WHERE {where}", departments, part)
    return [_template(row) for row in rows], total


async def delete(tx: Transaction, template: int) -> Template | None:
    """Delete a template and return it; None: somebody was quicker."""
    row = await tx.raw.fetchrow(
        "DELETE FROM templates t WHERE t.id = $1 RETURNING t.id, t.department, t.name, t.text", template
    )
    return _template(row) if row is not None else None
