"""Writing the table of a period to a file, in whichever form. Blocks between batches: for a process of its own."""

from __future__ import annotations

import tempfile
from array import array
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from bot.adapter import Labels
from bot.statistics.counting import times
from bot.statistics.figures import By, Counts, Figures
from bot.statistics.handed_on import HandedOn, with_departments, with_total
from bot.statistics.phrases import name
from bot.statistics.rows import Row, counts_of
from bot.statistics.summary import AGAIN, QUESTIONS
from bot.statistics.table import Format, Order, Written
from handlers.statistics.tables import CsvTable, JsonTable
from handlers.statistics.workbook import Workbook
from storage import export, statistics
from storage.database import Database, Transaction
from storage.statistics import Which

#: Told how many rows are written, of how many.
Tell = Callable[[int, int], None]


@dataclass(slots=True)
class _Tally:
    """What the rows of one department add up to: their times as plain numbers, since there may be a million."""

    counts: Counts = field(default_factory=Counts)
    clock: array[int] = field(default_factory=lambda: array("l"))
    worked: array[int] = field(default_factory=lambda: array("l"))

    def add(self, row: Row) -> None:
        self.counts += counts_of(row)
        if row.clock is not None:
            self.clock.append(round(row.clock.total_seconds()))
        if row.worked is not None:
            self.worked.append(round(row.worked.total_seconds()))


def _figures(tallies: Collection[_Tally]) -> Figures:
    """The figures of all these together."""
    return Figures(
        counts=sum((one.counts for one in tallies), Counts()),
        clock=times(chain.from_iterable(one.clock for one in tallies)),
        worked=times(chain.from_iterable(one.worked for one in tallies)),
    )


def _groups(tallies: Mapping[str, _Tally], labels: Labels, handed_on: HandedOn) -> list[tuple[str, Figures]]:
    """The figures of each department under its name, most received first."""
    order = sorted(tallies.items(), key=lambda found: (-found[1].counts.received, found[0]))
    groups = with_departments({slug: _figures([tally]) for slug, tally in order}, handed_on)
    return [(name(labels, By.DEPARTMENT, slug), figures) for slug, figures in groups.items()]


async def write(database: Database, order: Order, path: Path, tell: Tell) -> Written:
    """Write the table to a file; one that is there is replaced. Raises DatabaseAway, OSError."""
    if order.format is Format.XLSX:
        return await _write_workbook(database, order, path, tell)
    with path.open("w", encoding="utf-8", newline="") as into:
        table = CsvTable(into, order) if order.format is Format.CSV else JsonTable(into, order)
        async with database.snapshot() as tx:
            whole = await export.count(tx, _which(order))
            written = reopened = 0
            async for batch in _batches(tx, order):
                table.add(batch)
                written += len(batch)
                reopened += sum(row.round > 1 for row in batch)
                tell(written, whole)
    return Written(questions=written - reopened, reopened=reopened)


async def _write_workbook(database: Database, order: Order, path: Path, tell: Tell) -> Written:
    """The rows, what they add up to, and how it is counted."""
    tallies: defaultdict[str, _Tally] = defaultdict(_Tally)
    written: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(dir=path.parent) as temporary, Workbook(path, order, Path(temporary)) as book:
        async with database.snapshot() as tx:
            handed_on = await statistics.handed_on(tx, _which(order))
            whole = sum([await export.count(tx, _which(order), again=again) for again in (False, True)])
            for sheet, again in ((QUESTIONS, False), (AGAIN, True)):
                book.begin(sheet)
                async for batch in _batches(tx, order, again=again):
                    book.add(batch)
                    for row in batch:
                        tallies[row.department].add(row)
                    written[sheet] += len(batch)
                    tell(written.total(), whole)
        total = with_total(_figures(tallies.values()), handed_on)
        book.summarize(_groups(tallies, order.labels, handed_on), total)
        done = Written(questions=written[QUESTIONS], reopened=written[AGAIN])
        book.explain(done)
    return done


def _batches(tx: Transaction, order: Order, *, again: bool | None = None) -> AsyncIterator[list[Row]]:
    return export.rows(tx, _which(order), order.at, again=again)


def _which(order: Order) -> Which:
    return Which.of(order.scope, order.labels.zone)
