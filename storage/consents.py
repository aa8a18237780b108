"""Who consented to what, and what waits for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.model.content import Content
from bot.model.event import MessageReceived
from storage.codec import decode_content, encode_content
from storage.database import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """A message that waits for its writer's consent."""

    message_id: str
    album_id: str
    content: Content
    #: When it was written, or changed last.
    at: datetime
    #: He had pressed «Новый вопрос» before it.
    opens: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What somebody consented to."""

    version: str
    at: datetime
    #: How: `button` or `word`.
    by: str


async def record(tx: Transaction, conversation_id: int, version: str, at: datetime, by: str) -> None:
    """Write down that he consented to this text, and how: with a button, or in a word."""
    await tx.raw.execute(
        "WITH c AS (INSERT INTO consents (conversation_id, version, at, by) VALUES ($1, $2, $3, $4))"
        " UPDATE conversations SET consented = $2, consent_asked_at = NULL WHERE id = $1",
        conversation_id,
        version,
        at,
        by,
    )


async def given(tx: Transaction, conversation_id: int) -> list[Consent]:
    """All that he consented to, oldest first."""
    rows = await tx.raw.fetch(
        "SELECT version, at, by FROM consents WHERE conversation_id = $1 ORDER BY id", conversation_id
    )
    return [Consent(version=row["version"], at=row["at"], by=row["by"]) for row in rows]


# --- what waits for it ---------------------------------------------------------------------------------------------


async def set_aside(
    tx: Transaction, conversation_id: int, event: MessageReceived, now: datetime, *, opens: bool, most: int
) -> int:
    """Keep a message aside; returns how many there are now, 0 when `most` were kept already: then it is not.

    The conversation is locked.
    """
    kept: int | None = await tx.raw.fetchval(
        "INSERT INTO set_aside (conversation_id, message_id, album_id, content, at, opens, kept_at)"
        " SELECT $1, $2, $3, $4, $5, $6, $7 WHERE (SELECT count(*) FROM set_aside WHERE conversation_id = $1) < $8"
        " RETURNING (SELECT count(*) FROM set_aside WHERE conversation_id = $1) + 1",
        conversation_id,
        event.message_id,
        event.album_id,
        encode_content(event.content),
        event.at,
        opens,
        now,
        most,
    )
    return kept or 0


_COLUMNS = "message_id, album_id, content::text, at, opens"


def _one(row: Any) -> SetAside:
    return SetAside(
        message_id=row["message_id"],
        album_id=row["album_id"],
        content=decode_content(row["content"]),
        at=row["at"],
        opens=row["opens"],
    )


async def waiting(tx: Transaction, conversation_id: int) -> list[SetAside]:
    """What is kept aside of this resident, in the order in which he wrote it."""
    rows = await tx.raw.fetch(
        f"SELECT {_COLUMNS} FROM set_aside WHERE conversation_id = $1 ORDER BY id", conversation_id
    )
    return [_one(row) for row in rows]


async def take(tx: Transaction, conversation_id: int) -> list[SetAside]:
    """The same, and keep it no longer."""
    rows = await tx.raw.fetch(
        f"WITH gone AS (DELETE FROM set_aside WHERE conversation_id = $1 RETURNING *)"
        f" SELECT {_COLUMNS} FROM gone ORDER BY id",
        conversation_id,
    )
    return [_one(row) for row in rows]


async def correct(tx: Transaction, conversation_id: int, message_id: str, content: Content, at: datetime) -> bool:
    """He changed a message that is kept aside, unless he has changed it once more since; False: it is none of these."""
    return (
        await tx.raw.fetchval(
            "UPDATE set_aside SET content = CASE WHEN at <= $4 THEN $3 ELSE content END, at = greatest(at, $4)"
            " WHERE conversation_id = $1 AND message_id = $2 RETURNING id",
            conversation_id,
            message_id,
            encode_content(content),
            at,
        )
    ) is not None


async def waited_too_long(tx: Transaction, before: datetime, *, limit: int) -> Sequence[int]:
    """Conversations of which something is kept aside since before then."""
    rows = await tx.raw.fetch(
        "SELECT DISTINCT conversation_id FROM (SELECT conversation_id FROM set_aside WHERE kept_at < $1"
        " ORDER BY kept_at LIMIT $2) s",
        before,
        limit,
    )
    return [row["conversation_id"] for row in rows]
