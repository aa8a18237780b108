"""Questions and their threads."""

from __future__ import annotations

from datetime import timedelta

from bot.model.chat import ChatRef
from bot.model.content import Content, Media, MediaKind
from bot.model.question import Author, Status
from storage import links, messages, questions, waiting
from storage.database import Database
from tests.storage.entries import DESK, NOW, RESIDENT, ask, said

PHOTO = Media(kind=MediaKind.PHOTO, channel="home", ref="p", file_name="яма.jpg", size=5)
OTHER = ChatRef(channel="home", chat_id="102")


async def test_ask(database: Database) -> None:
    """A question has its number, its first message, the link of that message, and waits from now on."""
    async with database.transaction() as tx:
        number, message = await ask(tx, said("Нет тепла", "m1", content=Content(text="Нет тепла", media=(PHOTO,))))
        question = await questions.find(tx, number)
        (first,) = await messages.thread(tx, number)
        link = await links.find(tx, RESIDENT, "m1")
    assert question is not None
    assert (1, RESIDENT, "Ирина", Status.OPEN, DESK) == (
        question.number,
        question.chat,
        question.resident,
        question.status,
        question.admin_chat,
    )
    assert (NOW, NOW, NOW + timedelta(hours=4), None) == (
        question.asked_at,
        question.waiting_since,
        question.due_at,
        question.answered_at,
    )
    assert (message, Author.RESIDENT, Content(text="Нет тепла", media=(PHOTO,))) == (
        first.id,
        first.role,
        first.content,
    )
    assert links.Link(question=number, thread_message=message, role=Author.RESIDENT) == link


async def test_numbers_grow(database: Database) -> None:
    """Each question has its own number; one that there is not is not found."""
    async with database.transaction() as tx:
        assert [1, 2, 3] == [(await ask(tx))[0] for _ in range(3)]
        assert await questions.find(tx, 4) is None


async def test_answered_and_reopened(database: Database) -> None:
    """The first answer keeps its time; an answer to a closed question opens nothing and takes the reason away."""
    later = NOW + timedelta(hours=1)
    async with database.transaction() as tx:
        number, _ = await ask(tx)
        await questions.change(tx, number, status=Status.CLOSED, close_reason="дубль", waiting_since=None)
        await questions.answered(tx, number, NOW)
        await questions.change(tx, number, status=Status.OPEN, waiting_since=later)
        assert 1 == await waiting.count(tx)
        await questions.answered(tx, number, later)
        assert 0 == await waiting.count(tx)
        found = await questions.find(tx, number, lock=True)
        first = await tx.raw.fetchval("SELECT first_answered_at FROM questions")
    assert found is not None
    assert (Status.ANSWERED, later, None, "") == (
        found.status,
        found.answered_at,
        found.waiting_since,
        found.close_reason,
    )
    assert NOW == first
