"""Entries for the tests of storage, and what they need around them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.delivery.entry import Role
from bot.model.chat import ChatKind, ChatRef
from bot.model.content import Content
from bot.model.event import Sender
from bot.model.message import SendMessage
from bot.model.question import Author
from storage import conversations, leases, outbox, questions
from storage.database import Database, Transaction
from storage.messages import NewMessage
from storage.outbox import Entry, Lease, NewEntry, Wanted

RESIDENT = ChatRef(channel="home", chat_id="101")
DESK = ChatRef(channel="work", chat_id="-500")
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ALL = 10**6


def entry(text: str = "x", chat: ChatRef = RESIDENT, role: Role = Role.CONFIRMATION, **more: Any) -> NewEntry:
    """A message that is to be sent."""
    kind = ChatKind.GROUP if chat.chat_id.startswith("-") else ChatKind.PRIVATE
    return NewEntry(chat=chat, chat_kind=kind, role=role, effect=SendMessage(text=text), **more)


async def hold(database: Database, channel: str = "home", owner: str = "us", **more: Any) -> Lease:
    """The lease of a channel, held for an hour."""
    lifetime = more.get("lifetime", timedelta(hours=1))
    async with database.transaction() as tx:
        return (await leases.acquire(tx, [channel], owner=owner, session="", lifetime=lifetime))[channel]


def wanted(chat: ChatRef = RESIDENT, room: int = ALL, lowest: int = 0, highest: int = 100) -> Wanted:
    return Wanted(chat_id=chat.chat_id, room=room, lowest=lowest, highest=highest)


async def add(database: Database, *entries: NewEntry) -> list[int]:
    async with database.transaction() as tx:
        return await outbox.add(tx, entries)


async def claim(database: Database, lease: Lease, *wants: Wanted) -> list[Entry]:
    async with database.transaction() as tx:
        return await outbox.claim(tx, lease, wants or (wanted(),))


def texts(entries: list[Entry]) -> list[str]:
    """What these entries say, in order."""
    return [one.effect.text for one in entries if isinstance(one.effect, SendMessage)]


async def states(database: Database) -> dict[int, str]:
    """How each entry stands."""
    async with database.transaction() as tx:
        return {row["id"]: row["state"] for row in await tx.raw.fetch("SELECT id, state FROM outbox ORDER BY id")}


def said(text: str = "Нет тепла", message_id: str = "m1", *, role: Author = Author.RESIDENT, **more: Any) -> NewMessage:
    """A message on its way into a thread."""
    values: dict[str, Any] = {"author": "", "chat": RESIDENT, "at": NOW, "content": Content(text=text), **more}
    return NewMessage(role=role, message_id=message_id, **values)


async def ask(
    tx: Transaction,
    message: NewMessage | None = None,
    *,
    admin_chat: ChatRef = DESK,
    now: datetime = NOW,
    topic: str = "",
    place: str = "",
) -> tuple[int, int]:
    """A question of the resident; returns its number and the message's id."""
    message = message or said()
    conversation = await conversations.lock(tx, message.chat, Sender(user_id=message.chat.chat_id, name="Ирина"))
    return await questions.ask(
        tx,
        conversation,
        message,
        admin_chat=admin_chat,
        department="",
        due_at=now + timedelta(hours=4),
        now=now,
        topic=topic,
        place=place,
    )
