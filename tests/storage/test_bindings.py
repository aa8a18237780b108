"""Codes of `/bind` and what they tie: good once, for a day, and only their hash is kept."""

from __future__ import annotations

import asyncio
import hashlib
import re
from datetime import UTC, datetime, timedelta

import pytest

from bot.model.chat import ChatRef
from storage import bindings, moves
from storage.database import Database

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CHAT = ChatRef(channel="telegram", chat_id="-1005:42")
OTHER = ChatRef(channel="telegram", chat_id="-1006")


async def new_code(database: Database, department: str = "energy") -> str:
    async with database.transaction() as tx:
        return await bindings.new_code(tx, department, NOW)


async def use(database: Database, code: str, *, later: timedelta = timedelta(0)) -> str | None:
    async with database.transaction() as tx:
        return await bindings.use_code(tx, code, NOW + later)


async def test_code_is_readable(database: Database) -> None:
    """Twelve characters of 32 (60 bits), none of which looks like another."""
    codes = [await new_code(database) for _ in range(20)]
    assert [] == [code for code in codes if not re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}", code)]
    assert 20 == len(set(codes))


async def test_only_the_hash_is_kept(database: Database) -> None:
    """Whoever reads the database learns no code."""
    code = await new_code(database)
    async with database.transaction() as tx:
        row = await tx.raw.fetchrow("SELECT * FROM bind_codes")
    assert hashlib.sha256(code.replace("-", "").encode()).digest() == row["code_hash"]
    assert code not in str(dict(row))


async def test_code_is_good_once(database: Database) -> None:
    """The first who says it has it; a department may have several codes."""
    code, another = await new_code(database), await new_code(database)
    assert "energy" == await use(database, code)
    assert None is await use(database, code)
    assert "energy" == await use(database, another)


async def test_two_at_once(database: Database) -> None:
    """Of two who say the same code at once, one gets the department."""
    code = await new_code(database)
    found = await asyncio.gather(use(database, code), use(database, code))
    assert ["None", "energy"] == sorted(map(str, found))


@pytest.mark.parametrize(("later", "good"), [(timedelta(hours=23, minutes=59), True), (timedelta(hours=24), False)])
async def test_code_is_good_for_a_day(database: Database, later: timedelta, good: bool) -> None:
    """After 24 hours a code opens nothing."""
    code = await new_code(database)
    assert ("energy" if good else None) == await use(database, code, later=later)


async def test_old_codes_are_removed(database: Database) -> None:
    """Codes that nobody used do not stay for ever."""
    await new_code(database)
    async with database.transaction() as tx:
        await bindings.new_code(tx, "energy", NOW + timedelta(days=2))
        assert 1 == await tx.raw.fetchval("SELECT count(*) FROM bind_codes")


#: How people type `01AB-CEHK-MP9X`.
TYPED = [
    ("as it is", "01AB-CEHK-MP9X"),
    ("small letters", "01ab-cehk-mp9x"),
    ("without dashes", "01ABCEHKMP9X"),
    ("with spaces and long dashes", " 01AB \u2014 CEHK\u2013MP9X "),
    ("letters for digits", "OIAB-CEHK-MP9X"),
    ("Cyrillic letters", "01АВ-СЕНК-МР9Х"),
]


@pytest.mark.parametrize("typed", [typed for _, typed in TYPED], ids=[label for label, _ in TYPED])
async def test_typed_by_people(database: Database, typed: str) -> None:
    """A code is known however it is typed."""
    async with database.transaction() as tx:
        await tx.raw.execute(
            "INSERT INTO bind_codes VALUES ($1, 'energy', $2)",
            hashlib.sha256(b"01ABCEHKMP9X").digest(),
            NOW + timedelta(hours=1),
        )
    assert "energy" == await use(database, typed)


@pytest.mark.parametrize("typed", ["", "7", "01ABCEHKMP9", "01ABCEHKMP9XX", "💡" * 12, "0" * 100_000])
async def test_wrong_code(database: Database, typed: str) -> None:
    """Whatever else is said is no code."""
    assert None is await use(database, typed)


async def test_binding_is_replaced_and_follows_its_chat(database: Database) -> None:
    """A department has one chat, the last it was tied to; when the chat gets another address, the binding has it."""
    async with database.transaction() as tx:
        await bindings.bind(tx, "energy", OTHER, by="Ольга", now=NOW)
        await bindings.bind(tx, "energy", CHAT, by="Пётр", now=NOW)
        await bindings.bind(tx, "roads", OTHER, by="Ольга", now=NOW)
        assert {"energy": CHAT, "roads": OTHER} == await bindings.load(tx)
        moved = ChatRef(channel="telegram", chat_id="-1007")
        await moves.move_chat(tx, OTHER, moved)
        assert {"energy": CHAT, "roads": moved} == await bindings.load(tx)
