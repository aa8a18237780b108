"""Sending for one channel: takes entries out, keeps order and limits, hands results to the recorder."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog

from bot.adapter import Adapter
from bot.delivery.entry import Priority
from bot.delivery.limits import ChannelLimits
from bot.delivery.pace import Pace
from bot.errors import OutcomeUnknown, Scope, SendError, Throttled, Transient
from bot.model.chat import ChatKind, ChatRef
from bot.model.message import AnswerPress, DeleteMessage, EditMessage, Effect, Outgoing, Receipt, SendMessage, SetMark
from handlers.context import Context
from handlers.delivery.claim import put_cards_together
from handlers.delivery.record import Recorder
from handlers.health import Ailments
from storage import outbox
from storage.database import DatabaseAway
from storage.outbox import Entry, Lease, Sent, Wanted

log = structlog.get_logger(__name__)

#: Chats that are written to at the same time; the platform's account limit holds besides.
PARALLEL = 64
#: Entries of one chat that are taken out together, and the seconds after which those not yet sent are put back: so that
#: something urgent need not wait behind them on a slow platform.
BATCH = 16
BATCH_SECONDS = 0.5
#: Seconds by which windows are lengthened: calls that leave a window apart may arrive closer together.
SLACK = 0.03
#: Chats for which entries are taken out at once; the others have their turn directly after.
AT_ONCE = 2 * PARALLEL
#: Seconds between looks at the table for what nobody woke us for.
SWEEP = 5.0
#: Seconds for which a channel rests that is set up wrongly.
MISCONFIGURED_REST = 30.0
#: Seconds to which the time of a later look is rounded: many wishes for the same moment are one.
STEP = 0.02
#: Account limits are short: an entry that was taken out waits for them, up to so many seconds.
PATIENCE = 2.0
#: Seconds for one call with its uploads; adapters have tighter limits of their own.
LONGEST_SEND = 300.0
#: Marks and answers to presses are no messages.
_NO_MESSAGE = (SetMark, AnswerPress)


class Dispatcher:
    """One channel's sender, in the process that owns the channel."""

    def __init__(
        self,
        ctx: Context,
        adapter: Adapter,
        lease: Lease,
        *,
        key_of: Callable[[int], int],
        ailments: Ailments,
        on_receipt: Callable[[], None],
    ) -> None:
        self._ctx = ctx
        self._adapter = adapter
        self.lease = lease
        self._key_of = key_of
        self._ailments = ailments
        self._limits = ChannelLimits(adapter.capabilities.limits, slack=SLACK)
        self._pace = Pace(adapter.capabilities.limits.group)
        self._recorder = Recorder(ctx, adapter.channel, lease, self._limits, on_receipt=on_receipt, wake=self.wake)
        #: Chats in which something may be due, and those that are being written to now, by lane.
        self._ready: dict[str, ChatKind] = {}
        self._busy: set[tuple[str, bool]] = set()
        #: When to look at which chat again, in steps of `_STEP`.
        self._timers: dict[tuple[str, int], asyncio.TimerHandle] = {}
        self._awake = asyncio.Event()
        self._look = asyncio.Event()
        self._workers: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(PARALLEL)
        self._rest_until = 0.0
        self._stopping = False
        self._broken: BaseException | None = None

    # --- being told ---

    def wake(self, chat: ChatRef, kind: ChatKind, delay: timedelta = timedelta(0)) -> None:
        """Something waits for this chat, or will after `delay`."""
        self._wake(chat.chat_id, kind, delay.total_seconds())

    def look(self) -> None:
        """Something waits, another process says: look at the table."""
        self._look.set()

    def _wake(self, chat_id: str, kind: ChatKind, seconds: float) -> None:
        if seconds <= 0:
            self._ready[chat_id] = kind
            self._awake.set()
            return
        loop = asyncio.get_running_loop()
        # Rounded up: the database's clock decides, and an early look finds nothing.
        step = int((loop.time() + seconds) / STEP) + 1
        if (chat_id, step) not in self._timers:
            self._timers[chat_id, step] = loop.call_at(step * STEP, self._due, chat_id, kind, step)

    def _due(self, chat_id: str, kind: ChatKind, step: int) -> None:
        self._timers.pop((chat_id, step), None)
        self._wake(chat_id, kind, 0)

    # --- running ---

    async def run(self) -> None:
        """Send until `stop` is called or the task is cancelled."""
        async with asyncio.TaskGroup() as tasks:
            recorder = tasks.create_task(self._recorder.run())
            sweeper = tasks.create_task(self._sweep())
            try:
                while not self._stopping:
                    await self._awake.wait()
                    self._awake.clear()
                    if self._broken is not None:
                        raise self._broken
                    try:
                        await self._take_out()
                    except DatabaseAway:
                        await asyncio.sleep(0.5)
                        self._awake.set()
            finally:
                sweeper.cancel()
                await self._finish()
                recorder.cancel()

    def stop(self) -> None:
        """Take nothing more out; what is on its way is finished."""
        self._stopping = True
        self._awake.set()

    async def _finish(self) -> None:
        for timer in self._timers.values():
            timer.cancel()
        if self._workers:
            await asyncio.wait(self._workers, timeout=10)
        for worker in self._workers:
            worker.cancel()
        with contextlib.suppress(TimeoutError):
            # A database that is away must not keep us from stopping: the next start settles the rest.
            async with asyncio.timeout(3):
                await self._recorder.flush()

    async def _sweep(self) -> None:
        while True:
            try:
                async with self._ctx.database.transaction(durable=False) as tx:
                    await outbox.expire(tx, self._adapter.channel)
                    for chat_id, kind in await outbox.chats_waiting(tx, self._adapter.channel):
                        self._ready[chat_id] = kind
                self._awake.set()
            except DatabaseAway:
                log.warning("database.away", where="dispatcher", channel=self._adapter.channel)
            try:
                async with asyncio.timeout(SWEEP):
                    await self._look.wait()
            except TimeoutError:
                continue
            self._look.clear()

    async def _take_out(self) -> None:
        rest = self._rest_until - time.monotonic()
        if rest > 0:
            asyncio.get_running_loop().call_later(rest, self._awake.set)
            return
        now = time.monotonic()
        wanted: list[Wanted] = []
        chats: list[tuple[str, ChatKind]] = []
        crowded: list[tuple[ChatRef, int]] = []
        for chat_id, kind in list(itertools.islice(self._ready.items(), AT_ONCE)):
            chat = ChatRef(channel=self._adapter.channel, chat_id=chat_id)
            chats.append((chat_id, kind))
            if (chat_id, True) not in self._busy:
                # The answer to a press does not wait for what is being sent.
                wanted += self._wanted_aside(chat, kind, Priority.PRESS, now)
            del self._ready[chat_id]
            if (chat_id, False) in self._busy:
                # Whoever is at it wakes us when he is done.
                continue
            wanted += self._wanted_messages(chat, kind, now, crowded)
            wanted += self._wanted_aside(chat, kind, Priority.MARK, now)
        if self._ready:
            self._awake.set()
        if not wanted:
            return
        try:
            if crowded:
                async with self._ctx.database.transaction(durable=False) as tx:
                    for chat, room in crowded:
                        await put_cards_together(tx, self._ctx, chat, room)
            async with self._ctx.database.statement(durable=False) as tx:
                entries = await outbox.claim(tx, self.lease, wanted)
        except DatabaseAway:
            self._ready.update(chats)
            raise
        batches: dict[tuple[str, bool], list[Entry]] = {}
        for entry in entries:
            batches.setdefault((entry.chat.chat_id, entry.priority == Priority.PRESS), []).append(entry)
        for (chat_id, urgent), batch in batches.items():
            self._busy.add((chat_id, urgent))
            worker = asyncio.create_task(self._work(chat_id, urgent, batch))
            self._workers.add(worker)
            worker.add_done_callback(self._worked)

    def _wanted_aside(self, chat: ChatRef, kind: ChatKind, priority: Priority, now: float) -> list[Wanted]:
        """What is no message counts for the account alone."""
        delay = self._limits.delay(chat, kind, priority, now, counts_for_chat=False)
        if delay > 0:
            self._wake(chat.chat_id, kind, delay)
            return []
        return [Wanted(chat_id=chat.chat_id, room=BATCH, lowest=priority, highest=priority)]

    def _wanted_messages(
        self, chat: ChatRef, kind: ChatKind, now: float, crowded: list[tuple[ChatRef, int]]
    ) -> list[Wanted]:
        """How much of each priority may go to this chat; where it is less than may wait, comes back in time."""
        commands = self._limits.room(chat, kind, Priority.COMMAND, now)
        others = self._limits.room(chat, kind, Priority.CARD, now)
        # Cards go together when the group's own limit is short; that of the account is free again in a moment.
        own = self._limits.chat_room(chat, kind, Priority.CARD, now)
        paced = self._pace.room(chat, own, now) if kind is ChatKind.GROUP else own
        cards = min(paced, others)
        if not cards:
            delay = self._limits.delay(chat, kind, Priority.CARD, now) if not others else 0.0
            self._wake(chat.chat_id, kind, max(delay, self._pace.delay(chat, own, now), 0.01))
        elif kind is ChatKind.GROUP and paced < PARALLEL:
            crowded.append((chat, paced))
        rooms = (
            (Priority.COMMAND, Priority.COMMAND, commands),
            (Priority.ANSWER, Priority.FOLLOW_UP, others),
            (Priority.CARDS, Priority.CARD, cards),
            (Priority.REMINDER, Priority.BROADCAST, others),
        )
        # With one person everything keeps its order, so that only the first of each can go.
        batch = BATCH if kind is ChatKind.GROUP else 1
        return [
            Wanted(chat_id=chat.chat_id, room=min(room, batch), lowest=lowest, highest=highest)
            for lowest, highest, room in rooms
            if room
        ]

    # --- one chat ---

    def _worked(self, worker: asyncio.Task[None]) -> None:
        self._workers.discard(worker)
        if not worker.cancelled() and (error := worker.exception()) is not None:
            # What it had taken out is settled as after a crash, when the owner begins anew.
            self._broken = error
            self._awake.set()

    async def _work(self, chat_id: str, urgent: bool, entries: list[Entry]) -> None:
        kind = entries[0].chat_kind
        held: list[Entry] = []
        later, failed = 0.0, False
        try:
            async with self._slots:
                began = time.monotonic()
                for index, entry in enumerate(entries):
                    later = await self._delay(entry)
                    if self._stopping or later > 0 or (index and time.monotonic() - began > BATCH_SECONDS):
                        held = entries[index:]
                        break
                    if not await self._send(entry):
                        held, failed = entries[index + 1 :], True
                        break
                if held:
                    await self._recorder.hold(held)
        finally:
            self._busy.discard((chat_id, urgent))
            # What stands behind the entries just sent comes when their receipts are written, see the recorder; only
            # where there was more than we took out need nobody wait for that.
            if not self._stopping and (held or failed or len(entries) >= BATCH):
                self._wake(chat_id, kind, later)

    async def _delay(self, entry: Entry) -> float:
        """Take what the platform's limits allow, waiting for it as long as that is short; else seconds to wait."""
        priority = Priority(entry.priority)
        counts, cost = not isinstance(entry.effect, _NO_MESSAGE), _cost(entry.effect)
        while True:
            now = time.monotonic()
            delay = self._limits.delay(entry.chat, entry.chat_kind, priority, now, cost, counts_for_chat=counts)
            if delay <= 0:
                self._limits.take(entry.chat, entry.chat_kind, now, cost, counts_for_chat=counts)
                if priority in (Priority.CARDS, Priority.CARD):
                    self._pace.took(entry.chat, now)
                return 0.0
            if delay > PATIENCE or self._stopping:
                return delay
            await asyncio.sleep(delay)

    async def _send(self, entry: Entry) -> bool:
        """Carry out one entry and hand over what became of it; False: what comes behind it waits."""
        if entry.expires_at is not None and entry.expires_at <= datetime.now(UTC):
            await self._recorder.expired(entry)
            self._wake(entry.chat.chat_id, entry.chat_kind, 0)
            return True
        outgoing = Outgoing(
            chat=entry.chat,
            chat_kind=entry.chat_kind,
            effect=_addressed(entry),
            key=self._key_of(entry.id),
        )
        began = time.monotonic()
        channel, outcome = self._adapter.channel, "sent"
        try:
            async with asyncio.timeout(LONGEST_SEND):
                receipt: Receipt = await self._adapter.send(outgoing)
        except TimeoutError:
            outcome = "timeout"
            await self._failed(entry, OutcomeUnknown("send_timeout"))
            return False
        except SendError as error:
            outcome = type(error).__name__
            await self._failed(entry, error)
            return False
        except Exception as error:
            log.exception("adapter.failed", channel=channel, role=entry.role, error=type(error).__name__)
            outcome = "bug"
            await self._failed(entry, Transient("adapter_failed"))
            return False
        finally:
            self._ctx.metrics.send_seconds.labels(channel).observe(time.monotonic() - began)
            self._ctx.metrics.sends.labels(channel, entry.role, outcome).inc()
        self._ailments.clear(channel, "sending")
        # An edit makes no message: the one it changed stays tied to the entry that made it.
        made = receipt.message_ids if isinstance(entry.effect, SendMessage) else ()
        self._recorder.sent(Sent(entry=entry, message_ids=made))
        return True

    async def _failed(self, entry: Entry, error: SendError) -> None:
        if isinstance(error, Throttled):
            scope = error.scope if error.scope is Scope.ACCOUNT else Scope.CHAT
            self._limits.pause(scope, entry.chat, time.monotonic() + error.retry_after.total_seconds())
        pause = await self._recorder.failed(entry, error)
        if pause:
            self._rest_until = time.monotonic() + MISCONFIGURED_REST
            self._ailments.note(self._adapter.channel, "sending", error.code)


def _cost(effect: Effect) -> int:
    """An album counts as many messages as it has items."""
    return max(1, len(effect.media)) if isinstance(effect, SendMessage) else 1


def _addressed(entry: Entry) -> Effect:
    """The effect with the message id that is known now: the message that it replies to, edits or deletes."""
    match entry.effect:
        case SendMessage(reply_to="") if entry.about_message:
            return replace(entry.effect, reply_to=entry.about_message)
        case EditMessage(message_id="") | DeleteMessage(message_id="") if entry.about_message:
            return replace(entry.effect, message_id=entry.about_message)
        case _:
            return entry.effect
