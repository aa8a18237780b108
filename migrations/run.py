"""Running migrations: under a lock, so that two replicas may start at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

#: The newest revision: a database that has it needs no migration, and the start no alembic, which costs half a second.
HEAD = "0020"
#: Any number, the same in every process of this service.
_LOCK = 7_041_968


def config(connection: Connection) -> Config:
    """Alembic's configuration for a connection: no file beside the code, nothing read from the environment."""
    from alembic.config import Config

    result = Config()
    result.set_main_option("script_location", str(Path(__file__).parent))
    result.attributes["connection"] = connection
    return result


def upgrade(connection: Connection, revision: str = "head") -> None:
    from alembic import command

    command.upgrade(config(connection), revision)


def downgrade(connection: Connection, revision: str) -> None:
    from alembic import command

    command.downgrade(config(connection), revision)


async def migrate(database: Database) -> None:
    """Bring the database to the newest shape. Raises DatabaseAway.

    The lock is the session's: it goes with the connection.
    """
    async with database.plain_connection() as connection:
        if await _is_newest(connection):
            return
        await connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
        await connection.commit()
        try:
            await connection.run_sync(upgrade)
            await connection.commit()
        finally:
            await connection.rollback()
            await connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})
            await connection.commit()


async def _is_newest(connection: AsyncConnection) -> bool:
    there = await connection.scalar(text("SELECT to_regclass('alembic_version') IS NOT NULL"))
    newest = bool(there) and await connection.scalar(text("SELECT version_num FROM alembic_version")) == HEAD
    await connection.commit()
    return newest
