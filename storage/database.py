"""The engine and its transactions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from storage.arrays import know_arrays

#: Seconds to wait for a new connection.
CONNECT_SECONDS = 2.0
#: Transactions at the same time.
POOL_SIZE = 16
#: Seconds to wait for one's turn; a callback is answered within three.
TURN_SECONDS = 2.5
#: How long a snapshot may stand still; it keeps the server from tidying up.
SNAPSHOT_PAUSE = "2min"


class DatabaseAway(Exception):
    """The database cannot be reached, or went away in the middle; nothing of the transaction remains."""


class Transaction:
    """One transaction, spoken to in two ways on the same connection."""

    def __init__(self, core: AsyncConnection, raw: asyncpg.Connection[Any], *, is_new: bool = False) -> None:
        #: SQLAlchemy Core, where it reads better.
        self.core = core
        #: asyncpg itself, for the hand-written statements of the hot paths: a third of the CPU.
        self.raw = raw
        #: Whether the connection was made for this.
        self.is_new = is_new
        self._after_commit: list[Callable[[], None]] = []

    def after_commit(self, call: Callable[[], None]) -> None:
        """Call this once the transaction is durable; not at all when it is rolled back."""
        self._after_commit.append(call)

    def committed(self) -> None:
        for call in self._after_commit:
            call()


class Database:
    """The way to PostgreSQL. The address is handed to asyncpg as it is: only it knows `sslmode` and sockets."""

    def __init__(self, dsn: str, *, pool_size: int = POOL_SIZE) -> None:
        #: A secret.
        self.address = dsn
        self.engine: AsyncEngine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=self.connect,
            # Transactions are begun by hand below; SQLAlchemy's own would cost a roundtrip more.
            isolation_level="AUTOCOMMIT",
            poolclass=NullPool,
        )
        # Connections stay checked out and are handed on here: SQLAlchemy's pool costs a tenth of all CPU under load,
        # and lets newcomers overtake, so that somebody would wait for ever.
        self._idle: list[tuple[AsyncConnection, asyncpg.Connection[Any]]] = []
        #: Those on which no statement waits for the disk: see `statement`.
        self._hasty: list[tuple[AsyncConnection, asyncpg.Connection[Any]]] = []
        self._turns = asyncio.Semaphore(pool_size)

    async def connect(self) -> asyncpg.Connection[Any]:
        """A connection of one's own, for LISTEN."""
        return await asyncpg.connect(
            self.address,
            timeout=CONNECT_SECONDS,
            server_settings={
                "timezone": "UTC",
                "application_name": "otvet",
                # The same few statements for ever: planning each anew costs more than a plan for any values.
                "plan_cache_mode": "force_generic_plan",
                # A process that hangs between two statements must not keep its rows locked: others go on.
                "idle_in_transaction_session_timeout": "10s",
            },
        )

    @asynccontextmanager
    async def transaction(self, *, durable: bool = True) -> AsyncIterator[Transaction]:
        """Begin, commit at the end, roll back on an exception. Raises DatabaseAway.

        With `durable` off the commit does not wait for the disk: for what may be done twice after a power cut.
        """
        async with self._turn(), self._lent(self._idle) as tx:
            await tx.raw.execute("BEGIN" if durable else "BEGIN; SET LOCAL synchronous_commit = off")
            yield tx
            await tx.raw.execute("COMMIT")
        tx.committed()

    @asynccontextmanager
    async def statement(self, *, durable: bool = True) -> AsyncIterator[Transaction]:
        """For one statement that is a transaction of its own: without the roundtrips of begin and commit.

        With `durable` off it does not wait for the disk. Raises DatabaseAway.
        """
        async with self._turn(), self._lent(self._idle if durable else self._hasty) as tx:
            if tx.is_new and not durable:
                await tx.raw.execute("SET synchronous_commit = off")
            yield tx
        tx.committed()

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Transaction]:
        """Read much, as it is at this moment, by cursors: nothing that happens meanwhile is seen. Raises DatabaseAway.

        Whoever writes what he reads to a slow place may take SNAPSHOT_PAUSE between two statements.
        """
        async with self._turn(), self._lent(self._idle) as tx:
            await tx.raw.execute(
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
                f" SET LOCAL idle_in_transaction_session_timeout = '{SNAPSHOT_PAUSE}'"
            )
            yield tx
            await tx.raw.execute("COMMIT")

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(TURN_SECONDS):
                await self._turns.acquire()
        except TimeoutError:
            raise DatabaseAway("no connection is free") from None
        try:
            yield
        finally:
            self._turns.release()

    @asynccontextmanager
    async def _lent(self, idle: list[tuple[AsyncConnection, asyncpg.Connection[Any]]]) -> AsyncIterator[Transaction]:
        core, raw, is_new = await self._take(idle)
        tx = Transaction(core, raw, is_new=is_new)
        try:
            yield tx
        except asyncio.CancelledError:
            # The statement may still be running in the server: such a connection is not used again.
            await self._discard(core, raw)
            raise
        except BaseException as error:
            cause = _cause(error)
            if raw.is_closed() or isinstance(cause, _LOST):
                await self._discard(core, raw)
            else:
                await self._roll_back(core, raw, idle)
            if isinstance(cause, _AWAY):
                raise DatabaseAway(_short(cause)) from None
            raise
        else:
            idle.append((core, raw))

    async def _take(
        self, idle: list[tuple[AsyncConnection, asyncpg.Connection[Any]]]
    ) -> tuple[AsyncConnection, asyncpg.Connection[Any], bool]:
        while idle:
            core, raw = idle.pop()
            if not raw.is_closed():
                return core, raw, False
            # After a restart of the server every idle connection is closed.
            await self._discard(core, raw)
        try:
            core = await self.engine.connect()
            raw = (await core.get_raw_connection()).driver_connection
        except (*_AWAY, DBAPIError) as error:
            if not isinstance(cause := _cause(error), _AWAY):
                raise
            raise DatabaseAway(_short(cause)) from None
        assert raw is not None
        know_arrays(raw)
        return core, raw, True

    async def _roll_back(
        self,
        core: AsyncConnection,
        raw: asyncpg.Connection[Any],
        idle: list[tuple[AsyncConnection, asyncpg.Connection[Any]]],
    ) -> None:
        try:
            if raw.is_in_transaction():
                await raw.execute("ROLLBACK")
        except _AWAY:
            await self._discard(core, raw)
        else:
            idle.append((core, raw))

    @staticmethod
    async def _discard(core: AsyncConnection, raw: asyncpg.Connection[Any]) -> None:
        # Cut, not said good-bye to: a server that hangs would keep us waiting.
        raw.terminate()
        await core.invalidate()
        await core.close()

    @asynccontextmanager
    async def plain_connection(self) -> AsyncIterator[AsyncConnection]:
        """A connection with SQLAlchemy's own transactions, closed at the end: for migrations. Raises DatabaseAway."""
        try:
            async with self.engine.connect() as connection:
                await connection.execution_options(isolation_level="READ COMMITTED")
                yield connection
        except (*_AWAY, DBAPIError) as error:
            if not isinstance(cause := _cause(error), _AWAY):
                raise
            raise DatabaseAway(_short(cause)) from None

    async def ping(self) -> None:
        """Raises DatabaseAway when the database does not answer."""
        try:
            async with asyncio.timeout(CONNECT_SECONDS), self.transaction() as tx:
                await tx.raw.fetchval("SELECT 1")
        except TimeoutError as error:
            raise DatabaseAway(_short(error)) from None

    async def close(self) -> None:
        for idle in (self._idle, self._hasty):
            while idle:
                core, _ = idle.pop()
                await core.close()
        await self.engine.dispose()


_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    # What asyncpg says on a connection that the server ended while nobody looked.
    asyncpg.InternalClientError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    ConnectionError,
)
_AWAY = (
    *_LOST,
    asyncpg.CannotConnectNowError,
    # A full disk, too many connections, a server that takes only reads: later it may work.
    asyncpg.InsufficientResourcesError,
    asyncpg.ReadOnlySQLTransactionError,
    # Somebody ended the statement, or it waited too long for a lock.
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InvalidAuthorizationSpecificationError,
    OSError,
    TimeoutError,
)


def _cause(error: BaseException) -> BaseException:
    """What asyncpg said: SQLAlchemy wraps it, twice."""
    while isinstance(error, DBAPIError) and error.orig is not None:
        error = error.orig.__cause__ or error.orig
    return error


def _short(error: BaseException) -> str:
    """What to log: the kind alone, since asyncpg's texts may name hosts and users."""
    return type(error).__name__
