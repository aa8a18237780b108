"""Writing down what became of each entry: receipts in batches, failures one by one, each with its reaction."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import timedelta

import asyncpg
import structlog

from bot.conversation import texts as resident_texts
from bot.conversation.voice import RUSSIAN, Voice, voice_of
from bot.delivery import retry
from bot.delivery.entry import PAGES, Role
from bot.delivery.fit import describe, replace_part
from bot.delivery.limits import ChannelLimits
from bot.delivery.retry import ChatGone, FollowTo, GiveUp, PauseChannel, ReplacePart, RetryAt
from bot.desk import texts
from bot.errors import OutcomeUnknown, RecipientGone, Rejected, Scope, SendError
from bot.model.chat import ChannelName, ChatKind, ChatRef
from bot.model.message import DeleteMessage, EditMessage, Effect, Mark, SendMessage, SetMark
from handlers import failures, gone
from handlers.context import Context
from handlers.outgoing import Address, do
from storage import conversations, links, merging, moves, outbox, shows
from storage.database import DatabaseAway, Transaction
from storage.outbox import Entry, Lease, NewEntry, Sent, State

log = structlog.get_logger(__name__)

#: Seconds for which an admin chat that cannot be written to is left alone before it is tried again.
GONE_REST = 300.0
#: Seconds between tries to write to a database that is away.
DATABASE_REST = 0.5
MISCONFIGURED_REST = timedelta(seconds=30)


class Recorder:
    """One channel's book-keeper. What a platform accepted is written down, however long the database is away."""

    def __init__(
        self,
        ctx: Context,
        channel: ChannelName,
        lease: Lease,
        limits: ChannelLimits,
        *,
        on_receipt: Callable[[], None],
        wake: Callable[[ChatRef, ChatKind, timedelta], None],
    ) -> None:
        self._ctx = ctx
        self._channel = channel
        self._lease = lease
        self._limits = limits
        self._on_receipt = on_receipt
        self._wake = wake
        self._sent: list[Sent] = []
        self._more = asyncio.Event()
        self._writing = asyncio.Lock()

    # --- receipts ---

    def sent(self, sent: Sent) -> None:
        """An entry was carried out: will be written with others."""
        self._sent.append(sent)
        self._more.set()

    async def run(self) -> None:
        while True:
            await self._more.wait()
            self._more.clear()
            await self.flush()

    async def flush(self) -> None:
        """Write all receipts that there are; returns when they are written, by whomever."""
        async with self._writing:
            while self._sent:
                batch, self._sent = self._sent, []
                await self._write_receipts(batch)
                self._on_receipt()
                for chat, kind in {(one.entry.chat, one.entry.chat_kind) for one in batch}:
                    self._wake(chat, kind, timedelta(0))

    async def _write_receipts(self, batch: Sequence[Sent]) -> None:
        answered = {
            one.entry.thread_message: one.entry
            for one in batch
            if one.entry.role is Role.ANSWER and not isinstance(one.entry.effect, EditMessage)
        }

        async def write(tx: Transaction) -> None:
            await outbox.record_sent(tx, self._lease, batch)
            for thread_message, entry in answered.items():
                if thread_message is not None:
                    await self._mark_delivered(tx, entry, thread_message)

        await self._surely(write, one_statement=not answered)
        now = self._ctx.clock()
        for one in batch:
            if one.entry.role is Role.CARD:
                self._ctx.metrics.card_seconds.observe(max((now - one.entry.created_at).total_seconds(), 0))

    async def _mark_delivered(self, tx: Transaction, entry: Entry, thread_message: int) -> None:
        """When all of an answer has arrived, its author sees that."""
        states = await shows.unfinished_of(tx, thread_message, Role.ANSWER)
        if any(state in states for state in (State.WAITING, State.SENDING, State.DEAD)):
            return
        written = await links.first_of_people(tx, thread_message)
        if written is None or not written[1]:
            return
        chat, message_id = written
        effect: Effect = SetMark(message_id=message_id, mark=Mark.DELIVERED)
        role = Role.MARK
        if not self._ctx.capabilities[chat.channel].marks:
            effect, role = SendMessage(text=texts.DELIVERED, reply_to=message_id), Role.COMMAND
        address = Address(
            chat=self._ctx.desk.now_at(chat), chat_kind=ChatKind.GROUP, role=role, question=entry.question
        )
        await do(tx, self._ctx, address, effect, strand=f"mark:{message_id}")

    # --- failures ---

    async def hold(self, entries: Sequence[Entry]) -> None:
        """These were taken out but not tried: they wait again, and it does not count."""

        async def write(tx: Transaction) -> None:
            for entry in entries:
                await outbox.put_back(
                    tx, self._lease, entry.id, after=timedelta(0), error="", counted=False, effect=None
                )

        await self._surely(write)

    async def expired(self, entry: Entry) -> None:
        """Its time is over."""

        async def write(tx: Transaction) -> None:
            await outbox.give_up(tx, self._lease, entry.id, "expired", State.DROPPED)

        await self._surely(write)

    async def failed(self, entry: Entry, error: SendError) -> bool:
        """React to an error; True when the whole channel has to rest."""
        now = self._ctx.clock()
        if isinstance(error, OutcomeUnknown):
            self._ctx.metrics.unknown_outcomes.labels(self._channel).inc()
        capabilities = self._ctx.capabilities[self._channel]
        decision = retry.decide(
            error,
            role=entry.role,
            attempts=entry.attempts - 1,
            first_try=entry.first_try_at,
            now=now,
            repeat_safe_for=capabilities.repeat_safe_for,
            jitter=random.random(),  # noqa: S311
        )
        log.warning(
            "outbox.failed",
            entry=entry.id,
            channel=self._channel,
            role=entry.role,
            error=error.code,
            attempt=entry.attempts,
            decision=type(decision).__name__,
        )
        await self._surely(lambda tx: self._react(tx, entry, error, decision))
        if isinstance(decision, RetryAt):
            self._wake(entry.chat, entry.chat_kind, max(decision.at - now, timedelta(milliseconds=10)))
        return isinstance(decision, PauseChannel)

    async def _react(self, tx: Transaction, entry: Entry, error: SendError, decision: retry.Decision) -> None:
        now = self._ctx.clock()
        match decision:
            case RetryAt(at=at, counted=counted):
                await self._again(tx, entry, after=at - now, error=error.code, counted=counted)
            case PauseChannel():
                self._ctx.metrics.alarms.labels(self._channel, "misconfigured").inc()
                await self._again(tx, entry, after=MISCONFIGURED_REST, error=error.code, counted=False)
            case FollowTo(chat=to):
                await self._again(tx, entry, after=timedelta(0), error=error.code, counted=False)
                await moves.move_chat(tx, entry.chat, to)
                tx.after_commit(lambda: failures.moved(self._ctx, entry.chat, to))
                tx.after_commit(lambda: self._wake(to, entry.chat_kind, timedelta(0)))
            case ReplacePart(part=part, reason=reason) if isinstance(entry.effect, SendMessage):
                await self._without_part(tx, entry, entry.effect, part, reason or texts.FILE_REFUSED)
            case ReplacePart():
                await self._give_up(tx, entry, error, error.code)
            case ChatGone() if (admin_chat := self._admin_chat_of(entry)) is not None:
                await self._admin_chat_gone(tx, entry, error, admin_chat)
            case ChatGone():
                await self._resident_gone(tx, entry, error)
            case GiveUp(reason=reason):
                await self._give_up(tx, entry, error, reason)

    @staticmethod
    async def _voice(tx: Transaction, entry: Entry) -> Voice:
        """The language of whoever reads it; officials' is Russian."""
        if entry.chat_kind is ChatKind.GROUP:
            return RUSSIAN
        return voice_of(await conversations.language_of(tx, entry.chat))

    async def _again(
        self,
        tx: Transaction,
        entry: Entry,
        *,
        after: timedelta,
        error: str,
        counted: bool,
        effect: Effect | None = None,
    ) -> None:
        await outbox.put_back(tx, self._lease, entry.id, after=after, error=error, counted=counted, effect=effect)

    async def _without_part(self, tx: Transaction, entry: Entry, message: SendMessage, part: int, reason: str) -> None:
        """A file was refused: a line of text stands in its place, and both sides hear of it."""
        voice = await self._voice(tx, entry)
        why = resident_texts.why_refused(voice, reason)
        first, *rest = replace_part(message, part, why, self._ctx.capabilities[self._channel], voice)
        await self._again(tx, entry, after=timedelta(0), error="part_refused", counted=False, effect=first)
        await outbox.add(
            tx,
            [
                NewEntry(
                    chat=entry.chat,
                    chat_kind=entry.chat_kind,
                    role=entry.role,
                    effect=further,
                    strand=f"q{entry.question}" if entry.chat_kind is ChatKind.GROUP else "",
                    question=entry.question,
                    thread_message=entry.thread_message,
                    about_entry=entry.id,
                )
                for further in rest
            ],
        )
        tx.after_commit(lambda: self._wake(entry.chat, entry.chat_kind, timedelta(0)))
        file = message.media[part]
        if entry.question is None or entry.thread_message is None:
            return
        if entry.role is Role.ANSWER:
            await failures.file_failed(tx, self._ctx, entry.question, entry.thread_message, describe(file), reason)
        elif entry.role in (Role.CARD, Role.CARD_PART, Role.FOLLOW_UP):
            await failures.tell_resident(
                tx, self._ctx, entry.question, lambda voice: resident_texts.file_refused(voice, file, reason)
            )

    def _admin_chat_of(self, entry: Entry) -> ChatRef | None:
        # A person's chat may have the number of a group: on VK both come from one row of numbers.
        return self._ctx.desk.admin_chat_of(entry.chat) if entry.chat_kind is ChatKind.GROUP else None

    async def _admin_chat_gone(self, tx: Transaction, entry: Entry, error: SendError, admin_chat: ChatRef) -> None:
        rest = timedelta(seconds=GONE_REST)
        if self._ctx.desk.sees_all(admin_chat):
            # There is nobody else: what is for the coordinators waits.
            loop = asyncio.get_running_loop()
            self._limits.pause(Scope.CHAT, entry.chat, loop.time() + GONE_REST)
            await self._again(tx, entry, after=rest, error=error.code, counted=False)
            failures.admin_chat_gone(self._ctx, entry.chat, error.code)
        elif not isinstance(entry.effect, SendMessage):
            # A mark may need more rights than a message does: the next message shows whether the chat is there.
            await outbox.give_up(tx, self._lease, entry.id, error.code)
        else:
            await gone.lost(tx, self._ctx, [admin_chat], error.code)
            if entry.chat == admin_chat:
                # It waits until its question is shown to the coordinators: if somebody writes in the chat before,
                # it is sent after all.
                await self._again(tx, entry, after=rest, error=error.code, counted=False)
            else:
                await outbox.give_up(tx, self._lease, entry.id, error.code, State.DROPPED)

    async def _resident_gone(self, tx: Transaction, entry: Entry, error: SendError) -> None:
        ended = await outbox.end_waiting(tx, entry.chat, error.code)
        if await outbox.give_up(tx, self._lease, entry.id, error.code):
            ended.append((entry.id, entry.thread_message if entry.role is Role.ANSWER else None))
        await conversations.set_stopped(tx, entry.chat, self._ctx.clock())
        for message in {thread_message for _, thread_message in ended if thread_message is not None}:
            number = await links.question_of(tx, message)
            if number is not None:
                await failures.answer_failed(tx, self._ctx, number, message, texts.GONE)

    async def _give_up(self, tx: Transaction, entry: Entry, error: SendError, reason: str) -> None:
        match entry.effect:
            case EditMessage(text=text) if entry.role is Role.ANSWER:
                # Too old to be edited: the correction goes as a message of its own.
                correction = SendMessage(text=resident_texts.correction(await self._voice(tx, entry), text))
                await self._again(tx, entry, after=timedelta(0), error=reason, counted=False, effect=correction)
                tx.after_commit(lambda: self._wake(entry.chat, entry.chat_kind, timedelta(0)))
                return
            case EditMessage() as page if _is_page(entry) and isinstance(error, Rejected):
                # It was to stand in the place of the page whose button was pressed: it stands below.
                below = SendMessage(text=page.text, spans=page.spans, keyboard=page.keyboard)
                await self._again(tx, entry, after=timedelta(0), error=reason, counted=False, effect=below)
                tx.after_commit(lambda: self._wake(entry.chat, entry.chat_kind, timedelta(0)))
                return
            case DeleteMessage() if entry.question is not None and entry.about_message:
                # Too old to be deleted: the resident reads that it does not hold.
                text = resident_texts.withdrawn(await self._voice(tx, entry), entry.question)
                await self._again(
                    tx, entry, after=timedelta(0), error=reason, counted=False, effect=SendMessage(text=text)
                )
                tx.after_commit(lambda: self._wake(entry.chat, entry.chat_kind, timedelta(0)))
                return
            case SetMark(message_id=message_id) if entry.chat_kind is ChatKind.GROUP and isinstance(error, Rejected):
                # The group does not allow reactions: a short note says the same.
                note = SendMessage(text=texts.DELIVERED, reply_to=message_id)
                await self._again(tx, entry, after=timedelta(0), error=reason, counted=False, effect=note)
                tx.after_commit(lambda: self._wake(entry.chat, entry.chat_kind, timedelta(0)))
                return
        if not await outbox.give_up(tx, self._lease, entry.id, f"{reason}: {error.reason}"):
            return
        if entry.role is Role.CARDS:
            await failures.card_failed(tx, self._ctx, entry.chat, await merging.merged_in(tx, entry.id))
        if entry.question is None or entry.thread_message is None:
            return
        if entry.role is Role.ANSWER:
            why = {RecipientGone: texts.GONE, Rejected: texts.REJECTED}.get(type(error), texts.GAVE_UP)
            await failures.answer_failed(tx, self._ctx, entry.question, entry.thread_message, why)
        elif entry.role in (Role.CARD, Role.CARD_PART, Role.FOLLOW_UP):
            await failures.card_failed(tx, self._ctx, entry.chat, [entry.question])

    async def _surely(self, write: Callable[[Transaction], object], *, one_statement: bool = False) -> None:
        """Write, again and again while the database is away: what the platform did cannot be undone."""
        while True:
            try:
                database = self._ctx.database
                async with database.statement() if one_statement else database.transaction() as tx:
                    await write(tx)  # type: ignore[misc]
            except (DatabaseAway, asyncpg.PostgresError) as error:
                log.warning("record.again", channel=self._channel, error=type(error).__name__)
                await asyncio.sleep(DATABASE_REST)
            else:
                return


def _is_page(entry: Entry) -> bool:
    """Whether somebody pressed a button for this: what is changed for another reason names no message, but an entry."""
    if entry.role not in (*PAGES, Role.CONFIRMATION, Role.COMMAND):
        return False
    return isinstance(entry.effect, EditMessage) and entry.effect.message_id != ""
