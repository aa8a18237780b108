"""Taking in: one update, one transaction. After its commit the platform may forget the update."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

import asyncpg
import structlog

from bot.adapter import Adapter, AnswersInline, Update
from bot.model.chat import ChannelName, ChatKind
from bot.model.event import (
    ButtonPressed,
    ChatMoved,
    ChatStarted,
    ChatStopped,
    DeliveryFailed,
    Event,
    LanguageChosen,
    MessageEdited,
    MessageReceived,
)
from bot.model.message import Outgoing, SendMessage
from handlers import binding, correcting, editing, failures, gone, officials, residents
from handlers.context import Context
from handlers.overtaken import Overtaken
from storage import events, moves, people, shows
from storage.database import DatabaseAway, Transaction
from storage.events import EventStatus, StoredEvent

log = structlog.get_logger(__name__)

#: What an official does under his name.
Acted = MessageReceived | MessageEdited | ButtonPressed

#: How long a reply waits for the receipt of the card it answers, and a correction for what it corrects.
OVERTAKEN_FOR = timedelta(minutes=1)
#: Tries of one transaction when two of them meet in a deadlock.
_TRIES = 4


class Intake:
    """The way in, for webhooks, polls and replays alike."""

    def __init__(self, ctx: Context, adapters: Mapping[ChannelName, Adapter], key_of: Callable[[int], int]) -> None:
        self._ctx = ctx
        self._adapters = adapters
        self._key_of = key_of
        #: Set when an update waits for a receipt, or for another update: see `retry_overtaken`.
        self.overtaken = asyncio.Event()
        self._receipt = asyncio.Event()

    async def accept(self, channel: ChannelName, update: Update) -> str | None:
        """Store an update and do what follows from it; returns what rides in the webhook's answer, if anything.

        An update that was stored before changes nothing and gets the same answer. When deciding fails (a bug), it is
        kept as failed. Raises DatabaseAway: then nothing is stored, and the platform has to send it again.
        """
        outcome = "done"
        try:
            reply, stored = await self._transact(channel, update)
            if not stored:
                outcome = "repeated"
        except Overtaken:
            await self._keep(channel, update, EventStatus.WAITING, "")
            self.overtaken.set()
            reply, outcome = None, "waiting"
        except DatabaseAway:
            raise
        except Exception as error:
            # Whatever it is, the update must be kept and the platform answered: an error would block its queue.
            log.exception("intake.failed", channel=channel, kind=update.kind, error=type(error).__name__)
            await self._keep(channel, update, EventStatus.FAILED, type(error).__name__)
            self._ctx.metrics.alarms.labels(channel, "event_failed").inc()
            reply, outcome = None, "failed"
        self._ctx.metrics.events.labels(channel, update.kind if update.events else "other", outcome).inc()
        return reply

    async def replay(self, event: StoredEvent, status: EventStatus, *, last_try: bool = True) -> bool:
        """Handle a kept update again; False when it failed again or still has to wait. Raises DatabaseAway."""
        kind = event.kind
        try:
            update = self._adapters[event.channel].parse(event.raw)
            async with self._ctx.database.transaction() as tx:
                if not await events.lock(tx, event.id, status):
                    return True
                await self._handle(tx, update, last_try=last_try)
                await events.set_status(tx, event.id, EventStatus.DONE)
        except Overtaken:
            return False
        except DatabaseAway:
            raise
        except Exception as error:
            log.exception("intake.replay_failed", channel=event.channel, kind=kind, error=type(error).__name__)
            async with self._ctx.database.transaction() as tx:
                await events.set_status(tx, event.id, EventStatus.FAILED, type(error).__name__)
            return False
        return True

    def receipt_came(self) -> None:
        """Messages of ours have become known."""
        self._receipt.set()

    async def wait_for_receipt(self, seconds: float) -> None:
        """Until messages of ours become known, or so long."""
        self._receipt.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._receipt.wait()
        except TimeoutError:
            return

    async def retry_overtaken(self) -> bool:
        """Try again what overtook a receipt, or another update; True while some still wait."""
        async with self._ctx.database.transaction() as tx:
            waiting = await events.unfinished(tx, EventStatus.WAITING, channels=self._adapters, limit=100)
        now = self._ctx.clock()
        still = False
        for event in waiting:
            last_try = now - event.received_at > OVERTAKEN_FOR
            still |= not await self.replay(event, EventStatus.WAITING, last_try=last_try)
        return still

    async def _transact(self, channel: ChannelName, update: Update) -> tuple[str | None, bool]:
        for attempt in range(1, _TRIES + 1):
            try:
                async with self._ctx.database.transaction() as tx:
                    event_id = await events.add(tx, channel, update)
                    if event_id is None:
                        return (
                            await events.reply_of(tx, channel, update.key) if update.answers_inline else None
                        ), False
                    said = await self._handle(tx, update)
                    return await self._answer_inline(tx, channel, update, event_id, said), True
            except (asyncpg.DeadlockDetectedError, asyncpg.SerializationError) as error:
                if attempt == _TRIES:
                    raise DatabaseAway(type(error).__name__) from None
        raise AssertionError("unreachable")

    async def _handle(self, tx: Transaction, update: Update, *, last_try: bool = False) -> list[int]:
        said: list[int] = []
        for event in update.events:
            said += await self._one(tx, event, last_try=last_try)
        return said

    async def _one(self, tx: Transaction, event: Event, *, last_try: bool) -> list[int]:
        ctx = self._ctx
        # A person's chat may have the number of a group: on VK both come from one row of numbers.
        in_group = getattr(event, "chat_kind", ChatKind.GROUP) is ChatKind.GROUP
        admin_chat = ctx.desk.admin_chat_of(event.chat) if in_group else None
        if in_group and isinstance(event, Acted | ChatMoved):
            await gone.heard_from(tx, ctx, event.chat)
        if admin_chat is not None and isinstance(event, Acted):
            event = await self._named(tx, event)
        match event:
            case ChatMoved():
                await moves.move_chat(tx, event.chat, event.to)
                tx.after_commit(lambda: failures.moved(ctx, event.chat, event.to))
            case DeliveryFailed():
                await failures.reported(tx, ctx, event)
            case ChatStopped(chat_kind=ChatKind.GROUP):
                await gone.removed(tx, ctx, event.chat)
            case ChatStopped():
                await residents.stopped(tx, event)
            case MessageReceived() if admin_chat is not None:
                await officials.message(tx, ctx, event, admin_chat, last_try=last_try)
            case MessageEdited() if admin_chat is not None:
                await correcting.edited(tx, ctx, event, admin_chat)
            case ButtonPressed() if admin_chat is not None:
                await officials.pressed(tx, ctx, event, admin_chat)
            case ChatStarted():
                return await residents.started(tx, ctx, event)
            case LanguageChosen():
                await residents.chose_language(tx, event)
            # In a group that is no admin chat nobody is a resident, and nobody an official: only `/bind` is heard.
            case MessageReceived(chat_kind=ChatKind.PRIVATE) if event.content.is_empty:
                await residents.said_nothing(tx, ctx, event)
            case MessageReceived(chat_kind=ChatKind.PRIVATE):
                await residents.message(tx, ctx, event)
            case MessageReceived():
                await binding.said_by_stranger(tx, ctx, event)
            case MessageEdited(chat_kind=ChatKind.PRIVATE):
                await editing.edited(tx, ctx, event, last_try=last_try)
            case ButtonPressed(chat_kind=ChatKind.PRIVATE):
                await residents.pressed(tx, ctx, event)
            case _:
                pass
        return []

    async def _named(self, tx: Transaction, event: Acted) -> Acted:
        """What an official did, with his name where his platform's updates do not tell it."""
        channel, sender = event.chat.channel, event.sender
        if sender.name or not sender.user_id or channel not in self._ctx.nameless:
            return event
        name = await people.name_of(tx, channel, sender.user_id)
        if not name:
            tx.after_commit(lambda: self._ctx.ask_name(channel, sender.user_id))
        return replace(event, sender=replace(sender, name=name))

    async def _answer_inline(
        self, tx: Transaction, channel: ChannelName, update: Update, event_id: int, said: list[int]
    ) -> str | None:
        """Let the first message ride in the webhook's answer, where the platform wants it so."""
        adapter = self._adapters[channel]
        if not (update.answers_inline and said and isinstance(adapter, AnswersInline)):
            return None
        ridden = await shows.ride(tx, said[0])
        if ridden is None or not isinstance(ridden.effect, SendMessage):
            return None
        reply = adapter.render_inline(
            Outgoing(chat=ridden.chat, chat_kind=ridden.chat_kind, effect=ridden.effect, key=self._key_of(said[0]))
        )
        await events.set_reply(tx, event_id, reply)
        return reply

    async def _keep(self, channel: ChannelName, update: Update, status: EventStatus, error: str) -> None:
        async with self._ctx.database.transaction() as tx:
            event_id = await events.add(tx, channel, update)
            if event_id is not None:
                await events.set_status(tx, event_id, status, error)
