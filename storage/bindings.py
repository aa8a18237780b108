"""Groups that are tied to departments, and the codes by which that is done."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime, timedelta

from bot.model.chat import ChatRef
from storage.database import Transaction

#: How long a code is good, unless it is used before.
CODE_LIFETIME = timedelta(hours=24)
#: Crockford's base32: no letter in it looks like a digit. https://www.crockford.com/base32.html
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
#: Characters of a code: 60 bits.
_LENGTH = 12
#: People type what they see: letters that look like digits, and Cyrillic ones that look like Latin.
_LOOKALIKES = str.maketrans("OILАВЕКМНОРСТХ", "011ABEKMH0PCTX")
#: A bind that was cut short by the end of the process is finished by the next one if it is not older.
_FRESH = timedelta(hours=1)
#: Other replicas hear of a binding within seconds; until then they show new questions where they did before.
_HEARD = timedelta(minutes=1)


async def load(tx: Transaction) -> dict[str, ChatRef]:
    """The chats of all departments that were tied to one."""
    rows = await tx.raw.fetch("SELECT department, channel, chat_id FROM bindings")
    return {row["department"]: ChatRef(channel=row["channel"], chat_id=row["chat_id"]) for row in rows}


async def new_code(tx: Transaction, department: str, now: datetime) -> str:
    """Make a code for this department, written `7KQ2-M9XW-RT4B`; only its SHA-256 is stored."""
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    await tx.raw.execute("DELETE FROM bind_codes WHERE expires_at <= $1", now)
    await tx.raw.execute(
        "INSERT INTO bind_codes (code_hash, department, expires_at) VALUES ($1, $2, $3)",
        _hash(code),
        department,
        now + CODE_LIFETIME,
    )
    return "-".join(code[start : start + 4] for start in range(0, _LENGTH, 4))


async def use_code(tx: Transaction, code: str, now: datetime) -> str | None:
    """The department that this code is for; it is used up by that. None: wrong, used or too old."""
    typed = re.sub(r"[\s\u2010-\u2015-]+", "", code).upper().translate(_LOOKALIKES)
    if len(typed) != _LENGTH:
        return None
    # One statement: of two that say it at once, one gets it.
    department: str | None = await tx.raw.fetchval(
        "DELETE FROM bind_codes WHERE code_hash = $1 AND expires_at > $2 RETURNING department", _hash(typed), now
    )
    return department


async def bind(tx: Transaction, department: str, chat: ChatRef, *, by: str, now: datetime) -> None:
    """Tie a department to this chat, instead of the one it was tied to before."""
    await tx.raw.execute(
        "INSERT INTO bindings (department, channel, chat_id, bound_by, bound_at) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (department) DO UPDATE SET channel = $2, chat_id = $3, bound_by = $4, bound_at = $5",
        department,
        chat.channel,
        chat.chat_id,
        by[:200],
        now,
    )


async def away(tx: Transaction, department: str, home: ChatRef, now: datetime, *, limit: int) -> list[int]:
    """Unanswered questions of a department that was tied to its chat a short while ago, but are shown elsewhere.

    Only those that were asked before: where a later one is shown was decided knowing the binding.
    """
    rows = await tx.raw.fetch(
        "SELECT q.id FROM questions q JOIN bindings b ON b.department = q.department"
        " WHERE q.waiting_since IS NOT NULL AND q.department = $1"
        " AND (q.admin_channel, q.admin_chat_id) <> ($2, $3)"
        " AND b.bound_at > $4 AND q.asked_at < b.bound_at + $5::interval"
        " ORDER BY q.waiting_since, q.id LIMIT $6",
        department,
        home.channel,
        home.chat_id,
        now - _FRESH,
        _HEARD,
        limit,
    )
    return [row["id"] for row in rows]


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()
