"""Templates in the database: whose they are, and who sees them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from bot.desk.templates import Template
from storage import templates
from storage.database import Database
from storage.templates import Saved

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


async def save(database: Database, department: str, name: str, text: str = "Текст", *, most: int = 100) -> Saved | None:
    async with database.transaction() as tx:
        return await templates.save(tx, department, name, text, by="Ольга", now=NOW, most=most)


async def test_save_and_replace(database: Database) -> None:
    """A name stands for one text of a department; whoever replaces it learns what it said."""
    first = await save(database, "energy", "вода", "Завтра")
    again = await save(database, "energy", "вода", "Сегодня")
    other = await save(database, "roads", "вода", "Никогда")
    assert first is not None
    assert other is not None
    assert (None, None) == (first.before, other.before)
    assert Saved(id=first.id, before="Завтра") == again
    async with database.transaction() as tx:
        assert Template(id=first.id, department="energy", name="вода", text="Сегодня") == await templates.find(
            tx, first.id
        )
        assert await templates.find(tx, first.id + 100) is None


async def test_no_more_than_there_may_be(database: Database) -> None:
    """A department that has enough can replace, not add; another can add."""
    await save(database, "energy", "вода", most=2)
    await save(database, "energy", "свет", most=2)
    assert await save(database, "energy", "газ", most=2) is None
    assert await save(database, "energy", "вода", most=2) is not None
    assert await save(database, "roads", "газ", most=2) is not None


async def test_two_save_at_once(database: Database) -> None:
    """Of two who save the last one that fits, one can."""
    saved = await asyncio.gather(*(save(database, "energy", name, most=1) for name in ("вода", "свет")))
    assert 1 == len([one for one in saved if one is not None])


#: The departments of a chat, and what it sees.
SEEN = {
    "a department": (["energy"], [("energy", "вода"), ("", "привет"), ("energy", "свет")]),
    "two departments": (
        ["energy", "roads"],
        [("energy", "вода"), ("roads", "вода"), ("", "привет"), ("energy", "свет"), ("roads", "яма")],
    ),
    "a department without any": (["schools"], [("", "вода"), ("", "привет")]),
    "coordinators": (
        None,
        [("", "вода"), ("energy", "вода"), ("roads", "вода"), ("", "привет"), ("energy", "свет"), ("roads", "яма")],
    ),
}


@pytest.mark.parametrize(("departments", "expected"), SEEN.values(), ids=SEEN)
async def test_who_sees_what(
    database: Database, departments: list[str] | None, expected: list[tuple[str, str]]
) -> None:
    """A department sees its own and the common ones, but for those that it has itself; coordinators see all."""
    for department, name in SEEN["coordinators"][1]:
        await save(database, department, name)
    async with database.transaction() as tx:
        found, total = await templates.listed(tx, departments, limit=100)
        assert expected == [(one.department, one.name) for one in found]
        assert len(expected) == total
        of_that_name = [one for one in expected if one[1] == "вода"]
        assert of_that_name == [(one.department, one.name) for one in await templates.named(tx, departments, "вода")]


async def test_pages_and_parts(database: Database) -> None:
    """A list comes by name, in pages; a part of a name finds all that have it, whatever signs are in it."""
    for name in ("вода нет", "вода есть", "свет", "100%", "a_b"):
        await save(database, "", name)
    async with database.transaction() as tx:
        found, total = await templates.listed(tx, ["energy"], limit=2, offset=2)
        assert (["вода есть", "вода нет"], 5) == ([one.name for one in found], total)
        assert ([], 5) == await templates.listed(tx, ["energy"], limit=2, offset=8)
        for part, expected in (("вода", 2), ("%", 1), ("_", 1), ("'", 0)):
            assert expected == (await templates.listed(tx, None, part=part, limit=1))[1]


async def test_delete(database: Database) -> None:
    """A template is deleted once."""
    saved = await save(database, "energy", "вода", "Завтра")
    assert saved is not None
    async with database.transaction() as tx:
        gone = Template(id=saved.id, department="energy", name="вода", text="Завтра")
        assert gone == await templates.delete(tx, saved.id)
        assert await templates.delete(tx, saved.id) is None
