"""The known answers in memory: read at the start, and again when somebody changes them, in whatever process."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import structlog

from bot.conversation.faq import Entry, Library, build_library
from bot.desk.words import read_dictionary
from storage import faq
from storage.database import Database, DatabaseAway

log = structlog.get_logger(__name__)

#: Seconds after which a change of another process is noticed.
EVERY = 20.0


class Answers:
    """What residents are shown at once. Until it is read the first time there is nothing to show."""

    def __init__(self, database: Database, of_file: Sequence[Entry] = ()) -> None:
        self.library = Library()
        #: What the file says; set anew when settings are read again, with `changed`.
        self.of_file = tuple(of_file)
        #: Set when something has changed here.
        self.changed = asyncio.Event()
        self._database = database
        self._taken_over: tuple[Entry, ...] | None = None
        self._version = ""

    async def run(self) -> None:
        """Keep up until cancelled."""
        while True:
            self.changed.clear()
            try:
                await self.once()
            except DatabaseAway:
                log.warning("database.away", where="answers")
            with suppress(TimeoutError):
                async with asyncio.timeout(EVERY):
                    await self.changed.wait()

    async def once(self) -> None:
        """Read what has changed."""
        async with self._database.transaction() as tx:
            if self._taken_over != self.of_file:
                taken = self.of_file
                await faq.take_over(tx, taken)
                self._taken_over = taken
            version = await faq.version(tx)
            if version == self._version:
                return
            kept = await faq.load(tx)
        entries = [one.entry for one in kept if not one.is_off]
        # The dictionary takes up to a second.
        self.library = await asyncio.to_thread(_build, entries)
        self._version = version
        log.info("answers.read", entries=len(entries))


def _build(entries: Sequence[Entry]) -> Library:
    return build_library(entries, read_dictionary()) if entries else Library()
