"""How common words are, by a sample of the index."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from storage import commonness, found_by
from storage.commonness import FEWEST, Commonness
from storage.database import Database
from tests.storage.asked import asked

NOW = datetime(2025, 11, 20, tzinfo=UTC)


async def test_sample(database: Database) -> None:
    """Each lexeme is in that part of the questions that has it; what few have is not counted."""
    async with database.transaction() as tx:
        numbers = [await asked(tx, NOW, text="вода" if number % 2 else "яма тепло") for number in range(2 * FEWEST)]
        numbers.append(await asked(tx, NOW, text="редкость"))
        await found_by.index(tx, numbers)
        found = await commonness.sample(tx)
        assert 0 < await commonness.pages(tx) < 3
    assert 2 * FEWEST + 1 == found.questions
    assert pytest.approx(FEWEST / found.questions) == found.parts["вода"]
    assert 1.0 == found.parts["=state:open"]
    assert not found.knows("редкость")
    assert pytest.approx(FEWEST / found.questions) == found.rare


async def test_nothing_there(database: Database) -> None:
    """Where there is nothing, nothing is known."""
    async with database.transaction() as tx:
        assert Commonness() == await commonness.sample(tx)


def test_of() -> None:
    """Forms add up, to no more than all; what is not known is rare."""
    known = Commonness(questions=1000, parts={"вода": 0.5, "воды": 0.4, "водитель": 0.2}, rare=0.01)
    assert pytest.approx(0.01) == known.of(["яма"])
    assert pytest.approx(0.91) == known.of(["вода", "воды", "водой"])
    assert 1.0 == known.of(["вода", "воды", "водитель"])
    assert ["вода", "водитель"] == known.beginning("вода") + known.beginning("водит")
