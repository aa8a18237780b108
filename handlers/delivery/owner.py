"""Owning channels: one process sends and listens for each; another takes over when it dies or hangs."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import asyncpg
import structlog

from bot.adapter import Accept, Adapter
from bot.errors import Misconfigured, SendError
from bot.model.chat import ChannelName, ChatKind, ChatRef
from handlers import binding
from handlers.context import Context
from handlers.delivery.dispatcher import Dispatcher
from handlers.health import Ailments
from storage import leases, outbox
from storage.database import DatabaseAway
from storage.outbox import Lease

log = structlog.get_logger(__name__)

#: A lease that is not renewed for so long is free for others.
LIFETIME = timedelta(seconds=15)
#: Seconds between renewals.
RENEWAL = 4.0
#: Seconds before a platform that refused us is asked again: doubles from the first to the last.
RETRY_FIRST, RETRY_LAST = 2.0, 60.0
_WAKE_CHANNEL = "otvet_wake"


class _Owned:
    """What runs for a channel while it is ours."""

    def __init__(self, dispatcher: Dispatcher, sending: asyncio.Task[None], listening: asyncio.Task[None]) -> None:
        self.dispatcher = dispatcher
        self.sending = sending
        self.listening = listening


class Owner:
    """Keeps the leases of this process, and for each channel that is ours a dispatcher and a listener."""

    def __init__(
        self,
        ctx: Context,
        adapters: Mapping[ChannelName, Adapter],
        accept_for: Callable[[ChannelName], Accept],
        *,
        key_of: Callable[[int], int],
        ailments: Ailments,
        on_receipt: Callable[[], None],
    ) -> None:
        self._ctx = ctx
        self._adapters = adapters
        self._accept_for = accept_for
        self._key_of = key_of
        self._ailments = ailments
        self._on_receipt = on_receipt
        self._name = uuid.uuid4().hex
        self._owned: dict[ChannelName, _Owned] = {}
        self._session: asyncpg.Connection[Any] | None = None
        self._session_id = ""
        #: Channels of other processes for which something waits: they are told in one go.
        self._elsewhere: set[ChannelName] = set()
        self._telling: asyncio.Task[None] | None = None

    # --- waking ---

    def wake(self, chat: ChatRef, kind: ChatKind, delay: timedelta) -> None:
        """Something waits for this chat, or will after `delay`: tell whoever sends for it, here or elsewhere."""
        owned = self._owned.get(chat.channel)
        if owned is not None:
            owned.dispatcher.wake(chat, kind, delay)
        elif delay > timedelta(0):
            # Others look as soon as they are told, and would find nothing yet.
            asyncio.get_running_loop().call_later(delay.total_seconds(), self.wake, chat, kind, timedelta(0))
        else:
            self._elsewhere.add(chat.channel)
            self._tell()

    def _tell(self) -> None:
        """Tell others; without a connection, as in the first moment of a process, they are told when there is one."""
        if self._elsewhere and self._session is not None and (self._telling is None or self._telling.done()):
            self._telling = asyncio.create_task(self._tell_others())

    async def _tell_others(self) -> None:
        # A NOTIFY inside the transactions themselves would serialize their commits.
        while self._elsewhere and self._session is not None:
            channels, self._elsewhere = self._elsewhere, set()
            try:
                await self._session.execute(
                    "SELECT pg_notify($1, channel) FROM unnest($2::text[]) AS t(channel)",
                    _WAKE_CHANNEL,
                    sorted(channels),
                )
            except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError):
                # The next look at the leases tells them, unless they have looked for themselves by then.
                self._elsewhere |= channels
                return

    def _told(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        if (owned := self._owned.get(str(payload))) is not None:
            owned.dispatcher.look()

    # --- running ---

    async def run(self) -> None:
        """Take and keep leases until cancelled; then finish the sends in flight and give the leases up."""
        try:
            while True:
                try:
                    await self._keep_leases()
                except DatabaseAway:
                    log.warning("database.away", where="leases")
                await asyncio.sleep(RENEWAL if self._session is not None else 0.5)
        finally:
            await asyncio.shield(self._stop())

    async def _keep_leases(self) -> None:
        session = await self._connect()
        self._tell()
        # One statement: a process that hung before its commit would keep the lease's row from all others.
        async with self._ctx.database.statement() as tx:
            held = await leases.acquire(
                tx, sorted(self._adapters), owner=self._name, session=session, lifetime=LIFETIME
            )
        await binding.load(self._ctx)
        for channel, lease in held.items():
            owned = self._owned.get(channel)
            if owned is not None and (owned.dispatcher.lease != lease or owned.sending.done()):
                await self._let_go(channel)
                owned = None
            if owned is None:
                await self._begin(lease)
        for channel in set(self._owned) - set(held):
            log.warning("lease.lost", channel=channel)
            await self._let_go(channel)

    async def _connect(self) -> str:
        """The connection whose life stands for ours: see `storage.leases`."""
        if self._session is None or self._session.is_closed():
            self._session = None
            try:
                session = await self._ctx.database.connect()
                await session.add_listener(_WAKE_CHANNEL, self._told)
                self._session_id = await session.fetchval(leases.SESSION)
                self._session = session
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
                raise DatabaseAway(type(error).__name__) from None
        return self._session_id

    async def _begin(self, lease: Lease) -> None:
        async with self._ctx.database.transaction() as tx:
            unknown = await outbox.take_over(tx, lease)
        if unknown:
            log.warning("outbox.taken_over", channel=lease.channel, unknown=unknown)
            self._ctx.metrics.unknown_outcomes.labels(lease.channel).inc(unknown)
        adapter = self._adapters[lease.channel]
        dispatcher = Dispatcher(
            self._ctx,
            adapter,
            lease,
            key_of=self._key_of,
            ailments=self._ailments,
            on_receipt=self._on_receipt,
        )
        self._owned[lease.channel] = _Owned(
            dispatcher,
            asyncio.create_task(self._send(dispatcher, lease.channel)),
            asyncio.create_task(self._listen(adapter)),
        )
        log.info("lease.held", channel=lease.channel, epoch=lease.epoch)

    async def _send(self, dispatcher: Dispatcher, channel: ChannelName) -> None:
        try:
            await dispatcher.run()
        except Exception:
            # The lease keeper sees the end of this task and begins anew.
            log.exception("dispatcher.failed", channel=channel)

    async def _listen(self, adapter: Adapter) -> None:
        """Have the platform deliver; when it refuses or is away, wait and try again."""
        channel, wait = adapter.channel, RETRY_FIRST
        while True:
            began = time.monotonic()
            try:
                await adapter.listen(self._heard(adapter))
            except SendError as error:
                self._ailments.note(channel, "receiving", str(error))
                if isinstance(error, Misconfigured):
                    self._ctx.metrics.alarms.labels(channel, "misconfigured").inc()
            except DatabaseAway:
                wait = RETRY_FIRST
            except Exception as error:
                log.exception("listen.failed", channel=channel)
                self._ailments.note(channel, "receiving", type(error).__name__)
            wait = RETRY_FIRST if time.monotonic() - began > RETRY_LAST else wait
            await asyncio.sleep(wait)
            wait = min(wait * 2, RETRY_LAST)

    def _heard(self, adapter: Adapter) -> Accept:
        accept = self._accept_for(adapter.channel)

        async def heard(update: Any) -> None:
            await accept(update)
            self._ailments.clear(adapter.channel, "receiving")

        return heard

    async def _let_go(self, channel: ChannelName) -> None:
        owned = self._owned.pop(channel)
        owned.listening.cancel()
        owned.dispatcher.stop()
        await asyncio.wait([owned.sending, owned.listening], timeout=12)
        owned.sending.cancel()

    async def _stop(self) -> None:
        await asyncio.gather(*(self._let_go(channel) for channel in list(self._owned)))
        try:
            async with asyncio.timeout(2), self._ctx.database.transaction() as tx:
                await leases.release(tx, self._name)
        except (DatabaseAway, TimeoutError):
            # It runs out by itself.
            pass
        session, self._session = self._session, None
        if self._telling is not None:
            # They look for themselves every few seconds.
            self._telling.cancel()
            await asyncio.wait([self._telling])
        if session is not None:
            await session.close(timeout=1)
