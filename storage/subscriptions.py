"""Which news residents want. Conversations are locked."""

from __future__ import annotations

from bot.model.subscription import EVERYTHING, About, Subscribers, Subscription
from storage.database import Transaction


async def of(tx: Transaction, conversation_id: int) -> frozenset[Subscription]:
    """What a resident is subscribed to: everything, or some things; empty: nothing."""
    rows = await tx.raw.fetch("SELECT kind, slug FROM subscriptions WHERE conversation_id = $1", conversation_id)
    return frozenset(Subscription(about=About(row["kind"]), slug=row["slug"]) for row in rows)


async def add(tx: Transaction, conversation_id: int, wanted: Subscription) -> None:
    """Subscribe: to everything, which takes the place of what he had chosen; or to one thing, instead of everything."""
    await tx.raw.execute(
        "DELETE FROM subscriptions WHERE conversation_id = $1 AND (kind = $3) <> $2",
        conversation_id,
        wanted == EVERYTHING,
        About.ALL,
    )
    await tx.raw.execute(
        "INSERT INTO subscriptions (conversation_id, kind, slug) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        conversation_id,
        wanted.about,
        wanted.slug,
    )


async def remove(tx: Transaction, conversation_id: int, unwanted: Subscription) -> None:
    """End one subscription."""
    await tx.raw.execute(
        "DELETE FROM subscriptions WHERE conversation_id = $1 AND kind = $2 AND slug = $3",
        conversation_id,
        unwanted.about,
        unwanted.slug,
    )


async def end(tx: Transaction, conversation_id: int) -> bool:
    """End all; whether there were any."""
    ended: str = await tx.raw.execute("DELETE FROM subscriptions WHERE conversation_id = $1", conversation_id)
    return ended != "DELETE 0"


async def counts(tx: Transaction) -> list[Subscribers]:
    """How many residents want each thing, most wanted first; nobody is counted who cannot be written to."""
    rows = await tx.raw.fetch(
        "SELECT s.kind, s.slug, count(*) AS residents FROM subscriptions s"
        " JOIN conversations c ON c.id = s.conversation_id WHERE c.stopped_at IS NULL"
        " GROUP BY s.kind, s.slug ORDER BY residents DESC, s.slug"
    )
    return [
        Subscribers(subscription=Subscription(about=About(row["kind"]), slug=row["slug"]), count=row["residents"])
        for row in rows
    ]


async def count_residents(tx: Transaction) -> int:
    """How many residents want any news."""
    found: int = await tx.raw.fetchval(
        "SELECT count(*) FROM conversations c WHERE c.stopped_at IS NULL"
        " AND EXISTS (SELECT FROM subscriptions s WHERE s.conversation_id = c.id)"
    )
    return found
