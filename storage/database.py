"""The engine and its transactions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

#: Seconds to wait for a new connection, and for a free one of the pool.
CONNECT_SECONDS = 2.0
POOL_SIZE = 16
#: Seconds to wait for one's turn; a callback is answered within three.
TURN_SECONDS = 2.5


class DatabaseAway(Exception):
    """The database cannot be reached, or went away in the middle; nothing of the transaction remains."""


class Transaction:
    """One transaction, spoken to in two ways on the same connection."""

    def __init__(self, core: AsyncConnection, raw: asyncpg.Connection[Any]) -> None:
        #: SQLAlchemy Core, where it reads better.
        self.core = core
        #: asyncpg itself, for the hand-written statements of the hot paths: a third of the CPU.
        self.raw = raw
        self._after_commit: list[Callable[[], None]] = []

    def after_commit(self, call: Callable[[], None]) -> None:
        """Call this once the transaction is durable; not at all when it is rolled back."""
        self._after_commit.append(call)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """A part that can fail without the rest: what it did, and what it wanted after the commit, is undone."""
        calls = len(self._after_commit)
        try:
            async with self.raw.transaction():
                yield
        except BaseException:
            del self._after_commit[calls:]
            raise

    def committed(self) -> None:
        for call in self._after_commit:
            call()


class Database:
    """The way to PostgreSQL. The address is handed to asyncpg as it is: only it knows `sslmode` and sockets."""

    def __init__(self, dsn: str, *, pool_size: int = POOL_SIZE) -> None:
        self._dsn = dsn
        self.engine: AsyncEngine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=self.connect,
            # Transactions are begun by hand below; SQLAlchemy's own would cost a roundtrip more.
            isolation_level="AUTOCOMMIT",
            pool_reset_on_return=None,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=CONNECT_SECONDS,
        )
        # The pool's own queue lets newcomers overtake: under full load somebody would wait for ever.
        self._turns = asyncio.Semaphore(pool_size)

    async def connect(self) -> asyncpg.Connection[Any]:
        """A connection outside the pool, for LISTEN."""
        return await asyncpg.connect(
            self._dsn, timeout=CONNECT_SECONDS, server_settings={"timezone": "UTC", "application_name": "otvet"}
        )

    @asynccontextmanager
    async def transaction(self, *, durable: bool = True) -> AsyncIterator[Transaction]:
        """Begin, commit at the end, roll back on an exception. Raises DatabaseAway.

        With `durable` off the commit does not wait for the disk: for what may be done twice after a power cut.
        """
        try:
            async with asyncio.timeout(TURN_SECONDS):
                await self._turns.acquire()
        except TimeoutError:
            raise DatabaseAway("no connection is free") from None
        try:
            async with self._begun(durable=durable) as tx:
                yield tx
        finally:
            self._turns.release()
        tx.committed()

    @asynccontextmanager
    async def _begun(self, *, durable: bool) -> AsyncIterator[Transaction]:
        try:
            core = await self._checkout()
        except (*_AWAY, DBAPIError) as error:
            if not isinstance(cause := _cause(error), _AWAY):
                raise
            raise DatabaseAway(_short(cause)) from None
        try:
            raw = (await core.get_raw_connection()).driver_connection
            assert raw is not None
            tx = Transaction(core, raw)
            try:
                await raw.execute("BEGIN" if durable else "BEGIN; SET LOCAL synchronous_commit = off")
                yield tx
                await raw.execute("COMMIT")
            except asyncio.CancelledError:
                # The statement may still be running in the server: such a connection is not used again.
                await core.invalidate()
                raise
            except BaseException as error:
                cause = _cause(error)
                if raw.is_closed() or isinstance(cause, _LOST):
                    await core.invalidate()
                else:
                    await raw.execute("ROLLBACK")
                if isinstance(cause, _AWAY):
                    raise DatabaseAway(_short(cause)) from None
                raise
        finally:
            await core.close()

    async def ping(self) -> None:
        """Raises DatabaseAway when the database does not answer."""
        try:
            async with asyncio.timeout(CONNECT_SECONDS), self.transaction() as tx:
                await tx.raw.fetchval("SELECT 1")
        except TimeoutError as error:
            raise DatabaseAway(_short(error)) from None

    async def close(self) -> None:
        await self.engine.dispose()

    async def _checkout(self) -> AsyncConnection:
        # After a restart of the server every pooled connection is closed: throw them away, one by one.
        for _ in range(POOL_SIZE + 1):
            core = await self.engine.connect()
            raw = (await core.get_raw_connection()).driver_connection
            if raw is not None and not raw.is_closed():
                return core
            await core.invalidate()
            await core.close()
        raise ConnectionError("no living connection")


_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    # What asyncpg says on a connection that the server ended while nobody looked.
    asyncpg.InternalClientError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    ConnectionError,
)
_AWAY = (
    *_LOST,
    asyncpg.CannotConnectNowError,
    # A full disk, too many connections, a server that takes only reads: later it may work.
    asyncpg.InsufficientResourcesError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InvalidAuthorizationSpecificationError,
    PoolTimeoutError,
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
