"""What has been kept as long as the settings say: found in the order in which it ended, erased in steps. Figures stay.

How far each kind is stands in `kept`, so that nothing is looked at twice, whenever a process ends.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from asyncpg import Record

from bot.desk.forgotten import numbers_only
from bot.model.chat import ChatRef
from bot.model.content import Media, MediaKind
from bot.model.message import EditMessage, SendMessage
from bot.model.question import Conversation
from bot.rights import is_made
from storage import erasing
from storage.codec import decode_effect, effect_kind, encode_effect
from storage.database import Transaction
from storage.erasing import Whose, items

#: Rows that one step looks at, unless it is said how many.
STEP = 1000

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
#: What the values in `kept` are called that name files which are to leave the store.
_GOING = "retention:going:"


async def alone(tx: Transaction, work: str = "retention") -> bool:
    """Whether no other process does this now."""
    found: bool = await tx.raw.fetchval("SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))", work)
    return found


# --- how far it is -------------------------------------------------------------------------------------------------


async def _come_to(tx: Transaction, kind: str) -> str:
    found: str | None = await tx.raw.fetchval(
        "SELECT value FROM kept WHERE channel = '' AND name = $1", f"retention:{kind}"
    )
    return found or ""


async def _keep(tx: Transaction, kind: str, value: str) -> None:
    await tx.raw.execute(
        "INSERT INTO kept (channel, name, value) VALUES ('', $1, $2)"
        " ON CONFLICT (channel, name) DO UPDATE SET value = $2",
        f"retention:{kind}",
        value,
    )


async def _ended(tx: Transaction, kind: str, before: datetime, step: int) -> list[int]:
    """The next questions that ended before then, locked; they count as done once this transaction is.

    Of which something is still to be sent come once more when that is done: its words go out, and then they go, too.
    """
    at, _, number = (await _come_to(tx, kind)).partition(" ")
    rows = await tx.raw.fetch(
        "SELECT id, closed_at FROM questions WHERE closed_at IS NOT NULL AND (closed_at, id) > ($1, $2)"
        # One that is opened again just now is waited for, and then left out.
        " AND closed_at < $3 ORDER BY closed_at, id LIMIT $4 FOR UPDATE",
        datetime.fromisoformat(at) if at else _BEGINNING,
        int(number or 0),
        before,
        step,
    )
    if rows:
        await _keep(tx, kind, f"{rows[-1]['closed_at'].isoformat()} {rows[-1]['id']}")
    return await _and_sent(tx, kind, before, [row["id"] for row in rows])


async def _and_sent(tx: Transaction, kind: str, before: datetime, numbers: Sequence[int]) -> list[int]:
    """These, and those of earlier of which all is sent by now; remembers of which something is not."""
    unsent = f"{kind}:unsent"
    earlier: list[int] = json.loads(await _come_to(tx, unsent) or "[]")
    if not earlier and not numbers:
        return []
    # One that was opened again has its term anew.
    rows = await tx.raw.fetch(
        "SELECT q.id, EXISTS (SELECT FROM outbox o WHERE o.question_id = q.id AND o.state IN ('waiting', 'sending'))"
        " AS is_unsent FROM questions q WHERE q.id = ANY($1::bigint[]) AND q.closed_at < $2 FOR UPDATE",
        [*earlier, *numbers],
        before,
    )
    now_unsent = sorted(row["id"] for row in rows if row["is_unsent"])
    if now_unsent != earlier:
        await _keep(tx, unsent, json.dumps(now_unsent))
    sent = {row["id"] for row in rows}.difference(now_unsent)
    return [*numbers, *sorted(sent.difference(numbers))]


async def _older(
    tx: Transaction, table: str, column: str, before: datetime, step: int, *, kind: str = ""
) -> tuple[int, int] | None:
    """The ids of the next rows, above the first up to the second, all of before then; None: there are no more."""
    kind = kind or table
    after = int(await _come_to(tx, kind) or 0)
    upto: int | None = await tx.raw.fetchval(
        f"SELECT max(id) FROM (SELECT id, {column} AS at FROM {table} WHERE id > $1 ORDER BY id LIMIT $2) s"
        " WHERE at < $3",
        after,
        step,
        before,
    )
    if upto is None:
        return None
    await _keep(tx, kind, str(upto))
    return after, upto


# --- files that nothing shows any more -----------------------------------------------------------------------------


async def let_go(tx: Transaction, files: Collection[Media]) -> None:
    """Remember which files are to leave the store: whoever dies before they are gone leaves them to the next one."""
    if files:
        await tx.raw.execute(
            "INSERT INTO kept (channel, name, value) VALUES ('', $1 || gen_random_uuid(), $2)",
            _GOING,
            json.dumps(sorted({(one.channel, one.ref) for one in files})),
        )


async def going(tx: Transaction) -> tuple[list[str], set[Media]]:
    """All of these, and by what `gone` knows them."""
    rows = await tx.raw.fetch("SELECT name, value FROM kept WHERE channel = '' AND starts_with(name, $1)", _GOING)
    files = {
        Media(kind=MediaKind.DOCUMENT, channel=channel, ref=ref)
        for row in rows
        for channel, ref in json.loads(row["value"])
    }
    return [row["name"] for row in rows], files


async def gone(tx: Transaction, names: Sequence[str]) -> None:
    """They have left the store."""
    await tx.raw.execute("DELETE FROM kept WHERE channel = '' AND name = ANY($1::text[])", list(names))


# --- texts ---------------------------------------------------------------------------------------------------------


async def texts(tx: Transaction, before: datetime, step: int = STEP) -> tuple[int, set[Media]]:
    """Erase what was written in questions that ended before then; returns how many, and the files in them."""
    numbers = await _ended(tx, "texts", before, step)
    if not numbers:
        return 0, set()
    rows = await tx.raw.fetch("SELECT id FROM messages WHERE question_id = ANY($1::bigint[])", numbers)
    messages = [row["id"] for row in rows]
    media = await erasing.media_of(tx, messages)
    await tx.raw.execute(
        f"DELETE FROM log_items i WHERE {items(_OF_THESE)}",
        numbers,
        messages,
    )
    await erasing.texts(tx, numbers, messages)
    await tx.raw.execute(
        "UPDATE outbox SET kind = 'send', effect = '{}'"
        " WHERE question_id = ANY($1::bigint[]) AND state NOT IN ('waiting', 'sending')",
        numbers,
    )
    return len(numbers), media


#: Links of what shows the questions $1 and their messages $2.
_OF_THESE = (
    "thread_message_id = ANY($2::bigint[])"
    " OR entry_id = ANY(ARRAY(SELECT id FROM outbox WHERE question_id = ANY($1::bigint[])))"
)


async def lists(tx: Transaction, before: datetime, step: int = STEP) -> bool:
    """Leave of old lists in admin chats the numbers of their questions; False: there are no more."""
    found = await _older(tx, "outbox", "created_at", before, step)
    for row in await _finished(tx, "outbox", found, "chat_kind = 'group' AND kind IN ('send', 'edit')"):
        effect = decode_effect(row["kind"], row["effect"])
        assert isinstance(effect, SendMessage | EditMessage)
        await tx.raw.execute(
            "UPDATE outbox SET kind = 'send', effect = $2 WHERE id = $1",
            row["id"],
            encode_effect(numbers_only(effect.text, effect.spans)),
        )
    return found is not None


async def pages(tx: Transaction, before: datetime, step: int = STEP) -> bool:
    """Empty what residents were told beside their questions; False: there is no more."""
    found = await _older(tx, "outbox", "created_at", before, step, kind="pages")
    rows = await _finished(tx, "pages", found, "chat_kind = 'private'")
    await tx.raw.execute(
        "UPDATE outbox SET kind = 'send', effect = '{}' WHERE id = ANY($1::bigint[])", [row["id"] for row in rows]
    )
    return found is not None


async def _finished(tx: Transaction, kind: str, found: tuple[int, int] | None, which: str) -> list[Record]:
    """Entries of no question in this range that need not be sent any more, and those of earlier that by now need not.

    Remembers which are still to be sent.
    """
    earlier: list[int] = json.loads(await _come_to(tx, f"{kind}:unsent") or "[]")
    if found is None and not earlier:
        return []
    rows = await tx.raw.fetch(
        "SELECT id, kind, effect, state IN ('waiting', 'sending') AS is_unsent FROM outbox"
        f" WHERE (id > $1 AND id <= $2 OR id = ANY($3::bigint[])) AND question_id IS NULL AND {which} ORDER BY id",
        *(found or (0, 0)),
        earlier,
    )
    now_unsent = [row["id"] for row in rows if row["is_unsent"]]
    if now_unsent != earlier:
        await _keep(tx, f"{kind}:unsent", json.dumps(now_unsent))
    return [row for row in rows if not row["is_unsent"]]


async def log(tx: Transaction, before: datetime, step: int = STEP) -> bool:
    """Remove what pages without a platform behind them show beside questions; False: there is no more."""
    found = await _older(tx, "log_items", "(body::jsonb ->> 'at')::timestamptz", before, step)
    if found is None:
        return False
    await tx.raw.execute(
        "DELETE FROM log_items i WHERE id > $1 AND id <= $2 AND NOT EXISTS (SELECT FROM links l"
        " WHERE l.channel = i.channel AND l.chat_id = i.chat_id AND l.message_id = i.id::text"
        " AND l.question_id IS NOT NULL OFFSET 0)",
        *found,
    )
    return True


async def unassigned(tx: Transaction, before: datetime, step: int = STEP) -> bool:
    """Erase what officials wrote for no question, and banned people in none; False: there is no more."""
    found = await _older(tx, "messages", "at", before, step)
    if found is None:
        return False
    await tx.raw.execute(
        "UPDATE messages SET content = '{}', history = '[]' WHERE id > $1 AND id <= $2 AND question_id IS NULL", *found
    )
    return True


# --- files ---------------------------------------------------------------------------------------------------------


async def files(tx: Transaction, before: datetime, step: int = STEP) -> tuple[int, set[Media]]:
    """Forget the files in questions that ended before then; returns of how many questions, and which files."""
    numbers = await _ended(tx, "files", before, step)
    if not numbers:
        return 0, set()
    rows = await tx.raw.fetch(
        "SELECT id FROM messages WHERE question_id = ANY($1::bigint[])"
        " AND (content @? '$.media[*]' OR history @? '$[*].media[*]')",
        numbers,
    )
    messages = [row["id"] for row in rows]
    media = await erasing.media_of(tx, messages)
    await tx.raw.execute(
        "UPDATE messages SET content = content || '{\"media\": []}', history = (SELECT"
        " coalesce(jsonb_agg(h || '{\"media\": []}' ORDER BY n), '[]')"
        " FROM jsonb_array_elements(history) WITH ORDINALITY AS e(h, n)) WHERE id = ANY($1::bigint[])",
        messages,
    )
    await tx.raw.execute(
        "UPDATE log_items i SET body = (i.body::jsonb || '{\"files\": []}')::text, files = '{}'"
        f" WHERE i.files <> '{{}}' AND {items(_OF_THESE)}",
        numbers,
        messages,
    )
    await _without_media(tx, numbers)
    return len(numbers), media


async def _without_media(tx: Transaction, numbers: Sequence[int]) -> None:
    rows = await tx.raw.fetch(
        "SELECT id, kind, effect FROM outbox WHERE question_id = ANY($1::bigint[]) AND kind IN ('send', 'edit')"
        " AND state NOT IN ('waiting', 'sending') AND position('\"ref\":'::bytea in effect) > 0",
        list(numbers),
    )
    for row in rows:
        effect = decode_effect(row["kind"], row["effect"])
        if isinstance(effect, SendMessage | EditMessage) and effect.media:
            await _shorten(tx, row["id"], replace(effect, media=()))


async def _shorten(tx: Transaction, entry_id: int, effect: SendMessage | EditMessage) -> None:
    await tx.raw.execute(
        "UPDATE outbox SET kind = $2, effect = $3 WHERE id = $1", entry_id, effect_kind(effect), encode_effect(effect)
    )


async def made(tx: Transaction, before: datetime, step: int = STEP) -> tuple[bool, set[Media]]:
    """Take the files that the service made before then out of what brings them; whether there is more, and which.

    What has not been delivered by then is not sent any more.
    """
    found = await _older(tx, "outbox", "created_at", before, step, kind="made")
    if found is None:
        return False, set()
    rows = await tx.raw.fetch(
        "SELECT id, kind, effect FROM outbox WHERE id > $1 AND id <= $2 AND question_id IS NULL AND kind = 'send'"
        ' AND position(\'"ref":"file:\'::bytea in effect) > 0',
        *found,
    )
    media = set[Media]()
    for row in rows:
        effect = decode_effect(row["kind"], row["effect"])
        if isinstance(effect, SendMessage) and any(map(is_made, effect.media)):
            media |= set(effect.media)
            await _shorten(tx, row["id"], replace(effect, media=()))
            await tx.raw.execute("UPDATE outbox SET state = 'dropped' WHERE id = $1 AND state = 'waiting'", row["id"])
            await tx.raw.execute(
                "UPDATE log_items i SET body = (i.body::jsonb || '{\"files\": []}')::text, files = '{}'"
                f" WHERE {items('entry_id = $1')}",
                row["id"],
            )
    return True, media


# --- names ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """A resident who has not been there for long."""

    conversation: int
    chat: ChatRef


#: Nobody waits for an answer, or is kept out.
_UNSEEN = (
    "c.forgotten_at IS NULL AND c.seen_at < $1 AND (c.banned_until IS NULL OR c.banned_until < $2)"
    " AND NOT EXISTS (SELECT 1 FROM set_aside s WHERE s.conversation_id = c.id)"
    " AND NOT EXISTS (SELECT 1 FROM subscriptions n WHERE n.conversation_id = c.id)"
    " AND NOT EXISTS (SELECT 1 FROM questions q WHERE q.conversation_id = c.id AND q.status <> 'closed')"
)


async def unseen(tx: Transaction, before: datetime, now: datetime, after: int, *, limit: int) -> list[Unseen]:
    """The next of those who were there last before then, and wait for nothing."""
    rows = await tx.raw.fetch(
        f"SELECT c.id, c.channel, c.chat_id FROM conversations c WHERE c.id > $3 AND {_UNSEEN} ORDER BY c.id LIMIT $4",
        before,
        now,
        after,
        limit,
    )
    return [
        Unseen(conversation=row["id"], chat=ChatRef(channel=row["channel"], chat_id=row["chat_id"])) for row in rows
    ]


async def names(tx: Transaction, conversation: Conversation, before: datetime, now: datetime) -> bool:
    """Erase what he is called, by what he is found and what was remembered for his next message.

    False: he has come again meanwhile. It is locked.
    """
    still = await tx.raw.fetchval(
        f"SELECT EXISTS (SELECT 1 FROM conversations c WHERE c.id = $3 AND {_UNSEEN})", before, now, conversation.id
    )
    if not still:
        return False
    rows = await tx.raw.fetch("SELECT id FROM questions WHERE conversation_id = $1", conversation.id)
    whose: Whose = await erasing.whose(tx, conversation, [row["id"] for row in rows])
    await erasing.wishes(tx, whose)
    await erasing.address(tx, whose)
    return True


# --- the rest ------------------------------------------------------------------------------------------------------


async def actions(tx: Transaction, before: datetime, step: int = STEP) -> int | None:
    """Forget who did what before then: that it was done stays. Returns how much that was; None: there is no more."""
    found = await _older(tx, "actions", "at", before, step)
    if found is None:
        return None
    rows = await tx.raw.fetch(
        "UPDATE actions SET user_id = '', name = '', detail = '' WHERE id > $1 AND id <= $2"
        " AND (user_id <> '' OR name <> '' OR detail <> '') RETURNING id",
        *found,
    )
    return len(rows)


async def unsealed(tx: Transaction, now: datetime, step: int = STEP) -> tuple[int, set[Media]]:
    """Erase what was locked away until now; returns of how many questions, and the files in it."""
    rows = await tx.raw.fetch(
        "WITH gone AS (DELETE FROM sealed WHERE question_id = ANY(ARRAY("
        "  SELECT question_id FROM sealed WHERE until <= $1 ORDER BY until LIMIT $2)) RETURNING content)"
        " SELECT ARRAY(SELECT jsonb_build_array(f -> 'channel', f -> 'ref')::text"
        "  FROM jsonb_path_query(content, '$.messages[*].**.media[*]') f) AS files FROM gone",
        now,
        step,
    )
    found = {file for row in rows for file in row["files"]}
    return len(rows), {_media(file) for file in found}


async def media_sealed(tx: Transaction) -> set[Media]:
    """The files in what is locked away."""
    rows = await tx.raw.fetch(
        "SELECT DISTINCT jsonb_build_array(f -> 'channel', f -> 'ref')::text AS file"
        " FROM sealed, jsonb_path_query(content, '$.messages[*].**.media[*]') f"
    )
    return {_media(row["file"]) for row in rows}


def _media(file: str) -> Media:
    channel, ref = json.loads(file)
    return Media(kind=MediaKind.DOCUMENT, channel=channel, ref=ref)
