"""Running migrations: under a lock, so that two replicas may start at once."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from storage.database import Database

#: Any number, the same in every process of this service.
_LOCK = 7_041_968


def config(connection: Connection) -> Config:
    """Alembic's configuration for a connection: no file beside the code, nothing read from the environment."""
    result = Config()
    result.set_main_option("script_location", str(Path(__file__).parent))
    result.attributes["connection"] = connection
    return result


def upgrade(connection: Connection, revision: str = "head") -> None:
    command.upgrade(config(connection), revision)


def downgrade(connection: Connection, revision: str) -> None:
    command.downgrade(config(connection), revision)


async def migrate(database: Database) -> None:
    """Bring the database to the newest shape. Raises DatabaseAway.

    The lock is the session's: it goes with the connection.
    """
    async with database.plain_connection() as connection:
        await connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
        await connection.commit()
        try:
            await connection.run_sync(upgrade)
            await connection.commit()
        finally:
            await connection.rollback()
            await connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})
            await connection.commit()
