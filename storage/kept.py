"""Small values of a channel that outlive the process."""

from __future__ import annotations

from datetime import datetime

from storage.database import Database, Transaction


class KeptValues:
    """Implements `bot.adapter.Kept` for one channel."""

    def __init__(self, database: Database, channel: str) -> None:
        self._database = database
        self._channel = channel

    async def get(self, name: str) -> str | None:
        async with self._database.transaction() as tx:
            value: str | None = await tx.raw.fetchval(
                "SELECT value FROM kept WHERE channel = $1 AND name = $2"
                " AND (expires_at IS NULL OR expires_at > now())",
                self._channel,
                name,
            )
            return value

    async def set(self, name: str, value: str, *, expires_at: datetime | None = None) -> None:
        async with self._database.transaction() as tx:
            await tx.raw.execute(
                "INSERT INTO kept (channel, name, value, expires_at) VALUES ($1, $2, $3, $4)"
                " ON CONFLICT (channel, name) DO UPDATE SET value = $3, expires_at = $4",
                self._channel,
                name,
                value,
                expires_at,
            )

    async def get_or_set(self, name: str, value: str) -> str:
        async with self._database.transaction() as tx:
            kept: str = await tx.raw.fetchval(
                "INSERT INTO kept (channel, name, value) VALUES ($1, $2, $3)"
                " ON CONFLICT (channel, name) DO UPDATE SET expires_at = CASE WHEN kept.expires_at <= now() THEN NULL"
                "  ELSE kept.expires_at END,"
                " value = CASE WHEN kept.expires_at <= now() THEN EXCLUDED.value ELSE kept.value END RETURNING value",
                self._channel,
                name,
                value,
            )
            return kept


async def clean(tx: Transaction) -> None:
    """Remove values whose time is over."""
    await tx.raw.execute("DELETE FROM kept WHERE expires_at < now()")


async def keep(tx: Transaction, channel: str, name: str, value: str, until: datetime) -> None:
    """Keep a value for a while, in the transaction of what it belongs to."""
    await tx.raw.execute(
        "INSERT INTO kept (channel, name, value, expires_at) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (channel, name) DO UPDATE SET value = $3, expires_at = $4",
        channel,
        name,
        value,
        until,
    )


async def find(tx: Transaction, channel: str, name: str) -> str | None:
    """A value that is kept still; None: its time is over."""
    found: str | None = await tx.raw.fetchval(
        "SELECT value FROM kept WHERE channel = $1 AND name = $2 AND (expires_at IS NULL OR expires_at > now())",
        channel,
        name,
    )
    return found


async def drop(tx: Transaction, channel: str, name: str) -> None:
    """Keep this value no longer."""
    await tx.raw.execute("DELETE FROM kept WHERE channel = $1 AND name = $2", channel, name)
