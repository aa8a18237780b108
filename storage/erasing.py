"""Removing what identifies a resident, and what was written, at once: all that an index finds. Figures stay.

Whoever adds a table in which something of a resident is kept by his conversation or his question adds a step here;
what has to be looked for row by row is in `storage.traces`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.delivery.entry import Role
from bot.desk import offers
from bot.model.chat import ChatRef
from bot.model.content import Media, MediaKind
from bot.model.message import SendMessage
from bot.model.question import Conversation
from storage import kept, no_question
from storage.codec import decode_effect
from storage.database import Transaction
from storage.outbox import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """What is to be erased: of whom, and with which of his questions and messages."""

    conversation: Conversation
    numbers: Sequence[int]
    messages: Sequence[int]

    @property
    def chat(self) -> ChatRef:
        return self.conversation.chat

    @property
    def left(self) -> str:
        """What stands in the place of his chat from now on."""
        return f"forgotten-{self.conversation.id}"


async def whose(tx: Transaction, conversation: Conversation, numbers: Sequence[int]) -> Whose:
    """All that belongs to this resident; his conversation and his questions are locked."""
    rows = await tx.raw.fetch(
        "SELECT id FROM messages WHERE question_id = ANY($1::bigint[])"
        " UNION SELECT thread_message_id FROM links"
        "  WHERE channel = $2 AND chat_id = $3 AND thread_message_id IS NOT NULL",
        list(numbers),
        conversation.chat.channel,
        conversation.chat.chat_id,
    )
    return Whose(conversation=conversation, numbers=numbers, messages=[row["id"] for row in rows])


async def with_offered(tx: Transaction, who: Whose) -> Whose:
    """The same with the texts that were made for his questions, with his name in them, and neither sent nor dropped."""
    rows = await tx.raw.fetch(
        "SELECT id, album_id FROM messages WHERE question_id IS NULL AND album_id LIKE ANY($1::text[])",
        [f"% for {number}" for number in who.numbers],
    )
    found = ((row["id"], offers.read(row["album_id"])) for row in rows)
    made = [number for number, offer in found if offer is not None and offer.number in who.numbers]
    return replace(who, messages=[*who.messages, *made])


# --- before anything goes ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class InGroup:
    """A message of ours in an admin chat, sent or on its way."""

    entry: int
    #: None: it shows several questions, or what was offered as an answer.
    question: int | None
    chat: ChatRef
    role: Role
    state: State
    message: SendMessage


async def in_groups(tx: Transaction, who: Whose) -> list[InGroup]:
    """What shows his questions, and what was written in them, in admin chats, oldest first.

    What still waits has been seen by nobody.
    """
    rows = await tx.raw.fetch(
        "SELECT id, question_id, channel, chat_id, role, state, kind, effect FROM outbox"
        " WHERE (question_id = ANY($1::bigint[]) OR question_id IS NULL AND thread_message_id = ANY($2::bigint[]))"
        " AND chat_kind = 'group' AND kind = 'send' AND state IN ('sending', 'sent', 'merged') ORDER BY id",
        list(who.numbers),
        list(who.messages),
    )
    found = []
    for row in rows:
        message = decode_effect(row["kind"], row["effect"])
        assert isinstance(message, SendMessage)
        found.append(
            InGroup(
                entry=row["id"],
                question=row["question_id"],
                chat=ChatRef(channel=row["channel"], chat_id=row["chat_id"]),
                role=Role(row["role"]),
                state=State(row["state"]),
                message=message,
            )
        )
    return found


async def user_of(tx: Transaction, conversation: Conversation) -> str:
    """His id as a person, which may differ from that of his chat."""
    found: str = await tx.raw.fetchval("SELECT user_id FROM conversations WHERE id = $1", conversation.id)
    return found


async def media_of(tx: Transaction, messages: Sequence[int]) -> set[Media]:
    """The files in these messages, as they are and as they were, by what they are fetched with."""
    rows = await tx.raw.fetch(
        "SELECT DISTINCT f ->> 'channel' AS channel, f ->> 'ref' AS ref FROM messages m,"
        " jsonb_path_query(jsonb_build_array(m.content) || m.history, '$[*].media[*]') f"
        " WHERE m.id = ANY($1::bigint[])",
        list(messages),
    )
    return {Media(kind=MediaKind.DOCUMENT, channel=row["channel"], ref=row["ref"]) for row in rows}


#: What was said to a chat, as far as messages of it are known; and what still waits for it, or is on its way.
_SAID = "id = ANY(ARRAY(SELECT entry_id FROM links WHERE channel = $1 AND chat_id = $2))"
_TO_BE_SAID = "channel = $1 AND chat_id = $2 AND state IN ('waiting', 'sending')"


async def media_sent(tx: Transaction, chat: ChatRef) -> set[Media]:
    """The files that we sent to this chat, or are going to."""
    found = set[Media]()
    # One after the other: each has its index.
    for which in (_SAID, _TO_BE_SAID):
        rows = await tx.raw.fetch(f"SELECT kind, effect FROM outbox WHERE {which}", chat.channel, chat.chat_id)
        effects = [decode_effect(row["kind"], row["effect"]) for row in rows]
        found |= {
            Media(kind=MediaKind.DOCUMENT, channel=one.channel, ref=one.ref)
            for effect in effects
            if isinstance(effect, SendMessage)
            for one in effect.media
        }
    return found


async def media_on_page(tx: Transaction, chat: ChatRef) -> set[Media]:
    """The files in his chat on a channel that has no platform behind it, also of what could not be taken in."""
    rows = await tx.raw.fetch(
        "SELECT DISTINCT unnest(files) AS sha256 FROM log_items WHERE channel = $1 AND chat_id = $2",
        chat.channel,
        chat.chat_id,
    )
    return {Media(kind=MediaKind.DOCUMENT, channel=chat.channel, ref=f"file:{row['sha256']}") for row in rows}


async def seal(tx: Transaction, numbers: Sequence[int], until: datetime) -> None:
    """Lock these questions away, with all that was written and by whom, before it is erased."""
    await tx.raw.execute(
        "INSERT INTO sealed (question_id, until, content) SELECT q.id, $2, jsonb_build_object("
        " 'asked_at', q.asked_at, 'channel', c.channel, 'chat', c.chat_id, 'user', c.user_id, 'name', c.name,"
        " 'username', c.username, 'closed_at', q.closed_at, 'close_kind', q.close_kind,"
        " 'close_reason', q.close_reason, 'messages', (SELECT coalesce(jsonb_agg(jsonb_build_object('role', m.role,"
        "  'author', m.author, 'at', m.at, 'content', m.content, 'history', m.history) ORDER BY m.id), '[]')"
        "  FROM messages m WHERE m.question_id = q.id))"
        " FROM questions q JOIN conversations c ON c.id = q.conversation_id WHERE q.id = ANY($1::bigint[])"
        " ON CONFLICT DO NOTHING",
        list(numbers),
        until,
    )


# --- erasing -------------------------------------------------------------------------------------------------------


def items(links: str) -> str:
    """The condition of those rows `i` of `log_items` to which links with this condition lead.

    By their ids, and then by all of it: other channels have messages with these ids, too. `OFFSET 0` keeps the check
    from becoming a join over the whole table.
    """
    item = "CASE WHEN message_id ~ '^[0-9]{1,18}$' THEN message_id::bigint END"
    return (
        f"i.id = ANY(ARRAY(SELECT {item} FROM links WHERE {links})) AND EXISTS (SELECT FROM links l WHERE"
        f" l.channel = i.channel AND l.chat_id = i.chat_id AND l.message_id = i.id::text AND ({links}) OFFSET 0)"
    )


async def texts(tx: Transaction, numbers: Collection[int], messages: Collection[int]) -> None:
    """What was written in these questions: the thread with its files, the reasons, and what showed them."""
    await tx.raw.execute(
        "UPDATE messages SET content = '{}', history = '[]', album_id = '' WHERE id = ANY($1::bigint[])", list(messages)
    )
    await tx.raw.execute(
        "UPDATE questions SET close_reason = '', routed_by = '' WHERE id = ANY($1::bigint[])", list(numbers)
    )
    await tx.raw.execute("UPDATE actions SET detail = '' WHERE question_id = ANY($1::bigint[])", list(numbers))
    await tx.raw.execute("DELETE FROM found_by WHERE question_id = ANY($1::bigint[])", list(numbers))


async def _of_entries(tx: Transaction, who: Whose) -> None:
    """What was said to him, and what showed his words; of what is being sent just now the outcome is awaited.

    The answers to his presses go out: his messenger waits for them.
    """
    delete, chat = "DELETE FROM outbox WHERE state <> 'sending' AND", (who.chat.channel, who.chat.chat_id)
    await tx.raw.execute(f"{delete} question_id = ANY($1::bigint[])", list(who.numbers))
    await tx.raw.execute(f"{delete} thread_message_id = ANY($1::bigint[])", list(who.messages))
    await tx.raw.execute(f"{delete} {_SAID}", *chat)
    await tx.raw.execute(f"{delete} {_TO_BE_SAID} AND role <> 'press'", *chat)


async def _of_texts(tx: Transaction, who: Whose) -> None:
    await texts(tx, who.numbers, who.messages)
    await tx.raw.execute("DELETE FROM set_aside WHERE conversation_id = $1", who.conversation.id)
    # What officials have looked for, whomever they meant: it may have been his name.
    await tx.raw.execute("DELETE FROM kept WHERE name LIKE 'search:%'")


async def address(tx: Transaction, who: Whose) -> None:
    """By what he is found, and what he is called: the links of his messages, his ids and names."""
    where = (who.chat.channel, who.chat.chat_id)
    await tx.raw.execute("DELETE FROM links WHERE channel = $1 AND chat_id = $2", *where)
    await tx.raw.execute(
        "UPDATE messages SET chat_id = $4 WHERE channel = $1 AND chat_id = $2 AND id = ANY($3::bigint[])",
        *where,
        list(who.messages),
        who.left,
    )
    await tx.raw.execute(
        "UPDATE actions SET chat_id = $4 WHERE channel = $1 AND chat_id = $2 AND question_id = ANY($3::bigint[])",
        *where,
        list(who.numbers),
        who.left,
    )
    await tx.raw.execute(
        "WITH c AS (UPDATE conversations SET chat_id = $2, user_id = '', name = '', username = '', language = '',"
        " source = '', source_at = NULL, question_id = NULL, wants_new = false, ban_reason = '', banned_until = NULL,"
        " ban_told_at = NULL, consent_asked_at = NULL, forget_asked_at = NULL, forgotten_at = now() WHERE id = $1"
        # RETURNING gives what stands there now.
        " RETURNING channel)"
        " DELETE FROM kept k USING c, conversations was WHERE was.id = $1 AND was.user_id <> ''"
        " AND k.channel = c.channel AND k.name = 'person:' || was.user_id",
        who.conversation.id,
        who.left,
    )


async def wishes(tx: Transaction, who: Whose) -> None:
    """What he wanted to hear of, and what the service remembered for his next message."""
    await tx.raw.execute("DELETE FROM subscriptions WHERE conversation_id = $1", who.conversation.id)
    await kept.drop(tx, who.chat.channel, no_question.name_of(who.chat))
    await tx.raw.execute(
        "UPDATE conversations SET chosen_language = '', place = '', topic = '', next_is = '', next_of = NULL,"
        " next_round = 0, next_until = NULL, buttons = '', buttons_until = NULL, rating_of = NULL, rating_round = 0,"
        " rating_until = NULL WHERE id = $1",
        who.conversation.id,
    )


async def _of_page(tx: Transaction, who: Whose) -> None:
    """His chat on a channel that has no platform behind it; and what officials wrote to him and of him on one.

    What we showed them there is edited or deleted like everywhere.
    """
    await tx.raw.execute(
        "DELETE FROM log_items WHERE channel = $1 AND chat_id = $2", who.chat.channel, who.chat.chat_id
    )
    await tx.raw.execute(
        f"DELETE FROM log_items i WHERE {items('thread_message_id = ANY($1::bigint[]) AND entry_id IS NULL')}",
        list(who.messages),
    )


#: All that is done at once when somebody has his data removed, in this order.
STEPS: tuple[Callable[[Transaction, Whose], Awaitable[None]], ...] = (
    _of_page,
    _of_entries,
    _of_texts,
    wishes,
    address,
)


async def everything(tx: Transaction, who: Whose) -> None:
    """Leave figures alone."""
    for step in STEPS:
        await step(tx, who)


async def keep_ban(tx: Transaction, conversation: Conversation) -> None:
    """Of a resident who may not write, his chat is remembered as long as that lasts, and nothing else."""
    await tx.raw.execute(
        "INSERT INTO conversations (channel, chat_id, banned_until, ban_told_at) VALUES ($1, $2, $3, now())",
        conversation.chat.channel,
        conversation.chat.chat_id,
        conversation.banned_until,
    )


async def drop_bans(tx: Transaction, now: datetime, *, limit: int) -> int:
    """Remember no longer who may write again, where nothing else is known of him; returns how many those are."""
    rows = await tx.raw.fetch(
        "DELETE FROM conversations WHERE id IN (SELECT c.id FROM conversations c WHERE c.banned_until <= $1"
        " AND c.user_id = '' AND c.name = '' AND NOT EXISTS (SELECT 1 FROM questions q WHERE q.conversation_id = c.id)"
        " LIMIT $2) RETURNING id",
        now,
        limit,
    )
    return len(rows)
