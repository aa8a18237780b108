"""Saying things: a draft is fitted to its channel and added to the outbox, in the transaction that caused it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.conversation.texts import keyboard
from bot.delivery.entry import Role
from bot.delivery.fit import Draft, Fitted, LeftOut, fit
from bot.model.chat import ChatKind, ChatRef
from bot.model.content import Media
from bot.model.message import Effect, SendMessage
from handlers.context import Context
from storage import outbox, shows
from storage.database import Transaction
from storage.outbox import NewEntry, State
from storage.shows import Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What a draft became."""

    entries: tuple[int, ...]
    #: Files that could not go along.
    left_out: tuple[LeftOut, ...] = ()

    def left_out_of(self, media: Sequence[Media]) -> tuple[LeftOut, ...]:
        """Those of these files: a person hears of each file once, however many parts his album has."""
        return tuple(one for one in self.left_out if one.media in media)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where something is said, as what, and what it belongs to."""

    chat: ChatRef
    chat_kind: ChatKind
    role: Role
    question: int | None = None
    thread_message: int | None = None
    #: The entry whose message the first one replies to.
    about_entry: int | None = None
    delay: timedelta = timedelta(0)
    lifetime: timedelta | None = None

    @property
    def strand(self) -> str:
        """In a chat with one person everything keeps its order; in an admin chat each question does."""
        if self.chat_kind is ChatKind.PRIVATE:
            return ""
        return f"q{self.question}" if self.question is not None else "service"


def fitted(ctx: Context, address: Address, draft: Draft) -> Fitted:
    """The draft as the address's channel can show it."""
    channel = address.chat.channel
    to = ctx.capabilities[channel]
    if to.keyboard_each_time and draft.keyboard is None and address.chat_kind is ChatKind.PRIVATE:
        # The client shows the buttons of the last message alone: one without them would take them away.
        draft = replace(draft, keyboard=keyboard(draft.voice))
    return fit(draft, to, channel=channel, download_limits=ctx.download_limits)


async def post(tx: Transaction, ctx: Context, address: Address, draft: Draft) -> Posted:
    """Say something: one entry for each message that the platform needs for it."""
    return await post_fitted(tx, ctx, address, fitted(ctx, address, draft))


async def post_both(
    tx: Transaction, ctx: Context, one: tuple[Address, Draft], other: tuple[Address, Draft]
) -> tuple[Posted, Posted]:
    """Say two things to different chats: in one statement, where each is one message."""
    said = [(address, fitted(ctx, address, draft)) for address, draft in (one, other)]
    if any(len(ready.messages) > 1 for _, ready in said):
        first, second = [await post_fitted(tx, ctx, address, ready) for address, ready in said]
        return first, second
    ids = await outbox.add(
        tx, [_entry(address, ready.messages[0], address.role, address.about_entry) for address, ready in said]
    )
    for address, _ in said:
        wake(tx, ctx, address)
    first, second = (
        Posted(entries=(entry,), left_out=ready.left_out) for entry, (_, ready) in zip(ids, said, strict=True)
    )
    return first, second


async def post_fitted(tx: Transaction, ctx: Context, address: Address, ready: Fitted) -> Posted:
    first, *rest = ready.messages
    entries = await outbox.add(tx, [_entry(address, first, address.role, address.about_entry)])
    if rest:
        # Files of a card stand as replies to it, so that whoever answers a file answers the question.
        part = Role.CARD_PART if address.role is Role.CARD else address.role
        about = entries[0] if address.chat_kind is ChatKind.GROUP else None
        entries += await outbox.add(tx, [_entry(address, message, part, about) for message in rest])
    wake(tx, ctx, address)
    return Posted(entries=tuple(entries), left_out=ready.left_out)


async def do(
    tx: Transaction, ctx: Context, address: Address, effect: Effect, *, strand: str, about_part: int = 0
) -> int:
    """Carry out something else than saying: an edit, a mark, the answer to a press."""
    (entry_id,) = await outbox.add(
        tx,
        [
            NewEntry(
                chat=address.chat,
                chat_kind=address.chat_kind,
                role=address.role,
                effect=effect,
                strand=strand,
                question=address.question,
                thread_message=address.thread_message,
                about_entry=address.about_entry,
                about_part=about_part,
                delay=address.delay,
                lifetime=address.lifetime,
            )
        ],
    )
    wake(tx, ctx, address)
    return entry_id


def wake(tx: Transaction, ctx: Context, address: Address) -> None:
    """Tell the dispatcher, once this is durable."""
    tx.after_commit(lambda: ctx.wake(address.chat, address.chat_kind, address.delay))


async def refit(tx: Transaction, ctx: Context, address: Address, shown: Sequence[Shown], draft: Draft) -> Posted | None:
    """Change what is still waiting to be shown; None when it is on its way or there already."""
    if not shown or shown[0].state is not State.WAITING:
        return None
    first, *rest = shown
    if any(one.state is not State.WAITING for one in rest):
        return None
    ready = fitted(ctx, address, draft)
    if not await shows.replace(tx, first.id, ready.messages[0], delay=address.delay):
        return None
    await shows.drop(tx, [one.id for one in rest])
    entries = [first.id]
    if ready.messages[1:]:
        part = Role.CARD_PART if address.role is Role.CARD else address.role
        about = first.id if address.chat_kind is ChatKind.GROUP else None
        entries += await outbox.add(tx, [_entry(address, message, part, about) for message in ready.messages[1:]])
    wake(tx, ctx, address)
    return Posted(entries=tuple(entries), left_out=ready.left_out)


def _entry(address: Address, message: SendMessage, role: Role, about: int | None) -> NewEntry:
    return NewEntry(
        chat=address.chat,
        chat_kind=address.chat_kind,
        role=role,
        effect=message,
        strand=address.strand,
        question=address.question,
        thread_message=address.thread_message,
        about_entry=about,
        delay=address.delay,
        lifetime=address.lifetime,
    )
