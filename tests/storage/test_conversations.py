"""Residents' chats: one row each, and one event of each at a time."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.model.chat import ChatRef
from bot.model.event import Sender
from storage import conversations, questions
from storage.database import Database
from tests.storage.entries import RESIDENT, ask, said

IRINA = Sender(user_id="101", name="Ирина", username="irina", language="ru")


async def test_first_contact(database: Database) -> None:
    """Who is unknown gets a conversation; who is known keeps it."""
    async with database.transaction() as tx:
        first = await conversations.lock(tx, RESIDENT, IRINA)
        again = await conversations.lock(tx, RESIDENT, IRINA)
    assert first == again
    assert (RESIDENT, "Ирина", None, False, False) == (
        first.chat,
        first.name,
        first.question,
        first.greeted,
        first.stopped,
    )


async def test_first_contact_twice_at_once(database: Database) -> None:
    """Sabotage: two first messages at the same time make one conversation."""

    async def once() -> int:
        async with database.transaction() as tx:
            return (await conversations.lock(tx, RESIDENT, IRINA)).id

    assert 1 == len(set(await asyncio.gather(*(once() for _ in range(8)))))


async def test_lock_lets_one_in_at_a_time(database: Database) -> None:
    """Sabotage, the conversation lock: two events of one resident never see the same standing."""
    inside, most = 0, 0

    async def handle() -> None:
        nonlocal inside, most
        async with database.transaction() as tx:
            seen = await conversations.lock(tx, RESIDENT, IRINA)
            inside += 1
            most = max(most, inside)
            # What is decided here must not be decided by another at the same time.
            await tx.raw.fetchval("SELECT pg_sleep(0.01)")
            if seen.question is None:
                await ask(tx)
            inside -= 1

    await asyncio.gather(*(handle() for _ in range(8)))
    assert 1 == most
    async with database.transaction() as tx:
        assert 1 == await tx.raw.fetchval("SELECT count(*) FROM questions")


async def test_name_is_kept_where_the_platform_is_silent(database: Database) -> None:
    """A new name replaces the old one; an update without a name does not take it away."""
    async with database.transaction() as tx:
        await conversations.lock(tx, RESIDENT, IRINA)
        assert "Ирина" == (await conversations.lock(tx, RESIDENT, Sender(user_id="101"))).name
        assert "Ирина П." == (await conversations.lock(tx, RESIDENT, Sender(user_id="101", name="Ирина П."))).name


LANGUAGES = {
    "the messenger's": (("en",), "", "en"),
    "it changed": (("en", "ru"), "", "ru"),
    "it is silent now": (("en", ""), "", "en"),
    "nobody knows": (("", ""), "", ""),
    "he chose another": (("ru", "ru"), "en", "en"),
    "he chose where nothing was known": (("",), "en", "en"),
}


@pytest.mark.parametrize(("told", "chosen", "expected"), LANGUAGES.values(), ids=LANGUAGES.keys())
async def test_language(database: Database, told: tuple[str, ...], chosen: str, expected: str) -> None:
    """What a resident chose counts, else what his messenger said last; his question and his chat say the same."""
    async with database.transaction() as tx:
        number, _ = await ask(tx)
        for language in told:
            conversation = await conversations.lock(tx, RESIDENT, Sender(user_id="101", language=language))
        await conversations.change(tx, conversation.id, chosen_language=chosen)
        question = await questions.find(tx, number)
        assert question is not None
        found = await conversations.lock(tx, RESIDENT, Sender(user_id="101"))
        assert [expected] * 3 == [
            found.language,
            question.language,
            await conversations.language_of(tx, RESIDENT),
        ]


async def test_language_of_nobody(database: Database) -> None:
    """A chat that never asked anything has none."""
    async with database.transaction() as tx:
        assert "" == await conversations.language_of(tx, RESIDENT)


async def test_conversation_of_a_question(database: Database) -> None:
    """Officials' side takes the same lock, by the question's number."""
    async with database.transaction() as tx:
        number, _ = await ask(tx)
        found = await conversations.lock_of_question(tx, number)
        assert found is not None
        assert (RESIDENT, number) == (found.chat, found.question)
        assert number == await conversations.lock_current_question(tx, found.id)
        assert await conversations.lock_of_question(tx, number + 1) is None


async def test_place_and_topic_of_last_time(database: Database) -> None:
    """A question leaves both to the next one; one that says neither leaves them as they are. Others have their own."""
    neighbour = replace(RESIDENT, chat_id="102")

    async def last(chat: ChatRef = RESIDENT) -> tuple[str, str]:
        found = await conversations.lock(tx, chat, IRINA)
        return found.place, found.topic

    async with database.transaction() as tx:
        assert ("", "") == await last()
        first, _ = await ask(tx, place="nadym", topic="water")
        assert (("nadym", "water"), ("", "")) == (await last(), await last(neighbour))
        second, _ = await ask(tx, said(message_id="m2"))
        assert ("nadym", "water") == await last()
        await conversations.remember_place(tx, second, "")
        await conversations.remember_topic(tx, first, "roads")
        assert (("", "roads"), ("", "")) == (await last(), await last(neighbour))
        found = [await questions.find(tx, number) for number in (first, second)]
        assert ["roads", "roads"] == [one.last_topic for one in found if one is not None]


async def test_stopped(database: Database) -> None:
    """Who blocked the bot is marked, and is not any more when he is back; nobody else is."""
    async with database.transaction() as tx:
        await conversations.lock(tx, RESIDENT, IRINA)
        await conversations.set_stopped(tx, RESIDENT, datetime(2026, 3, 2, tzinfo=UTC))
        known = await conversations.lock_known(tx, RESIDENT)
        assert known is not None
        assert known.stopped
        assert not (await conversations.lock(tx, RESIDENT, IRINA)).stopped


async def test_change(database: Database) -> None:
    """What the machine decided is kept, until a question uses it up."""
    async with database.transaction() as tx:
        first = await conversations.lock(tx, RESIDENT, IRINA)
        await conversations.change(tx, first.id, wants_new=True, source="qr5")
        changed = await conversations.lock(tx, RESIDENT, IRINA)
        assert (True, "qr5") == (changed.wants_new, changed.source)
        number, _ = await ask(tx)
        after = await conversations.lock(tx, RESIDENT, IRINA)
        assert (number, False, "", True) == (after.question, after.wants_new, after.source, after.greeted)


async def test_names_that_were_asked_for(database: Database) -> None:
    """Whose name is missing is listed; a name that comes is given to all his conversations that have none."""
    async with database.transaction() as tx:
        nameless = await conversations.lock(tx, RESIDENT, Sender(user_id="101"))
        assert {"101": nameless.id} == await conversations.nameless(tx, "home")
        assert {} == await conversations.nameless(tx, "work")
        assert [nameless.id] == await conversations.set_name(tx, "home", "101", "Ирина")
        assert [] == await conversations.set_name(tx, "home", "101", "Другое имя")
