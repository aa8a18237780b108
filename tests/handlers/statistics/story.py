"""A story of residents and officials, told with times: what happens goes through the handlers, as in life.

story = Story(office, zone)
await story.at("2026-11-16 09:00")
one = await story.asks(IRINA, "Нет тепла")
await story.at("09:40")
await story.answers(one)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from bot.conversation.decisions import NEW_QUESTION
from bot.model.chat import ChatRef
from handlers.lapsing import Lapsing
from tests.handlers.fakes import DESK, Office


@dataclass(slots=True)
class Story:
    """Drives the clock, the residents and the officials of an office."""

    office: Office
    #: Where the service is: times are meant there.
    zone: tzinfo = UTC

    async def at(self, when: str) -> None:
        """It is so late now: «2026-11-16 09:00», or «09:40» of the same day. Time never goes back."""
        day = self.office.clock().astimezone(self.zone).date().isoformat()
        local = datetime.fromisoformat(when if "-" in when else f"{day} {when}").replace(tzinfo=self.zone)
        assert local.astimezone(UTC) >= self.office.clock(), when
        self.office.clock.now = local.astimezone(UTC)

    async def asks(self, resident: ChatRef, text: str = "Нет тепла") -> int:
        """A resident asks something new; returns the question's number."""
        await self.office.presses(resident, NEW_QUESTION)
        await self.office.writes(resident, text)
        return int(await self.office.value("SELECT max(id) FROM questions"))

    async def writes(self, resident: ChatRef, text: str) -> None:
        """A resident adds something: an answer to what he was asked, thanks, or a reason to open it again."""
        await self.office.writes(resident, text)

    async def answers(self, number: int, text: str = "Сделаем.") -> None:
        """The official who has its card answers it."""
        await self.office.deliver()
        chat = (await self.office.question(number)).admin_chat
        await self.office.writes(chat, text, reply_to=self.office.work.id_of(chat, f"№ {number} "))

    async def orders(self, words: str, chat: ChatRef = DESK) -> None:
        """An official gives a command: «/close 1 не к нам», «/clarify 1 Какой дом?», «/transfer 1 energy»."""
        await self.office.writes(chat, words)

    async def passes(self, span: timedelta) -> None:
        """So much time passes, and the service does what it does by itself."""
        self.office.clock.move(span)
        await Lapsing(self.office.ctx).once()

    async def waits_of(self, number: int) -> list[Mapping[str, Any]]:
        """The question's rows in the ledger, first round first."""
        async with self.office.eye.transaction() as tx:
            rows = await tx.raw.fetch("SELECT * FROM waits WHERE question_id = $1 ORDER BY round", number)
        return [dict(row) for row in rows]
