"""What is stored about a resident, read for himself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.conversation.my_data import DEEDS
from bot.delivery.entry import Role
from bot.model.action import Deed
from bot.model.chat import ChatRef
from bot.model.content import Content
from bot.model.message import EditMessage, SendMessage
from bot.model.question import SAID_TO_RESIDENT, Author
from storage.codec import decode_content, decode_effect, decode_history
from storage.database import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who he is, as his messenger tells it, and where he stands."""

    chat: ChatRef
    user_id: str
    name: str
    username: str
    language: str
    #: The one that he chose, and the place and the topic that are remembered for his next question; empty: none.
    chosen_language: str
    place: str
    topic: str
    #: The link that led him here, until a question takes it along.
    source: str
    since: datetime
    seen_at: datetime
    banned_until: datetime | None
    ban_reason: str


async def person(tx: Transaction, conversation_id: int) -> Person | None:
    """None: nothing is stored about him any more."""
    row = await tx.raw.fetchrow(
        "SELECT channel, chat_id, user_id, name, username, language, chosen_language, place, topic, source,"
        " created_at, seen_at, banned_until, ban_reason"
        " FROM conversations WHERE id = $1 AND forgotten_at IS NULL",
        conversation_id,
    )
    if row is None:
        return None
    return Person(
        chat=ChatRef(channel=row["channel"], chat_id=row["chat_id"]),
        user_id=row["user_id"],
        name=row["name"],
        username=row["username"],
        language=row["language"],
        chosen_language=row["chosen_language"],
        place=row["place"],
        topic=row["topic"],
        source=row["source"],
        since=row["created_at"],
        seen_at=row["seen_at"],
        banned_until=row["banned_until"],
        ban_reason=row["ban_reason"],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message that he wrote, or that he was sent by an official."""

    role: Author
    at: datetime
    content: Content
    #: What it said before, oldest first.
    history: tuple[Content, ...]


#: What he wrote, also what was shown to nobody; and what officials said to him. Their notes are not about him to see.
_HIS = (Author.RESIDENT, Author.BANNED, Author.COMMENT, Author.REOPENED, *sorted(SAID_TO_RESIDENT))


async def said(tx: Transaction, conversation_id: int, chat: ChatRef) -> dict[int | None, list[Said]]:
    """All messages between him and officials, by question, oldest first; None: in no question."""
    rows = await tx.raw.fetch(
        "SELECT m.question_id, m.role, m.at, m.content::text, m.history::text FROM messages m WHERE m.id IN ("
        "  SELECT b.id FROM messages b JOIN questions q ON q.id = b.question_id WHERE q.conversation_id = $1"
        "  UNION SELECT l.thread_message_id FROM links l WHERE l.channel = $2 AND l.chat_id = $3)"
        " AND m.role = ANY($4::text[]) ORDER BY m.question_id, m.id",
        conversation_id,
        chat.channel,
        chat.chat_id,
        list(_HIS),
    )
    found: dict[int | None, list[Said]] = {}
    for row in rows:
        one = Said(
            role=Author(row["role"]),
            at=row["at"],
            content=decode_content(row["content"]),
            history=decode_history(row["history"]),
        )
        found.setdefault(row["question_id"], []).append(one)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """What he thinks of an answer, and when he was asked and said so."""

    rating: int | None
    asked_at: datetime | None
    rated_at: datetime | None


async def ratings(tx: Transaction, conversation_id: int) -> dict[int, list[Rated]]:
    """By question, the first answer first; also those of which he was asked and did not say."""
    rows = await tx.raw.fetch(
        "SELECT w.question_id, w.rating, w.rating_asked_at, w.rated_at FROM waits w"
        " JOIN questions q ON q.id = w.question_id WHERE q.conversation_id = $1"
        " AND (w.rating IS NOT NULL OR w.rating_asked_at IS NOT NULL) ORDER BY w.question_id, w.round",
        conversation_id,
    )
    found: dict[int, list[Rated]] = {}
    for row in rows:
        one = Rated(rating=row["rating"], asked_at=row["rating_asked_at"], rated_at=row["rated_at"])
        found.setdefault(row["question_id"], []).append(one)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What he did to a question, or what was done to him there."""

    deed: Deed
    at: datetime
    #: As officials read it.
    detail: str


async def deeds(tx: Transaction, conversation_id: int) -> dict[int, list[Done]]:
    """By question, oldest first."""
    rows = await tx.raw.fetch(
        "SELECT a.question_id, a.what, a.at, a.detail FROM actions a JOIN questions q ON q.id = a.question_id"
        " WHERE q.conversation_id = $1 AND a.what = ANY($2::text[]) ORDER BY a.id",
        conversation_id,
        list(DEEDS),
    )
    found: dict[int, list[Done]] = {}
    for row in rows:
        one = Done(deed=Deed(row["what"]), at=row["at"], detail=row["detail"])
        found.setdefault(row["question_id"], []).append(one)
    return found


async def offered(tx: Transaction, conversation_id: int) -> dict[int, list[str]]:
    """By question, the known answers that he was shown when he asked: what each of them answers."""
    rows = await tx.raw.fetch(
        "SELECT q.id, array_agg(f.question ORDER BY f.id) AS answered"
        " FROM questions q JOIN faq f ON f.id = ANY(q.offered) WHERE q.conversation_id = $1 GROUP BY q.id",
        conversation_id,
    )
    return {row["id"]: list(row["answered"]) for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the service itself said to him."""

    at: datetime
    message: SendMessage | EditMessage


async def told(tx: Transaction, chat: ChatRef, *, limit: int) -> list[Told]:
    """All of that which is stored, the newest of it, oldest first; officials' answers are elsewhere."""
    rows = await tx.raw.fetch(
        "SELECT created_at, kind, effect FROM outbox WHERE id = ANY(ARRAY("
        "  SELECT entry_id FROM links WHERE channel = $1 AND chat_id = $2 AND entry_id IS NOT NULL"
        "  ORDER BY entry_id DESC LIMIT $3)) AND role <> ALL($4::text[]) ORDER BY id",
        chat.channel,
        chat.chat_id,
        limit,
        [Role.ANSWER, Role.WITHDRAWAL],
    )
    found = []
    for row in rows:
        effect = decode_effect(row["kind"], row["effect"])
        if isinstance(effect, SendMessage | EditMessage) and (effect.text or effect.media):
            found.append(Told(at=row["created_at"], message=effect))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class RawUpdate:
    """What his messenger sent us, as it came."""

    at: datetime
    raw: str


async def updates(tx: Transaction, chat: ChatRef, *, limit: int) -> list[RawUpdate]:
    """The raw updates of his chat that are still kept, the newest of them, oldest first."""
    rows = await tx.raw.fetch(
        "SELECT received_at, raw FROM events WHERE channel = $1 AND chat_id = $2 AND raw <> '{}'"
        " ORDER BY id DESC LIMIT $3",
        chat.channel,
        chat.chat_id,
        limit,
    )
    return [RawUpdate(at=row["received_at"], raw=row["raw"].decode(errors="replace")) for row in reversed(rows)]
