"""The benchmarks run: a handful of everything, and nothing about how fast it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import profiled
from benchmarks.bot_api import ADMIN_CHAT, BotApi, question_text
from benchmarks.filling import fill
from benchmarks.measure import Bench
from benchmarks.plans import CASES, explain
from benchmarks.routing import route
from benchmarks.service import Cores
from benchmarks.wire import connect
from storage.database import Database


@pytest.fixture
async def bench() -> Bench:
    api = BotApi()
    await api.start()
    return Bench(api=api, cores=Cores(), connections=4, warm_up=5)


async def test_throughput(bench: Bench) -> None:
    """Every question of the first run is accepted, shown and confirmed, or the run does not end."""
    figures = await bench.throughput(7)
    assert 7 == figures.questions
    assert figures.rate > 0
    await bench.api.stop()


async def test_echo(bench: Bench) -> None:
    """The echo sends back what it gets."""
    assert await bench.echo(7) > 0
    await bench.api.stop()


def test_routing() -> None:
    """Both questions of the routing run find words."""
    figures = route(times=1)
    assert 0 < figures.short < figures.long
    assert 0 < figures.words < figures.forms


async def test_counts_questions_not_messages() -> None:
    """A message that shows several questions counts for each of them."""
    api = BotApi()
    await api.start()
    arrived = api.begin(first_resident=100)
    connection = await connect(int(api.url.rpartition(":")[2]))
    text = f"{question_text(3)}\\n{question_text(5)}"
    body = f'{{"chat_id": {ADMIN_CHAT}, "text": "{text}"}}'.encode()
    status = await connection.ask(b"POST /botx/sendMessage HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    assert 200 == status
    assert {3, 5} == set(arrived.cards)
    assert 1 == arrived.admin_messages
    connection.close()
    await api.stop()


def test_shares(tmp_path: Path) -> None:
    """A function's share counts its callees' samples once, however often it stands in the stack."""
    profile = tmp_path / "profile"
    profile.write_text("a:run;a:again;a:again 3\na:run 1\n")
    lines = profiled.shares(profile).splitlines()
    assert ["4 samples", " within   alone", " 100.0%   25.0%  a:run", "  75.0%   75.0%  a:again"] == lines[:4]


async def test_plans(database: Database) -> None:
    """Each statement whose plan is looked at is still one that the database carries out."""
    await fill(database, 1000)
    explained = {case.name: await explain(database, case, generic=True) for case in CASES}
    assert [] == [name for name, seen in explained.items() if not seen]
