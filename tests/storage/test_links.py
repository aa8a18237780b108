"""Which platform message belongs to which question: how a reply finds its way."""

from __future__ import annotations

from bot.delivery.entry import Role
from bot.model.chat import ChatRef
from bot.model.question import Author
from storage import links, messages, outbox
from storage.database import Database
from storage.links import Link
from storage.outbox import Sent
from tests.storage.entries import DESK, RESIDENT, ask, claim, entry, hold, said, wanted

TOPIC = ChatRef(channel="work", chat_id="-500:42")


async def test_find(database: Database) -> None:
    """A message is found by its chat and id; in another chat the same id is another message."""
    async with database.transaction() as tx:
        assert await links.find(tx, DESK, "7") is None
        await links.add(tx, DESK, "7", Link(question=5, thread_message=6, role="card"))
        assert Link(question=5, thread_message=6, role="card") == await links.find(tx, DESK, "7")
        assert await links.find(tx, ChatRef(channel="home", chat_id="-500"), "7") is None
        assert await links.find(tx, ChatRef(channel="work", chat_id="-600"), "7") is None


async def test_topics_share_their_group(database: Database) -> None:
    """Platforms number messages across the topics of a group: a reply is found from wherever it comes."""
    async with database.transaction() as tx:
        await links.add(tx, TOPIC, "7", Link(question=5, thread_message=None, role="card"))
        assert await links.find(tx, DESK, "7") is not None
        assert await links.find(tx, ChatRef(channel="work", chat_id="-500:43"), "7") is not None


async def test_newest_wins(database: Database) -> None:
    """A new bot under an old channel's name counts messages from one again: what came last is meant."""
    async with database.transaction() as tx:
        for question in (5, 6):
            await links.add(tx, DESK, "7", Link(question=question, thread_message=None, role="card"))
        found = await links.find(tx, DESK, "7")
    assert found is not None
    assert 6 == found.question


async def test_links_outlive_their_entries(database: Database) -> None:
    """A reply to an old card is answered, although the outbox forgot it long ago."""
    async with database.transaction() as tx:
        number, message = await ask(tx)
        await outbox.add(tx, [entry("x", DESK, Role.CARD, question=number, thread_message=message)])
    lease = await hold(database, "work")
    (taken,) = await claim(database, lease, wanted(DESK))
    async with database.transaction() as tx:
        await outbox.record_sent(tx, lease, [Sent(entry=taken, message_ids=("41",))])
        await tx.raw.execute("DELETE FROM outbox")
        found = await links.find(tx, DESK, "41")
    assert found is not None
    assert number == found.question


async def test_first_of_people(database: Database) -> None:
    """Marks and notes go to what the person wrote, in his topic, to the first part of his album."""
    async with database.transaction() as tx:
        number, _ = await ask(tx)
        answer = await messages.add(tx, number, said("Сегодня", "99", role=Author.OFFICIAL, chat=TOPIC, album_id="al1"))
        for part in ("100", "101"):
            await links.add(tx, TOPIC, part, Link(question=number, thread_message=answer, role=Author.OFFICIAL))
        await outbox.add(tx, [entry("Сегодня", role=Role.ANSWER, question=number, thread_message=answer)])
    lease = await hold(database)
    (taken,) = await claim(database, lease)
    async with database.transaction() as tx:
        await outbox.record_sent(tx, lease, [Sent(entry=taken, message_ids=("5",))])
        assert (TOPIC, "99") == await links.first_of_people(tx, answer)
        assert await links.first_of_people(tx, answer + 1) is None
        assert number == await links.question_of(tx, answer)
        assert await links.question_of(tx, answer + 1) is None


async def test_first_of_question(database: Database) -> None:
    """An answer stands under the first thing that the resident wrote: numbers by their size, not as words."""
    async with database.transaction() as tx:
        number, message = await ask(tx, said(message_id="99", album_id="al1"))
        await links.add(tx, RESIDENT, "100", Link(question=number, thread_message=message, role=Author.RESIDENT))
        await messages.add(tx, number, said("ещё", "98"))
        assert "99" == await links.first_of_question(tx, number, Author.RESIDENT)
        assert await links.first_of_question(tx, number, Author.OFFICIAL) is None
