"""What is erased is found by an index; what is looked for row by row goes in steps, however much there is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from benchmarks.filling import fill
from benchmarks.plans import Case, explain
from bot.model.chat import ChatRef
from storage import consents, conversations, erasing, my_data, questions, retention, traces
from storage.database import Database, Transaction
from storage.traces import Traces

#: Enough that reading a whole table is noticed, and that the planner would rather not.
ROWS = 20_000
CHAT = ChatRef(channel="telegram", chat_id="500")
NOW = datetime.now(UTC)
TRACES = Traces(chats=(CHAT,), numbers=(500,), desks=(), last_event=ROWS, last_entry=ROWS, since=NOW)

ON_PAGE = replace(TRACES, desks=(ChatRef(channel="web", chat_id="admin"),))


async def _everything(tx: Transaction) -> None:
    conversation = await conversations.lock_known(tx, CHAT)
    assert conversation is not None
    asked = await questions.of_conversation(tx, conversation.id, lock=True)
    numbers = [one.number for one in asked]
    whose = await erasing.with_offered(tx, await erasing.whose(tx, conversation, numbers))
    await erasing.in_groups(tx, whose)
    await erasing.media_sent(tx, CHAT)
    await erasing.media_on_page(tx, CHAT)
    await erasing.media_of(tx, whose.messages)
    await erasing.seal(tx, numbers, NOW)
    await erasing.everything(tx, whose)
    await traces.newest(tx)
    await traces.of_stranger(tx, CHAT, "500")


async def _texts(tx: Transaction) -> None:
    await retention.texts(tx, NOW + timedelta(days=1))


CASES = [
    Case(name="erasing.everything", call=_everything),
    Case(name="retention.texts", call=_texts),
    Case(name="retention.files", call=lambda tx: retention.files(tx, NOW + timedelta(days=1))),
    Case(name="retention.lists", call=lambda tx: retention.lists(tx, NOW + timedelta(days=1))),
    Case(name="retention.unassigned", call=lambda tx: retention.unassigned(tx, NOW + timedelta(days=1))),
    Case(name="retention.actions", call=lambda tx: retention.actions(tx, NOW + timedelta(days=1))),
    Case(name="consents.waiting", call=lambda tx: consents.waiting(tx, 500)),
    Case(name="traces.in_events", call=lambda tx: traces.in_events(tx, TRACES, 100)),
    Case(name="traces.in_outbox", call=lambda tx: traces.in_outbox(tx, TRACES, 100)),
    Case(name="retention.pages", call=lambda tx: retention.pages(tx, NOW + timedelta(days=1))),
    Case(name="retention.log", call=lambda tx: retention.log(tx, NOW + timedelta(days=1))),
    Case(name="retention.made", call=lambda tx: retention.made(tx, NOW + timedelta(days=1))),
    Case(name="traces.in_log", call=lambda tx: traces.in_log(tx, ON_PAGE, 100)),
    Case(name="traces.waited_since", call=lambda tx: traces.waited_since(tx, [500])),
    Case(name="my_data.deeds", call=lambda tx: my_data.deeds(tx, 500)),
    Case(name="my_data.ratings", call=lambda tx: my_data.ratings(tx, 500)),
    Case(name="my_data.offered", call=lambda tx: my_data.offered(tx, 500)),
    Case(name="my_data.told", call=lambda tx: my_data.told(tx, CHAT, limit=100)),
    Case(name="traces.files_used", call=lambda tx: traces.files_used(tx, ["a"], 100)),
]


async def test_no_statement_reads_a_whole_table(database: Database) -> None:
    """Years of what is there do not slow down what one resident has removed, or what is erased in one step."""
    await fill(database, ROWS)
    async with database.transaction() as tx:
        await tx.raw.execute(
            "INSERT INTO log_items (channel, chat_id, key, version, body) SELECT 'web',"
            " CASE WHEN n % 10 = 0 THEN 'admin' ELSE 'r' || n / 5 END, n, n,"
            " json_build_object('who', 'official', 'text', 'x', 'at', now(), 'reply_to', n)"
            " FROM generate_series(1, $1) n",
            ROWS,
        )
    async with database.transaction() as tx:
        await tx.raw.execute("UPDATE questions SET status = 'closed', closed_at = now() WHERE status <> 'open'")
        await tx.raw.execute("ANALYZE")
    scanned = {
        (case.name, generic): tables
        for case in CASES
        for generic in (True, False)
        if (tables := {table for one in await explain(database, case, generic=generic) for table in one.scanned})
    }
    assert {} == scanned
