"""The messages of the log: what is kept of each, and what a page may see of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import quote

import msgspec

from bot.adapter import LogItem, StoredFile
from bot.model.message import Button, Mark, Span

#: Raster pictures that a browser shows and cannot run.
PICTURES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})


class Side(StrEnum):
    """The two chats of the page; also the part of the address that tells them apart."""

    RESIDENT = "resident"
    ADMIN = "admin"


class Who(StrEnum):
    """Who wrote a message."""

    RESIDENT = "resident"
    OFFICIAL = "official"
    SERVICE = "service"
    #: No message at all: the answer to somebody's last press, shown for a moment.
    TOAST = "toast"


class State(StrEnum):
    """How far a message that came in by the page has got."""

    #: In the log, not yet taken by the core.
    SENDING = "sending"
    SENT = "sent"
    #: The core could not take it: the page offers to try again.
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFile:
    """A file of a message. It has no path: the store knows it by its hash."""

    sha256: str
    name: str
    #: Bytes.
    size: int
    mime: str

    @classmethod
    def of(cls, file: StoredFile) -> ShownFile:
        return cls(sha256=file.sha256, name=file.file_name, size=file.size, mime=file.mime_type)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """One message, kept in the log as JSON; `files[].sha256` says who may fetch a file."""

    who: Who
    at: datetime
    #: Whose message it is, or whom a toast is for: a hash, see `bot.model.event.Sender.user_id`. Not shown.
    user: str = ""
    author: str = ""
    text: str = ""
    spans: tuple[Span, ...] = ()
    files: tuple[ShownFile, ...] = ()
    keyboard: tuple[tuple[Button, ...], ...] = ()
    #: The id of the message that this one replies to; empty: none.
    reply_to: str = ""
    mark: Mark | None = None
    edited: bool = False
    deleted: bool = False
    state: State = State.SENT
    #: The id that the page gave its own message before sending it.
    client_id: str = ""
    #: Of a toast: the press that it answers.
    press_id: str = ""

    def has_button(self, data: str) -> bool:
        return any(button.data == data for row in self.keyboard for button in row)

    @property
    def button_data(self) -> tuple[str, ...]:
        return tuple(button.data for row in self.keyboard for button in row)

    def taken_back(self) -> Body:
        """What is left of a deleted message: its place."""
        return Body(who=self.who, at=self.at, user=self.user, client_id=self.client_id, deleted=True)


def encode(body: Body) -> str:
    return msgspec.json.encode(body).decode()


def decode(text: str) -> Body:
    return msgspec.json.decode(text, type=Body)


def changing(change: Callable[[Body], Body]) -> Callable[[str], str]:
    """A change of a body as the log wants it: JSON to JSON, the very same text when nothing changes."""

    def changed(text: str) -> str:
        before = decode(text)
        after = change(before)
        return text if after == before else encode(after)

    return changed


def with_state(state: State) -> Callable[[str], str]:
    return changing(lambda body: replace(body, state=state))


def as_it_is(text: str) -> str:
    """No change: how a message is read by its id."""
    return text


def view(item: LogItem, *, side: Side, user: str) -> dict[str, Any]:
    """What the page of this user gets of a message: no hashes of people."""
    body = decode(item.body)
    mine = body.user == user and body.who is not Who.SERVICE
    shown: dict[str, Any] = {"id": str(item.id), "version": item.version, "who": body.who, "at": body.at, "mine": mine}
    if mine:
        shown["client_id"] = body.client_id
        shown["press_id"] = body.press_id
    if body.deleted:
        return shown | {"deleted": True}
    return shown | {
        "author": body.author,
        "text": body.text,
        "spans": body.spans,
        "files": [_file_view(file, side) for file in body.files],
        "keyboard": body.keyboard,
        "reply_to": body.reply_to,
        "mark": body.mark,
        "edited": body.edited,
        "state": body.state,
    }


def _file_view(file: ShownFile, side: Side) -> dict[str, Any]:
    kind = file.mime.partition("/")[0]
    shown_as = "picture" if file.mime in PICTURES else kind if kind in ("audio", "video") else "file"
    # A browser takes `.` and `..` in an address for folders.
    name = quote(file.name, safe="") if file.name.strip(".") else "file"
    return {
        "name": file.name,
        "size": file.size,
        "mime": file.mime,
        "shown_as": shown_as,
        "url": f"/web/{side}/files/{file.sha256}/{name}",
    }
