"""Asking platforms for the names that their updates do not carry, in batches."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping

import structlog

from bot.adapter import NamesPeople
from bot.errors import SendError
from bot.model.chat import ChannelName
from bot.model.text import tidy_name
from handlers import handing, residents
from handlers.context import Context
from storage import conversations, people, questions
from storage.database import DatabaseAway

log = structlog.get_logger(__name__)

#: Seconds to gather people before asking, and between tries when the platform is away.
GATHER, RETRY = 0.05, 30.0


class Names:
    """Whose names are wanted. A card waits a moment for its resident's name, no longer."""

    def __init__(self, ctx: Context, adapters: Mapping[ChannelName, NamesPeople]) -> None:
        self._ctx = ctx
        self._adapters = adapters
        self._wanted: defaultdict[ChannelName, set[str]] = defaultdict(set)
        self._more = asyncio.Event()

    def ask(self, channel: ChannelName, user_id: str) -> None:
        """This person's name is wanted."""
        if channel in self._adapters and user_id:
            self._wanted[channel].add(user_id)
            self._more.set()

    async def run(self) -> None:
        """Ask until cancelled; what was not known at the last start is asked first."""
        await self._remember()
        while True:
            await self._more.wait()
            await asyncio.sleep(GATHER)
            self._more.clear()
            wanted, self._wanted = self._wanted, defaultdict(set)
            for channel, user_ids in wanted.items():
                await self.look_up(channel, user_ids)

    async def _remember(self) -> None:
        try:
            async with self._ctx.database.transaction() as tx:
                for channel in self._adapters:
                    for user_id in await conversations.nameless(tx, channel):
                        self.ask(channel, user_id)
        except DatabaseAway:
            log.warning("database.away", where="names")

    async def look_up(self, channel: ChannelName, user_ids: set[str]) -> None:
        """Ask for these people's names, and let whatever waits for them say them."""
        try:
            for user_id, told in (await self._adapters[channel].names(user_ids)).items():
                if not (name := tidy_name(told)):
                    continue
                async with self._ctx.database.transaction() as tx:
                    for conversation in await conversations.set_name(tx, channel, user_id, name):
                        await residents.named(tx, self._ctx, conversation)
                await self._sign(channel, user_id, name)
        except (SendError, DatabaseAway) as error:
            # The card goes out without the name; the next message of this person asks again.
            log.warning("names.failed", channel=channel, people=len(user_ids), error=str(error))

    async def _sign(self, channel: ChannelName, user_id: str, name: str) -> None:
        """An official's name is known now: the cards of what he has taken say it."""
        async with self._ctx.database.transaction() as tx:
            numbers = await people.set_name(tx, channel, user_id, name)
        for number in numbers:
            async with self._ctx.database.transaction() as tx:
                await conversations.lock_of_question(tx, number)
                if await questions.find(tx, number, lock=True) is None:
                    continue
                await people.sign(tx, number, f"{channel}:{user_id}", name)
                if (question := await questions.find(tx, number)) is not None:
                    await handing.recard(tx, self._ctx, question)
