"""What every adapter is, what some can do besides, and what the core lends to them."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any, BinaryIO, Protocol, runtime_checkable

from bot.capabilities import Capabilities
from bot.desk.search import Found
from bot.model.chat import ChannelName, ChatRef
from bot.model.content import Media
from bot.model.event import Event
from bot.model.message import Outgoing, Receipt
from bot.statistics.figures import Listed, Month, Report, Scope, Targets, What


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRequest:
    """A platform's callback as it came: the signature is checked over these very bytes."""

    #: Names in lower case.
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RawReply:
    """What the platform gets back."""

    status: int = 200
    body: str = ""
    content_type: str = "text/plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """One update of a platform: the unit that is stored, once."""

    #: The platform's own id of it: a redelivery has the same one, no other update of the channel has.
    key: str
    #: The platform's word for what it is (`message`, `callback_query`), for metrics: a small set of names.
    kind: str
    #: The update as JSON, without secrets, from which `parse` gives the same update again.
    raw: bytes
    #: Empty for an update that says nothing to us.
    events: tuple[Event, ...]
    #: One message may ride in the reply to this callback: see `AnswersInline`.
    answers_inline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """An authentic callback: what it brought, and the reply once that is stored."""

    updates: tuple[Update, ...] = ()
    reply: RawReply = field(default_factory=RawReply)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of `otvet check`."""

    ok: bool
    text: str


#: Stores an update durably and does what follows from it; when it returns, the platform may forget the update.
Accept = Callable[[Update], Awaitable[None]]


class Adapter(Protocol):
    """One channel: translates between its platform and the shared message model."""

    channel: ChannelName
    capabilities: Capabilities

    def parse(self, raw: bytes) -> Update:
        """Turn one update into events, without I/O.

        What is not understood gives an update without events. Raises BadUpdate when it is not an update of
        this platform at all.
        """
        ...

    async def receive(self, request: RawRequest) -> Received:
        """Check a callback and parse it. Raises Unauthentic or BadUpdate; stores nothing."""
        ...

    async def listen(self, accept: Accept) -> None:
        """Have the platform deliver: register the webhook and keep an eye on it, or poll. Runs until cancelled.

        Runs in the one process that owns the channel, after the HTTP server listens. Raises a SendError when
        the platform refuses or is away; the core waits, reports it and calls again.
        """
        ...

    async def send(self, outgoing: Outgoing) -> Receipt:
        """Carry out one effect. Raises a SendError: exactly one of the kinds in `bot.errors`."""
        ...

    async def fetch(self, media: Media, into: BinaryIO) -> None:
        """Write a file that this channel received into `into`.

        Raises MediaUnavailable when it is gone or too big, Transient when it is worth trying again. The file
        object enforces the size limit by raising MediaUnavailable from `write`.
        """
        ...

    async def check(self, admin_chats: Sequence[ChatRef]) -> list[Finding]:
        """Ask the platform about token, webhook and the bot's rights in these chats of the channel."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


@runtime_checkable
class AnswersInline(Protocol):
    """The reply to a callback can carry a message (Viber's greeting)."""

    def render_inline(self, outgoing: Outgoing) -> str:
        """The body of the reply, JSON; pure."""
        ...


@runtime_checkable
class NamesPeople(Protocol):
    """Updates carry no names; they are asked for (VK)."""

    async def names(self, user_ids: Collection[str]) -> dict[str, str]:
        """The names of these people; those unknown are missing. Raises a SendError."""
        ...


@runtime_checkable
class HasLinks(Protocol):
    """A link, on paper as a QR code, opens a chat with this channel and says where somebody came from."""

    async def link(self, source: str) -> str:
        """The link that becomes `ChatStarted.source`; for a source see `bot.model.source`. Raises a SendError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """An address that an adapter serves itself, with a handler of the HTTP server's own kind."""

    method: str
    path: str
    handler: Callable[[Any], Awaitable[Any]]


@runtime_checkable
class HasRoutes(Protocol):
    """Serves pages of its own (the web channel)."""

    def routes(self, accept: Accept) -> Sequence[Route]: ...


# --- What the core lends -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file in our own store, named by its hash."""

    path: Path
    sha256: str
    #: Bytes.
    size: int
    #: Found out from the first bytes, not believed.
    mime_type: str
    #: What people call it; cleaned of paths and control characters, with an extension.
    file_name: str


class Uploads(Protocol):
    """Files that somebody uploads to us with one message."""

    async def put(self, chunks: AsyncIterable[bytes], *, file_name: str, limit: int) -> StoredFile:
        """Take in a file of at most `limit` bytes: what it will be in the store. Raises MediaUnavailable, Transient."""
        ...


class Files(Protocol):
    """The store of files that came in."""

    async def get(self, media: Media) -> StoredFile:
        """The file, fetched once by the channel that received it. Raises MediaUnavailable or Transient."""
        ...

    async def as_jpeg(self, file: StoredFile, *, max_bytes: int, max_side: int = 4096) -> StoredFile:
        """The picture as JPEG within these limits. Raises MediaUnavailable when it is no picture."""
        ...

    async def as_png(self, file: StoredFile) -> StoredFile:
        """The picture as PNG (stickers come as WebP). Raises MediaUnavailable when it is no picture."""
        ...

    async def put(self, chunks: AsyncIterable[bytes], *, file_name: str, limit: int) -> StoredFile:
        """Store a file that we made, of at most `limit` bytes. Raises MediaUnavailable, Transient."""
        ...

    def uploads(self) -> AbstractAsyncContextManager[Uploads]:
        """Take in the files of one message: at the end all of them are in the store, after an exception none is."""
        ...

    async def find(self, sha256: str) -> StoredFile | None:
        """A file that is in the store already."""
        ...

    async def link(self, file: StoredFile) -> str:
        """A public address of the file, unguessable, for a limited time. Raises MediaUnavailable without PUBLIC_URL."""
        ...


class Kept(Protocol):
    """Small values of one channel that outlive the process: cursors, secrets made by us, upload ids."""

    async def get(self, name: str) -> str | None: ...

    async def set(self, name: str, value: str, *, expires_at: datetime | None = None) -> None: ...

    async def get_or_set(self, name: str, value: str) -> str:
        """The value that is kept, or this one, kept from now on; two processes get the same."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LogItem:
    """One message in the log of a chat, as its page shows it."""

    #: Grows with each new message of the channel.
    id: int
    #: Grows with each change of the channel: what a page asks for next.
    version: int
    #: The message, JSON.
    body: str


class ChatLog(Protocol):
    """The messages of a channel that has no platform behind it: the page's memory."""

    async def append(self, chat_id: str, *, key: str, body: str) -> LogItem:
        """Add a message; one with the same key is not added again, the first is returned."""
        ...

    async def change(self, chat_id: str, item_id: int, change: Callable[[str], str | None]) -> LogItem | None:
        """Replace a message's body by what `change` makes of it (None: delete it). None: no such message."""
        ...

    async def read(self, chat_id: str, *, after: int = 0, limit: int = 200) -> list[LogItem]:
        """Items with a version above `after`, oldest first; with `after` 0, the last `limit`."""
        ...

    def follow(self, chat_id: str) -> AsyncIterator[None]:
        """Yields at once, and again whenever the chat may have changed."""
        ...

    async def file_seen(self, chat_id: str, sha256: str) -> bool:
        """Whether a message of this chat shows the file with this hash: who may see it."""
        ...


class Insight(Protocol):
    """Figures and questions for the pages of leaders and officials.

    Each call is for the people of one admin chat: coordinators see all, others what is their departments'.
    """

    def labels(self) -> Labels:
        """How slugs and channels are called for people, as the settings say now."""
        ...

    def departments_of(self, admin_chat: ChatRef) -> tuple[str, ...] | None:
        """Whose questions this chat may see, by slugs; None: all."""
        ...

    async def has_figures(self, department: str) -> bool:
        """Whether there are figures of a department, also where settings do not have it any more."""
        ...

    async def report(self, admin_chat: ChatRef, scope: Scope) -> Report:
        """The figures. What the chat may not see is left out of the scope."""
        ...

    async def behind(self, admin_chat: ChatRef, scope: Scope, what: What, *, page: int) -> Listed:
        """The waits that a number counts."""
        ...

    async def find(self, admin_chat: ChatRef, text: str, *, page: int) -> Found | str:
        """What fits these words, as `/find` reads them; or why they cannot be looked for, in a line."""
        ...

    async def months(self) -> Sequence[Month]:
        """What everybody may see, newest first; the month that goes on is the first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """How things are called for people, and what figures are compared with."""

    zone: tzinfo
    departments: Mapping[str, str]
    topics: Mapping[str, str]
    places: Mapping[str, str]
    channels: Mapping[ChannelName, str]
    targets: Targets


async def _nobody_knows(_: ChatRef) -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lent:
    """All that an adapter gets from the core."""

    files: Files
    kept: Kept
    #: Only the web channel writes here.
    chat_log: ChatLog
    #: Where the platform reaches this channel's webhook; None without PUBLIC_URL.
    webhook_url: str | None
    #: Where people open the pages of this server, without a slash at the end; empty: the settings do not tell.
    address: str = ""
    #: What residents know the service by.
    service_name: str
    #: Hosts from which media may be fetched, beside the platform's own; `*.example.org` means all below it.
    media_hosts: tuple[str, ...] = ()
    #: Commands for the officials' menus, in order: name without the slash, and what it does.
    official_commands: tuple[tuple[str, str], ...] = ()
    #: The same for residents; and for those whose client speaks one of these languages, by its code.
    resident_commands: tuple[tuple[str, str], ...] = ()
    resident_commands_in: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    #: The admin chats on this channel.
    admin_chats: tuple[ChatRef, ...] = ()
    #: Figures and search, for the pages that show them.
    insight: Insight | None = None
    #: Whether everybody may see the figures of the months.
    open_statistics: bool = False
    #: The code of the language in which the resident of a chat is spoken to; empty: nobody knows, he did not say.
    language_of: Callable[[ChatRef], Awaitable[str]] = _nobody_knows
