"""The benchmarks run: a handful of everything, and nothing about how fast it was."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks import profiled
from benchmarks.bot_api import ADMIN_CHAT, BotApi, question_text
from benchmarks.cases import cases as lookup_cases
from benchmarks.cases import open_context
from benchmarks.exported import export
from benchmarks.filling import fill
from benchmarks.lookups import measure, plans_of
from benchmarks.measure import Bench
from benchmarks.plans import CASES, explain
from benchmarks.routing import route
from benchmarks.service import Cores
from benchmarks.taking import compare
from benchmarks.threads import Region, rows_of
from benchmarks.wire import connect
from benchmarks.years import fill_years, reindex
from bot.desk.words import tokenize
from bot.statistics.table import Format
from storage.codec import decode_content
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


async def test_years(database: Database, database_address: str) -> None:
    """The years hold five messages a question on the average, a wait and words for each; indexes are as before."""
    indexes = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname"
    async with database.transaction() as tx:
        before = await tx.raw.fetch(indexes)
    await fill_years(database_address, 1200)
    async with database.transaction() as tx:
        assert before == await tx.raw.fetch(indexes)
        assert 1200 == await tx.raw.fetchval("SELECT count(DISTINCT question_id) FROM waits WHERE round = 1")
        assert 1200 == await tx.raw.fetchval("SELECT count(*) FROM found_by WHERE length(words) > 10")
        assert 4.5 < await tx.raw.fetchval("SELECT count(*) / 1200.0 FROM messages") < 5.5
        # The next question gets the next number.
        assert 1200 == await tx.raw.fetchval("SELECT last_value FROM questions_id_seq")


async def test_years_fit_together(database: Database, database_address: str) -> None:
    """A question and its waits say the same of where it stands."""
    await fill_years(database_address, 1200)
    async with database.transaction() as tx:
        rows = await tx.raw.fetch(
            "SELECT q.id FROM questions q CROSS JOIN LATERAL"
            " (SELECT * FROM waits w WHERE w.question_id = q.id ORDER BY round DESC LIMIT 1) w"
            " WHERE (q.waiting_since IS NOT NULL) <> (w.running_since IS NOT NULL)"
            " OR (q.status IN ('open', 'clarifying')) <> (w.outcome = '')"
            " OR (w.outcome = 'answered' AND q.answered_at IS DISTINCT FROM w.ended_at)"
        )
    assert [] == [row["id"] for row in rows]


def test_years_are_the_same_every_time() -> None:
    """What was measured can be made again: equal numbers, equal texts."""
    region = Region(questions=100, now=datetime(2026, 1, 12, tzinfo=UTC))
    assert rows_of(region, 11, 20) == rows_of(region, 11, 20)
    assert rows_of(region, 11, 20).messages != rows_of(region, 21, 30).messages


def test_words_are_as_frequent_as_in_russian() -> None:
    """«в» is in nearly every question, «вода» in about a tenth of them in one form or another, most words in few."""
    region = Region(questions=2000, now=datetime(2026, 1, 12, tzinfo=UTC))
    words: dict[int, set[str]] = {}
    for question, *_, content, _ in rows_of(region, 1, 2000).messages:
        words.setdefault(question, set()).update(tokenize(decode_content(content).text))
    everywhere = Counter(word for several in words.values() for word in several)
    water = sum(not {"вода", "воды", "воде", "воду", "водой"}.isdisjoint(several) for several in words.values())
    assert everywhere["в"] > 0.9 * 2000
    assert 0.05 * 2000 < water < 0.2 * 2000
    assert sum(count < 20 for count in everywhere.values()) > 0.8 * len(everywhere)


async def test_lookups(database: Database, database_address: str) -> None:
    """All that is measured can be asked, leaves nothing behind, and each statement can be explained."""
    await fill_years(database_address, 1200)
    ctx = await open_context(database)
    every = lookup_cases(ctx, Region(questions=1200, now=datetime.now(UTC)))
    for case in every:
        spread = await measure(database, replace(case, times=2))
        assert 0 < spread.p50 <= spread.longest
    assert [] == [case.name for case in every if not await plans_of(database, case)]
    async with database.transaction() as tx:
        assert 1200 == await tx.raw.fetchval("SELECT count(*) FROM outbox")


async def test_reindexing(database: Database, database_address: str) -> None:
    """What is indexed anew is found by the same words as before, and the index is there again."""
    await fill_years(database_address, 1200)
    words, indexes = "SELECT * FROM found_by ORDER BY 1", "SELECT indexdef FROM pg_indexes ORDER BY indexname"
    async with database.transaction() as tx:
        before = await tx.raw.fetch(words), await tx.raw.fetch(indexes)
    await reindex(database_address)
    async with database.transaction() as tx:
        assert before == (await tx.raw.fetch(words), await tx.raw.fetch(indexes))


async def test_export(database: Database, database_address: str) -> None:
    """The table of a part of the time has about that part of the rows."""
    await fill_years(database_address, 1200)
    ctx = await open_context(database)
    made = await export(ctx, datetime.now(UTC), 1200, rows=600, form=Format.CSV)
    assert 550 < made.rows < 650
    assert made.size > 600 * 100


async def test_taking_leaves_the_database_as_it_was(database: Database, database_address: str) -> None:
    """The full database can be measured again and again: what taking in added to it is gone."""
    await fill_years(database_address, 200)
    count = "SELECT {} FROM {}"
    tables = ("questions", "messages", "waits", "actions", "links", "outbox", "events", "conversations", "unindexed")
    every = " UNION ALL ".join(count.format(f"'{table}', count(*)", table) for table in tables)
    async with database.transaction() as tx:
        before = await tx.raw.fetch(every)
    full, empty = await compare(database_address, stories=2, at_once=2)
    assert min(full.question.p50, full.rate, empty.answer.p50, empty.rate) > 0
    async with database.transaction() as tx:
        assert before == await tx.raw.fetch(every)
