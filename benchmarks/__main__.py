"""`python -m benchmarks`, or `make bench`: how many questions the service takes, how fast, and for how much."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.bot_api import BotApi
from benchmarks.measure import Bench, Burst, Latency, Throughput
from benchmarks.processes import cores, pin
from benchmarks.profiled import shares
from benchmarks.residents import CONNECTIONS
from benchmarks.routing import Routing, route
from benchmarks.service import Cores

_MB = 1024 * 1024
_ALL = ("throughput", "latency", "burst", "routing", "echo")

Row = tuple[str, str]


def options_of(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of everything: to see that it runs")
    parser.add_argument("--only", choices=_ALL, action="append", help="one measurement; may be repeated")
    parser.add_argument("--questions", type=int, help="how many residents ask in the first run (10000)")
    parser.add_argument("--rate", type=float, default=20.0, help="questions a second in the second run")
    parser.add_argument("--seconds", type=float, help="how long the second run takes (30)")
    parser.add_argument("--burst", type=int, default=200, help="questions at once within Telegram's limits")
    parser.add_argument("--connections", type=int, default=CONNECTIONS, help="of the webhook, at the same time")
    parser.add_argument(
        "--postgres", choices=("free", "service", "driver"), default="free", help="whose core PostgreSQL shares"
    )
    parser.add_argument("--folder", type=Path, help="where the databases are made: the disk that is measured")
    parser.add_argument("--profile", type=Path, help="profile the service in the first run, into this file")
    options = parser.parse_args(arguments)
    options.questions = options.questions or (1_000 if options.quick else 10_000)
    options.seconds = options.seconds or (3.0 if options.quick else 30.0)
    return options


async def run(options: argparse.Namespace) -> list[Row]:
    """Measure what is asked for; returns the lines of the table."""
    wanted = options.only or _ALL
    chosen = Cores.chosen(options.postgres)
    if chosen.driver:
        pin(os.getpid(), chosen.driver)
    api = BotApi()
    await api.start()
    bench = Bench(api=api, cores=chosen, folder=options.folder, connections=options.connections)
    rows = list(_machine(chosen, options))
    if "throughput" in wanted:
        rows += _throughput(await bench.throughput(options.questions, profile=options.profile))
    if "latency" in wanted:
        rows += _latency(await bench.latency(options.rate, options.seconds))
    if "burst" in wanted:
        rows += _burst(await bench.burst(options.burst))
    if "routing" in wanted:
        rows += _routing(route())
    if "echo" in wanted:
        rows.append(("a bare aiogram echo without a database", f"{await bench.echo(options.questions):.0f} messages/s"))
    await api.stop()
    return rows


def _machine(chosen: Cores, options: argparse.Namespace) -> Iterator[Row]:
    yield (
        "machine",
        f"{len(cores()) if not chosen.driver else len(chosen.service + chosen.driver)} cores used, "
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
    )
    where = {"free": "on both", "service": "with the service", "driver": "with the driver"}[options.postgres]
    if chosen.driver:
        yield "cores", f"service on {chosen.service[0]}, driver on {chosen.driver[0]}, PostgreSQL {where}"
    else:
        yield "cores", "not pinned: this machine has one core, or does not say"
    yield "a write that reaches the disk", f"{_disk(options.folder) * 1000:.2f} ms"


def _throughput(figures: Throughput) -> Iterator[Row]:
    count = figures.questions
    yield f"{count} questions, {count} residents", f"{figures.rate:.0f} questions/s, shown and confirmed"
    yield "  until the last 200", f"{figures.accepted:.1f} s"
    yield "  until the last card", f"{figures.shown:.1f} s"
    yield "  until the last confirmation", f"{figures.confirmed:.1f} s"
    if figures.used is not None:
        yield "  CPU a question: service", f"{figures.used.service / count * 1000:.2f} ms"
        yield "  CPU a question: PostgreSQL", f"{figures.used.postgres / count * 1000:.2f} ms"
    if figures.memory is not None and figures.memory_before is not None:
        yield "  memory of the service", f"{figures.memory / _MB:.0f} MB (before: {figures.memory_before / _MB:.0f} MB)"


def _latency(figures: Latency) -> Iterator[Row]:
    yield f"{figures.rate:g} questions/s, {figures.questions} of them", "p50 / p99 / longest"
    for name, spread in (
        ("  update to 200", figures.to_200),
        ("  update to card", figures.to_card),
        ("  update to confirmation", figures.to_confirmation),
    ):
        yield name, f"{spread.p50:.1f} / {spread.p99:.1f} / {spread.longest:.1f} ms"
    if figures.used is not None:
        count = figures.questions
        yield "  CPU a question: service", f"{figures.used.service / count * 1000:.2f} ms"
        yield "  CPU a question: PostgreSQL", f"{figures.used.postgres / count * 1000:.2f} ms"


def _burst(figures: Burst) -> Iterator[Row]:
    yield f"{figures.questions} questions at once, Telegram's limits", f"{figures.messages} messages in the admin chat"
    yield "  until all are shown", f"{figures.shown:.1f} s"
    yield "  until all are confirmed", f"{figures.confirmed:.1f} s"


def _routing(figures: Routing) -> Iterator[Row]:
    yield f"routing by the forms of {figures.words} words", f"{figures.forms} forms, read in {figures.reading:.1f} s"
    yield "  a question of 100 characters", f"{figures.short * 1e6:.0f} µs"
    yield "  a question of 4096 characters", f"{figures.long * 1e6:.0f} µs"


def _disk(folder: Path | None) -> float:
    """Seconds of a small write with fsync: the least that a durable commit can take."""
    with tempfile.TemporaryFile(dir=folder) as file:
        took = []
        for _ in range(50):
            os.pwrite(file.fileno(), b"x" * 8192, 0)
            began = time.perf_counter()
            os.fsync(file.fileno())
            took.append(time.perf_counter() - began)
    return sorted(took)[len(took) // 2]


def show(rows: Sequence[Row]) -> str:
    """The table as text."""
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name.ljust(width)}  {value}" for name, value in rows)


def main(arguments: Sequence[str] | None = None) -> None:
    options = options_of(arguments)
    print(show(asyncio.run(run(options))))
    if options.profile is not None:
        print(shares(options.profile))


if __name__ == "__main__":
    main()
