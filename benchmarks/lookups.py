"""How long officials and leaders wait for what they ask of five years' questions: `python -m benchmarks.lookups`.

The database is that of `benchmarks.years`, in the folder that is named; the functions are called as the service calls
them, in one process, one after the other.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Spread, spread_of
from benchmarks.plans import Explaining, ExplainingCore
from benchmarks.taking import Taking, compare
from benchmarks.years import QUESTIONS, made
from storage.database import Database, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Something that is asked again and again."""

    name: str
    #: Asks once; the number tells which time it is, so that it need not be the same every time.
    call: Callable[[Transaction, int], Awaitable[object]]
    times: int = 100
    #: Milliseconds that most may take, and nearly all.
    wanted: tuple[float, float] | None = None


CASES: list[Case] = []


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
            await case.call(Transaction(ExplainingCore(core, explaining), explaining), 1)  # type: ignore[arg-type]
        finally:
            await transaction.rollback()
        return told


async def run(options: argparse.Namespace) -> None:
    """Measure, and print a line for each case."""
    server = await made(options.folder, options.questions)
    try:
        address = await server.start()
        database = Database(address)
        print(f"{'':44}{'p50':>9}{'p99':>9}{'longest':>9}  ms")
        slowest: list[tuple[float, Case]] = []
        for case in CASES:
            if options.only in case.name:
                spread = await measure(database, case)
                slowest.append((spread.p50, case))
                print(_line(case.name, spread), flush=True)
        for _, case in sorted(slowest, key=lambda one: -one[0])[: options.explain]:
            print("", f"--- {case.name}", *await plans_of(database, case), sep="\n")
        await database.close()
        if not options.only:
            _show(*await compare(address, stories=options.stories, at_once=16))
    finally:
        await server.stop()


def _show(full: Taking, empty: Taking) -> None:
    for name, taking in (("full", full), ("empty", empty)):
        print(_line(f"a question taken in, {name}", taking.question))
        print(_line(f"  something added, {name}", taking.further))
        print(_line(f"  an official's answer, {name}", taking.answer))
        print(f"{f'  events a second, 16 at once, {name}':44}{taking.rate:9.0f}")


def _line(name: str, spread: Spread) -> str:
    return f"{name:44}{spread.p50:9.1f}{spread.p99:9.1f}{spread.longest:9.1f}"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lookups", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="of the database, which is made if it is not there")
    parser.add_argument("--questions", type=int, default=QUESTIONS, help="how many are made")
    parser.add_argument("--stories", type=int, default=500, help="residents who ask while taking in is measured")
    parser.add_argument("--only", default="", help="what the names of the cases contain")
    parser.add_argument("--explain", type=int, default=0, metavar="N", help="show the plans of the N slowest")
    asyncio.run(run(parser.parse_args(arguments)))


if __name__ == "__main__":
    main()
