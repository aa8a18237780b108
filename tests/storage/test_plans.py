"""How the statements of every day are carried out when there is much of everything: by their indexes."""

from __future__ import annotations

from benchmarks.filling import fill
from benchmarks.plans import CASES, explain
from storage.database import Database

#: Enough that reading a whole table is noticed, and that the planner would rather not.
ROWS = 20_000


async def test_no_statement_reads_a_whole_table(database: Database) -> None:
    """Years of what is done do not slow down what is to be done, with a plan for these values or for any."""
    await fill(database, ROWS)
    scanned = {
        (case.name, "any values" if generic else "these values"): tables
        for case in CASES
        if not case.note
        for generic in (True, False)
        if (tables := {table for one in await explain(database, case, generic=generic) for table in one.scanned})
    }
    assert {} == scanned
