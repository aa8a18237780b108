"""Figures that nobody can doubt: forty questions against a table made by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.handlers.fakes import Office, open_office
from tests.handlers.statistics.forty import DESK, FORTY, SERVICE, Row, live_through


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    async with open_office(database_address, desk=DESK) as opened:
        await live_through(opened)
        yield opened


async def test_ledger(office: Office) -> None:
    """Each of the forty questions has left exactly the waits that stand on the sheet of paper."""
    async with office.eye.transaction() as tx:
        rows = await tx.raw.fetch("SELECT * FROM waits ORDER BY question_id, round")
    found: dict[int, list[Row]] = {}
    for row in rows:
        ended, runs = row["ended_at"] or office.clock(), row["running_since"] is not None
        found.setdefault(row["question_id"], []).append(
            Row(
                outcome=row["outcome"],
                day=row["started_at"].astimezone(SERVICE).day,
                department=row["department"],
                clock=row["clock"] // 60,
                worked=row["worked"] // 60,
                late=ended > row["due_at"] and (runs or row["outcome"] == "answered"),
                handovers=row["handovers"],
                interims=row["interims"],
            )
        )
    assert {number: list(case.rows) for number, case in enumerate(FORTY, start=1)} == found
