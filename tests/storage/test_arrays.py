"""Arrays that asyncpg need not ask about."""

from __future__ import annotations

from datetime import UTC, date, datetime

import asyncpg
import pytest

from storage.arrays import ARRAYS
from storage.database import Database

#: A type of each array, and values of it.
VALUES = {
    "bool[]": [True, None],
    "bytea[]": [b"\x00'", b""],
    "smallint[]": [-1, 32767],
    "int[]": [2**31 - 1],
    "bigint[]": [2**63 - 1, None],
    "float8[]": [0.5, -1e300],
    "timestamptz[]": [datetime(2026, 3, 1, 12, tzinfo=UTC)],
}


async def test_are_what_postgresql_says(database: Database) -> None:
    """Ids, names and elements are the server's own, and so is the comma between elements."""
    async with database.transaction() as tx:
        said = await tx.raw.fetch(
            "SELECT a.oid, a.typname, a.typelem, e.typdelim, n.nspname FROM pg_type a"
            " JOIN pg_type e ON e.oid = a.typelem JOIN pg_namespace n ON n.oid = a.typnamespace"
            " WHERE a.oid = ANY($1::oid[]) ORDER BY a.oid",
            [oid for oid, _, _ in ARRAYS],
        )
    assert [(*array, b",", "pg_catalog") for array in ARRAYS] == [tuple(row) for row in said]


@pytest.mark.parametrize("kind", VALUES)
async def test_nothing_is_asked(database: Database, kind: str) -> None:
    """A new connection takes and gives arrays with the one statement that they are in."""
    asked: list[str] = []

    def note(one: asyncpg.connection.LoggedQuery) -> None:
        asked.append(one.query)

    statement = f"SELECT $1::{kind}"
    async with database.transaction() as tx:
        assert tx.is_new
        with tx.raw.query_logger(note):
            assert VALUES[kind] == await tx.raw.fetchval(statement, VALUES[kind])
    assert [statement] == asked


async def test_another_array_is_asked_about(database: Database) -> None:
    """An array of a type that is not among them works like any."""
    given = [date(2026, 3, 1)]
    async with database.transaction() as tx:
        assert given == await tx.raw.fetchval("SELECT $1::date[]", given)
