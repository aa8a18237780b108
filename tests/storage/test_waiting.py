"""Questions that wait for an answer: officials' lists, and those that are shown nowhere."""

from __future__ import annotations

from datetime import timedelta

from bot.model.chat import ChatRef
from bot.model.question import Question
from storage import messages, questions, waiting
from storage.database import Database
from tests.storage.entries import DESK, NOW, ask, said

ENERGY = ChatRef(channel="work", chat_id="-600")
OTHER = ChatRef(channel="home", chat_id="102")


async def test_waiting(database: Database) -> None:
    """What is unanswered, longest waiting first, of the chats that were asked for, and how many there are in all."""
    async with database.transaction() as tx:
        for n in range(6):
            chat = ChatRef(channel="home", chat_id=f"{n}")
            admin_chat = ENERGY if n % 2 else DESK
            await ask(tx, said(f"Вопрос {n}", f"m{n}", chat=chat), admin_chat=admin_chat, now=NOW - timedelta(hours=n))
        await questions.answered(tx, 6, NOW)
        assert ([5, 4, 3, 2, 1], 5) == _numbers(await waiting.listed(tx, None, limit=9))
        assert ([5, 4], 5) == _numbers(await waiting.listed(tx, None, limit=2))
        assert ([4, 2], 2) == _numbers(await waiting.listed(tx, ENERGY, limit=2))
        assert ([], 0) == _numbers(await waiting.listed(tx, OTHER, limit=9))
        assert {1: "Вопрос 0", 4: "Вопрос 3"} == await messages.previews(tx, [1, 4])
        assert [4, 2] == await waiting.astray(tx, [DESK], limit=9)
        assert [] == await waiting.astray(tx, [DESK, ENERGY], limit=9)


def _numbers(found: tuple[list[Question], int]) -> tuple[list[int], int]:
    return [one.number for one in found[0]], found[1]
