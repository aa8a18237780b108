"""How long officials and leaders wait for what they ask of five years' questions: `python -m benchmarks.lookups`.

The database is that of `benchmarks.years`, in the folder that is named; the functions are called as the service calls
them, in one process, one after the other.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.cases import Case, cases, open_context
from benchmarks.exported import MEGABYTE, MEMORY, ROWS, SECONDS, Exported, export
from benchmarks.measure import Spread, spread_of
from benchmarks.plans import Explaining, ExplainingCore
from benchmarks.taking import Taking, compare
from benchmarks.threads import Region
from benchmarks.years import QUESTIONS, made
from bot.statistics.table import Format
from storage.database import Database, Transaction


async def measure(database: Database, case: Case) -> Spread:
    """Ask so often; the first time, which is not counted, brings pages and plans into memory."""
    took: list[float] = []
    for time_ in range(case.times + 1):
        began = time.perf_counter()
        async with database.transaction(durable=False) as tx:
            await case.call(tx, time_)
        took.append(time.perf_counter() - began)
    return spread_of(took[1:])


async def plans_of(database: Database, case: Case) -> list[str]:
    """The plans of a case's statements, as they are carried out."""
    async with database.engine.connect() as core:
        raw = (await core.get_raw_connection()).driver_connection
        assert raw is not None
        transaction = raw.transaction()
        await transaction.start()
        told: list[str] = []
        explaining = Explaining(raw, None, told=told)
        try:
            await (case.statements or case.call)(Transaction(ExplainingCore(core, explaining), explaining), 1)  # type: ignore[arg-type]
        finally:
            await transaction.rollback()
        return told


async def run(options: argparse.Namespace) -> None:
    """Measure, and print a line for each case."""
    server = await made(options.folder, options.questions)
    try:
        address = await server.start()
        database = Database(address)
        ctx = await open_context(database)
        region = Region(questions=await _questions(database), now=datetime.now(UTC))
        print(f"{'':44}{'p50':>9}{'p99':>9}{'longest':>9}  wanted, ms")
        await _measure_all(database, [one for one in cases(ctx, region) if options.only in one.name], options.explain)
        for form in Format:
            if options.only in f"export: {form}":
                _show_export(form, await export(ctx, region.now, region.questions, rows=ROWS, form=form))
        await database.close()
        if not options.only:
            _show(*await compare(address, stories=options.stories, at_once=16))
    finally:
        await server.stop()


async def _questions(database: Database) -> int:
    async with database.transaction() as tx:
        found: int = await tx.raw.fetchval("SELECT max(id) FROM questions")
        return found


async def _measure_all(database: Database, wanted: Sequence[Case], explained: int) -> None:
    slowest: list[tuple[float, Case]] = []
    for case in wanted:
        spread = await measure(database, case)
        slowest.append((spread.p50, case))
        print(_line(case.name, spread, case.wanted), flush=True)
    for _, case in sorted(slowest, key=lambda one: -one[0])[:explained]:
        print("", f"--- {case.name}", *await plans_of(database, case), sep="\n")


def _show_export(form: Format, made: Exported) -> None:
    memory = f"{made.memory / MEGABYTE:.0f} MB" if made.memory is not None else "?"
    print(
        f"export: {made.rows} rows as {form}: {made.seconds:.1f} s, {memory}, a file of {made.size / MEGABYTE:.0f} MB"
        f" (wanted: {ROWS} rows, {SECONDS:.0f} s, {MEMORY / MEGABYTE:.0f} MB)",
        flush=True,
    )


def _show(full: Taking, empty: Taking) -> None:
    for name, taking in (("full", full), ("empty", empty)):
        print(_line(f"a question taken in, {name}", taking.question))
        print(_line(f"  something added, {name}", taking.further))
        print(_line(f"  an official's answer, {name}", taking.answer))
        print(f"{f'  events a second, 16 at once, {name}':44}{taking.rate:9.0f}")


def _line(name: str, spread: Spread, wanted: tuple[float, float | None] | None = None) -> str:
    figures = f"{name:44}{spread.p50:9.1f}{spread.p99:9.1f}{spread.longest:9.1f}"
    return figures + "  " + " / ".join(f"{one:.0f}" for one in wanted or () if one is not None)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lookups", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="of the database, which is made if it is not there")
    parser.add_argument("--questions", type=int, default=QUESTIONS, help="how many are made")
    parser.add_argument("--stories", type=int, default=1000, help="residents who ask while taking in is measured")
    parser.add_argument("--only", default="", help="what the names of the cases contain")
    parser.add_argument("--explain", type=int, default=0, metavar="N", help="show the plans of the N slowest")
    asyncio.run(run(parser.parse_args(arguments)))


if __name__ == "__main__":
    main()
