"""What a table of many rows takes, made as `/export` makes it: by a process of its own."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.processes import children, peak_memory
from benchmarks.threads import SPAN
from bot.statistics.figures import Scope
from bot.statistics.period import Period
from bot.statistics.table import Format, Order
from handlers.context import Context
from handlers.statistics.child import export_in_child
from handlers.statistics.counting import Counting

ROWS = 100_000
MEGABYTE = 1024 * 1024
#: How long that may take, and what the process may hold.
SECONDS, MEMORY = 60.0, 150 * MEGABYTE
_EVERY = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """One table."""

    rows: int
    seconds: float
    #: Bytes: of the file, and of memory at the most (None where the system does not say).
    size: int
    memory: int | None


async def export(ctx: Context, now: datetime, questions: int, *, rows: int, form: Format) -> Exported:
    """Have the last so many of all these questions written."""
    days = min(rows / questions, 1) * SPAN
    first = (now - days).date()
    order = Order(
        scope=Scope(period=Period(first=first, last=now.date() - timedelta(days=1))),
        labels=Counting(ctx).labels(),
        at=now,
        format=form,
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table.{form}"
        before = await asyncio.to_thread(children, os.getpid())
        held: list[int] = []
        watching = asyncio.create_task(_watch(set(before), held))
        began = time.perf_counter()
        written = await export_in_child(ctx.database.address, order, path)
        took = time.perf_counter() - began
        watching.cancel()
        await asyncio.wait([watching])
        return Exported(
            rows=written.questions + written.reopened,
            seconds=took,
            size=(await asyncio.to_thread(path.stat)).st_size,
            # The last: just before its program is loaded, it seems to hold what we do.
            memory=held[-1] if held else None,
        )


async def _watch(known: Collection[int], held: list[int]) -> None:
    """Write down what our new process has held so far."""
    while True:
        held += await asyncio.to_thread(_held, known)
        await asyncio.sleep(_EVERY)


def _held(known: Collection[int]) -> list[int]:
    found = (peak_memory(pid) for pid in children(os.getpid()) if pid not in known)
    return [memory for memory in found if memory is not None]
