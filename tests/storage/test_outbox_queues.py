"""Taking out of long queues: nothing hides behind what cannot go."""

from __future__ import annotations

from datetime import timedelta

from bot.delivery.entry import Role
from storage.database import Database
from tests.storage.entries import DESK, add, claim, entry, hold, texts, wanted


async def test_long_strand_that_waits_hides_nothing(database: Database) -> None:
    """One question whose first follow-up waits for its next try, with many behind it, holds up no other question."""
    first = entry("пробуется снова", DESK, Role.FOLLOW_UP, strand="q1", delay=timedelta(hours=1))
    behind = [entry(f"за ним {n}", DESK, Role.FOLLOW_UP, strand="q1") for n in range(100)]
    await add(database, first, *behind, entry("другой вопрос", DESK, Role.FOLLOW_UP, strand="q2"))
    taken = await claim(database, await hold(database, "work"), wanted(DESK, room=16))
    assert ["другой вопрос"] == texts(taken)
