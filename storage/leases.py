"""Who sends for a channel: rows with an epoch, by the database's clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from storage.database import Transaction
from storage.outbox import Lease

# A lease is taken when it is ours, has run out, or its owner's connection is gone: the server notices the death of a
# process at once, so that a start after SIGKILL need not wait. A process that only hangs keeps its connection: there
# the expiry decides.
_ACQUIRE = (
    "INSERT INTO leases AS l (channel, owner, session, epoch, expires_at)"
    " SELECT channel, $2, $3, 1, now() + $4 FROM unnest($1::text[]) AS w(channel) ORDER BY channel"
    " ON CONFLICT (channel) DO UPDATE SET owner = $2, session = $3, expires_at = now() + $4,"
    " epoch = CASE WHEN l.owner = $2 THEN l.epoch ELSE l.epoch + 1 END"
    " WHERE l.owner = $2 OR l.expires_at <= now() OR NOT EXISTS"
    "  (SELECT 1 FROM pg_stat_activity a WHERE a.pid::text = split_part(l.session, '/', 1)"
    # Another user's connections have no time for us: such a one counts as alive.
    "   AND coalesce(extract(epoch FROM a.backend_start)::text = split_part(l.session, '/', 2), true))"
    " RETURNING channel, epoch"
)

#: What identifies a connection: the server's process and when it began.
SESSION = "SELECT pid || '/' || extract(epoch FROM backend_start) FROM pg_stat_activity WHERE pid = pg_backend_pid()"


async def acquire(
    tx: Transaction, channels: Sequence[str], *, owner: str, session: str, lifetime: timedelta
) -> dict[str, Lease]:
    """Take or renew the leases of these channels; those that another process holds are missing."""
    rows = await tx.raw.fetch(_ACQUIRE, list(channels), owner, session, lifetime)
    return {row["channel"]: Lease(channel=row["channel"], owner=owner, epoch=row["epoch"]) for row in rows}


async def release(tx: Transaction, owner: str) -> None:
    """Give up all leases of this owner, so that another can take them at once."""
    await tx.raw.execute("UPDATE leases SET expires_at = now(), session = '' WHERE owner = $1", owner)
