"""What the contract's tests must know of a platform, and nothing else: see `docs/adding-a-platform.md`."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import ClassVar

from bot.adapter import Adapter, RawRequest, Update
from bot.capabilities import Capabilities
from bot.errors import BadUpdate, MediaUnavailable, SendError, Unauthentic
from bot.model.chat import ChannelName, ChatKind, ChatRef
from bot.model.content import Media, MediaKind
from bot.model.event import Event
from bot.model.message import Effect, Outgoing, Receipt, SendMessage
from handlers.media import MediaStore
from tests.adapters.lent import MemoryFiles
from tests.emulators.base import Emulator, Fault

#: What a resident said, as it stands in messages that fail: it must be nowhere else.
WORDS = "Протекает-крыша-на-Полярной"


class Ability(StrEnum):
    """What not every platform has and `Capabilities` do not tell."""

    #: Updates may be of kinds that we have not heard of.
    NEW_KINDS = "new kinds of updates"
    #: Files are fetched when they are sent on.
    DOWNLOADS = "downloads"
    #: Files are fetched from addresses that stand in the updates.
    ADDRESSES = "addresses of files"
    #: A chat is opened by a link that says where somebody comes from.
    LINKS = "links"


class Failure(StrEnum):
    """What goes wrong with a send."""

    REFUSED = "connection refused"
    #: The call was read and not carried out, or carried out; the connection ends without an answer.
    CUT_BEFORE = "cut off before the effect"
    CUT_AFTER = "cut off after the effect"
    SERVER_ERROR = "502"
    CHAT_THROTTLED = "chat throttled"
    ACCOUNT_THROTTLED = "account throttled"
    BLOCKED = "blocked"
    BAD_TOKEN = "bad token"


class TurnedAway(Exception):
    """A request that was not taken, and its HTTP status."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """An update as the platform sends it, or as it is stored, and the kinds of its events."""

    label: str
    raw: bytes
    events: tuple[type[Event], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One message of ours as people see it now."""

    message_id: str
    text: str
    #: Name and content of each file; the name is empty where people see none.
    files: tuple[tuple[str, bytes], ...] = ()
    #: The stretches of the text in bold.
    bold: tuple[str, ...] = ()
    #: What the buttons say.
    buttons: tuple[str, ...] = ()
    #: The id of the message that it hangs under.
    reply_to: str = ""
    #: Latitude, longitude.
    place: tuple[float, float] | None = None
    #: Name, phone.
    contact: tuple[str, str] | None = None


@dataclass(slots=True, kw_only=True)
class Account(ABC):
    """A running channel with its platform at the other end, a resident who has written and, if there are, officials."""

    adapter: Adapter
    #: A folder of its own.
    folder: Path
    resident: ChatRef
    #: None where there are no group chats.
    officials: ChatRef | None
    #: What proves who we are, or who others are.
    secrets: tuple[str, ...]
    #: What came in, as the core would store it.
    accepted: list[Update] = field(default_factory=list)
    _keys: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    async def send(self, effect: Effect, *, to: ChatRef | None = None, key: int | None = None) -> Receipt:
        """Carry out an effect, in the resident's chat if nothing is said."""
        chat = to or self.resident
        kind = ChatKind.GROUP if chat == self.officials else ChatKind.PRIVATE
        return await self.adapter.send(Outgoing(chat=chat, chat_kind=kind, effect=effect, key=key or next(self._keys)))

    async def sends(self, message: SendMessage, *, to: ChatRef | None = None) -> Shown:
        """Send what has to be one message, and look at it: it has come once, and the receipt has its id."""
        chat = to or self.resident
        before = self.shown(chat)
        receipt = await self.send(message, to=chat)
        (shown,) = [one for one in self.shown(chat) if one not in before]
        assert (shown.message_id,) == receipt.message_ids
        return shown

    # --- people and the platform ---

    @abstractmethod
    def shown(self, chat: ChatRef) -> list[Shown]:
        """The service's messages in this chat, oldest first, without those taken back."""

    @abstractmethod
    async def says(self, text: str, *, chat: ChatRef, reply_to: str = "", forgery: str = "") -> Update:
        """Somebody writes in this chat, and it comes in the platform's own way. Raises TurnedAway.

        `forgery`: one of `Platform.forgeries`, in the place of the proof that it comes from the platform.
        """

    @abstractmethod
    async def sends_file(self, data: bytes, name: str) -> Update:
        """The resident sends a document."""

    @abstractmethod
    async def presses(self, message_id: str, label: str, *, chat: ChatRef) -> Update:
        """Somebody presses the button that says so under a message of ours."""

    @abstractmethod
    async def comes_by(self, link: str) -> Update:
        """The resident opens the chat by a link of ours, and does what makes the platform tell us."""

    @abstractmethod
    def answers(self) -> list[tuple[str, str]]:
        """The presses that were answered: their ids, and what was said."""

    @abstractmethod
    def mark_on(self, chat: ChatRef, message_id: str) -> str:
        """Our sign on a message; empty: none."""

    # --- files ---

    @abstractmethod
    def given(self, kind: MediaKind, data: bytes, name: str, mime: str) -> Media:
        """A file that the store has from another channel."""

    @abstractmethod
    def lost(self, kind: MediaKind, name: str) -> Media:
        """A file that the store cannot give: «файла больше нет»."""

    async def fetched(self, media: Media, *, limit: int) -> bytes:
        """The file in the core's own store, which takes at most `limit` bytes. Raises what the store raises."""
        channel = self.adapter.channel
        store = MediaStore(
            self.folder / "store", fetchers={channel: self.adapter.fetch}, limits={channel: limit}, reserve=0
        )
        await store.open()
        try:
            return (await store.get(media)).path.read_bytes()
        finally:
            await store.close()

    # --- what goes wrong ---

    @abstractmethod
    async def fail(self, failure: Failure) -> None:
        """From now on sends fail like this; answers repeat secrets and WORDS wherever the platform could."""

    @abstractmethod
    async def mend(self, failure: Failure) -> None:
        """All is well again."""


@dataclass(slots=True, kw_only=True)
class CalledBack(Account):
    """A channel whose platform is an emulator, and calls a webhook."""

    emulator: Emulator
    files: MemoryFiles
    #: The emulator's names for the method that sends a text, and for the download of a file.
    send_method: ClassVar[str]
    file_method: ClassVar[str]

    @abstractmethod
    def request(self, raw: bytes, forgery: str = "") -> RawRequest:
        """The platform's callback with this update."""

    @abstractmethod
    def refuse(self, failure: Failure) -> None:
        """Let sends fail in a way that is the platform's own."""

    @abstractmethod
    def relent(self) -> None:
        """Undo what `refuse` did to the emulator, beside its faults."""

    async def deliver(self, raw: bytes, forgery: str = "") -> Update:
        """Bring an update to the adapter as the HTTP server does. Raises TurnedAway."""
        try:
            received = await self.adapter.receive(self.request(raw, forgery))
        except Unauthentic:
            raise TurnedAway(401) from None
        except BadUpdate:
            raise TurnedAway(400) from None
        if received.reply.status != 200:
            raise TurnedAway(received.reply.status)
        self.accepted += received.updates
        (update,) = received.updates
        return update

    def given(self, kind: MediaKind, data: bytes, name: str, mime: str) -> Media:
        ref = f"{kind}:{name}:{len(data)}:{hash(data)}"
        self.files.add(ref, data, name=name, mime=mime)
        return Media(kind=kind, channel="elsewhere", ref=ref, file_name=name, mime_type=mime, size=len(data))

    def lost(self, kind: MediaKind, name: str) -> Media:
        self.files.broken[name] = MediaUnavailable("gone", "файла больше нет")
        return Media(kind=kind, channel="elsewhere", ref=name, file_name=name)

    async def fail(self, failure: Failure) -> None:
        match failure:
            case Failure.REFUSED:
                await self.emulator.stop()
            case Failure.CUT_BEFORE:
                self.emulator.fail(Fault(cut_before=True), method=self.send_method)
            case Failure.CUT_AFTER:
                self.emulator.fail(Fault(cut_after=True), method=self.send_method)
            case Failure.SERVER_ERROR:
                # The page of a proxy that shows the request.
                page = f"<html>Bad Gateway: {' '.join(self.secrets)} {WORDS}</html>"
                self.emulator.fail(Fault(status=502, body=page), method=self.send_method)
            case _:
                self.refuse(failure)

    async def mend(self, failure: Failure) -> None:
        self.emulator.heal()
        self.relent()
        if failure is Failure.REFUSED:
            await self.emulator.start()


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """One platform, described to the contract's tests."""

    name: str
    #: As the adapter declares them with the settings of `build` and `start`.
    capabilities: Capabilities
    #: An adapter alone, for what needs no platform.
    build: Callable[[Path], Adapter]
    #: A channel of this name that is running, with a platform of its own.
    start: Callable[[Path, ChannelName], AbstractAsyncContextManager[Account]]
    #: One of each kind of update that means something.
    samples: tuple[Sample, ...]
    #: Authentic updates that say nothing to us, of kinds known and unknown.
    meaningless: tuple[Sample, ...]
    #: What a stranger may come with in the place of a proof.
    forgeries: tuple[str, ...]
    #: What 5xx in answer to a send means here, and why.
    server_error: tuple[type[SendError], str] | None = None
    #: What the platform cannot do, or what cannot happen to it: why.
    lacks: Mapping[Ability | Failure, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name

    def has(self, what: Ability | Failure) -> bool:
        return what not in self.lacks
