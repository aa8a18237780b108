"""What every handler is given: the settings that matter, the way to the database, and whom to wake."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.capabilities import Capabilities
from bot.config import StatisticsTable
from bot.conversation.rating import ASK_AFTER
from bot.conversation.unasked import Unasked
from bot.desk.cards import Look
from bot.desk.routing import Desk
from bot.model.chat import ChannelName, ChatKind, ChatRef
from bot.rights import Rights
from bot.statistics.figures import Targets
from bot.statistics.weekly import Weekly
from handlers.answers import Answers
from handlers.guesses import Guesses
from handlers.lexicon import Lexicon
from handlers.metrics import Metrics
from storage.database import Database

#: An album has no end mark: what shows it waits this long after its last part.
ALBUM_WAIT = timedelta(seconds=1)
#: How long a card waits for the resident's name, where the platform must be asked for it.
NAME_WAIT = timedelta(seconds=3)


async def _no_reload() -> str:
    return "Здесь настройки можно перечитать только перезапуском."


@dataclass(slots=True, kw_only=True)
class Context:
    """Shared by all handlers of one process."""

    database: Database
    #: Replaced as a whole when settings are loaded anew or a chat moves.
    desk: Desk
    look: Look
    service_name: str
    #: How long after an answer the resident is asked what he thinks of it; None: never. Replaced like the desk.
    ask_rating_after: timedelta | None = ASK_AFTER
    unasked: Unasked = field(default_factory=Unasked)
    capabilities: Mapping[ChannelName, Capabilities]
    #: Channels whose updates carry no names.
    nameless: frozenset[ChannelName] = frozenset()
    #: What figures are compared with; when the coordinators get those of the week (None: never).
    targets: Targets = field(default_factory=lambda: StatisticsTable().targets)
    weekly_report: Weekly | None = None
    metrics: Metrics
    clock: Callable[[], datetime]
    #: What holds for residents' data; replaced as a whole when settings are loaded anew.
    rights: Rights = field(default_factory=Rights)
    #: Told after the commit that something waits for this chat.
    wake: Callable[[ChatRef, ChatKind, timedelta], None] = field(default=lambda *_: None)
    #: Told after the commit that this person's name is wanted.
    ask_name: Callable[[ChannelName, str], None] = field(default=lambda *_: None)
    #: Told after the commit that there is a chore of this kind.
    chore_added: Callable[[str], None] = field(default=lambda _: None)
    #: Reads the settings again; returns a line for whoever asked for it.
    reload: Callable[[], Awaitable[str]] = field(default=_no_reload)
    #: Set when a department has another chat: questions may have to be shown elsewhere.
    astray: asyncio.Event = field(default_factory=asyncio.Event)
    #: Set when something of a resident is to be removed: see `handlers.rights.traces`.
    traces: asyncio.Event = field(default_factory=asyncio.Event)
    #: Who tried which codes of `/bind` lately.
    guesses: Guesses = field(default_factory=Guesses)
    #: What searching knows of words.
    lexicon: Lexicon = field(default_factory=Lexicon)
    #: What residents are shown at once.
    answers: Answers = field(init=False)

    def __post_init__(self) -> None:
        self.answers = Answers(self.database)

    @property
    def download_limits(self) -> dict[ChannelName, int]:
        return {name: one.download_limit for name, one in self.capabilities.items()}
