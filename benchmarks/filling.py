"""A database as it is after years: much that is done, and beside it some that waits."""

from __future__ import annotations

from storage.database import Database

CHANNEL = "telegram"
OWNER, EPOCH = "owner", 3
#: Shows questions of years.
ADMIN = "-1001"
#: An admin chat that could not be written to for long: thousands of cards wait, all due.
BACKLOG = "-1002"
#: One in which thousands wait for a later time, and a few behind them are due.
DEFERRED = "-1003"
#: Residents for each of whom many messages wait.
PRIVATE_CHATS = tuple(f"{900_000_000 + number}" for number in range(50))

_EFFECT = """convert_to('{"text": "№ 1 · Telegram · Ирина Петрова"}', 'UTF8')"""

# $1: rows of history.
_HISTORY = (
    "INSERT INTO conversations (channel, chat_id, user_id, name, question_id)"
    " SELECT 'telegram', i::text, i::text, 'Ирина Петрова', i FROM generate_series(1, greatest($1 / 5, 1)) AS i",
    "INSERT INTO questions (conversation_id, status, admin_channel, admin_chat_id, asked_at, due_at, waiting_since,"
    " carded_at, answered_at, remind_at, act_at, taken_by, rate_at)"
    " SELECT i % greatest($1 / 5, 1) + 1, CASE WHEN i % 50 = 0 THEN 'open' ELSE 'answered' END, 'telegram',"
    " CASE WHEN i % 2 = 0 THEN '-1001' ELSE (i % 100)::text END, now() - ($1 - i) * interval '1 min',"
    " now() + (i % 1000 - 600) * interval '1 min',"
    " CASE WHEN i % 50 = 0 THEN now() - ($1 - i) * interval '1 min' END, now(), now(),"
    " CASE WHEN i % 50 = 0 THEN now() + (i % 1000 - 20) * interval '1 min' END,"
    " CASE WHEN i % 50 <> 0 AND i > $1 - 2000 THEN now() + (i % 4320 - 1000) * interval '1 min' END,"
    " CASE WHEN i % 500 = 0 THEN 'telegram:7' ELSE '' END,"
    " CASE WHEN i % 50 <> 0 AND i > $1 - 200 THEN now() + (i % 60 - 20) * interval '1 min' END"
    " FROM generate_series(1, $1) AS i",
    "INSERT INTO messages (question_id, role, channel, chat_id, content, at)"
    " SELECT i, 'resident', 'telegram', (i % greatest($1 / 5, 1) + 1)::text,"
    " jsonb_build_object('text', 'Когда дадут тепло на улице Геологов, 14?'), now() FROM generate_series(1, $1) AS i",
    "INSERT INTO outbox (channel, chat_id, chat_kind, role, priority, strand, kind, effect, question_id,"
    " thread_message_id, state, finished_at)"
    " SELECT 'telegram', CASE WHEN i % 2 = 0 THEN '-1001' ELSE (i % greatest($1 / 5, 1) + 1)::text END,"
    " CASE WHEN i % 2 = 0 THEN 'group' ELSE 'private' END, CASE WHEN i % 2 = 0 THEN 'card' ELSE 'confirmation' END,"
    " CASE WHEN i % 2 = 0 THEN 40 ELSE 20 END, CASE WHEN i % 2 = 0 THEN 'q' || i / 2 ELSE '' END, 'send',"
    """ convert_to('{"text": "№ 1 · Telegram · Ирина Петрова"}', 'UTF8'),"""
    " i / 2 + 1, CASE WHEN i % 2 = 0 THEN i / 2 END, 'sent', now() FROM generate_series(1, $1) AS i",
    "INSERT INTO links (channel, chat_id, message_id, question_id, thread_message_id, role)"
    " SELECT 'telegram', chat_id, 'r' || id, question_id, id, 'resident' FROM messages WHERE id <= $1",
    "INSERT INTO links (channel, chat_id, message_id, question_id, thread_message_id, entry_id, role)"
    " SELECT 'telegram', chat_id, 'c' || id, question_id, thread_message_id, id, role FROM outbox WHERE id <= $1",
    "INSERT INTO subscriptions (conversation_id, kind, slug)"
    " SELECT i % greatest($1 / 5, 1) + 1, 'place', 'p' || i % 20 FROM generate_series(1, $1) AS i"
    " ON CONFLICT DO NOTHING",
    "INSERT INTO events (channel, key, kind, raw, status, received_at)"
    " SELECT 'telegram', i::text, 'message', '{}', CASE WHEN i % 10000 = 0 THEN 'failed' ELSE 'done' END,"
    " now() - ($1 - i) * interval '20 days' / $1 FROM generate_series(1, $1) AS i",
)

_ENTRY = (
    "INSERT INTO outbox (channel, chat_id, chat_kind, role, priority, strand, kind, effect, question_id,"
    " thread_message_id, not_before, state, epoch) SELECT 'telegram', "
)
# $1: a fiftieth of the history.
_WAITING = (
    f"{_ENTRY} '{BACKLOG}', 'group', 'card', 40, 'q' || i, 'send', {_EFFECT}, i, i, now(), 'waiting', NULL"
    " FROM generate_series(1, $1) AS i",
    f"{_ENTRY} '{DEFERRED}', 'group', 'card', 40, 'q' || i, 'send', {_EFFECT}, i, i,"
    " CASE WHEN i > $1 * 9 / 10 THEN now() ELSE now() + interval '1 day' END, 'waiting', NULL"
    " FROM generate_series(1, $1) AS i",
    f"{_ENTRY} (900000000 + i % 50)::text, 'private', 'answer', 10, '', 'send', {_EFFECT}, i, i, now(), 'waiting', NULL"
    " FROM generate_series(1, $1 / 2) AS i",
    f"{_ENTRY} (800000000 + i)::text, 'private', 'confirmation', 20, '', 'send', {_EFFECT}, i, NULL, now(),"
    " 'waiting', NULL FROM generate_series(1, $1) AS i",
    f"{_ENTRY} '{ADMIN}', 'group', 'card', 40, 'q' || i, 'send', {_EFFECT}, i, i, now(), 'sending', {EPOCH}"
    " FROM generate_series(1, least($1, 64)) AS i",
)


async def fill(database: Database, rows: int, *, analyze: bool = True) -> None:
    """Put `rows` questions, messages, updates and entries there, and some thousands of entries that wait."""
    async with database.engine.connect() as core:
        raw = (await core.get_raw_connection()).driver_connection
        assert raw is not None
        for statement in _HISTORY:
            await raw.execute(statement.replace("$1", str(rows)))
        for statement in _WAITING:
            await raw.execute(statement.replace("$1", str(max(rows // 50, 50))))
        await raw.execute(
            "INSERT INTO leases (channel, owner, epoch, expires_at) VALUES ($1, $2, $3, now() + interval '1 day')",
            CHANNEL,
            OWNER,
            EPOCH,
        )
        if analyze:
            await raw.execute("VACUUM ANALYZE")
