"""The schema, once: migrations are checked against it, statements are written for it."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Interval,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR

metadata = MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "pk": "%(table_name)s_pkey",
    }
)


def _id() -> Column[int]:
    return Column("id", BigInteger, Identity(always=True), primary_key=True)


def _time(name: str, *, null: bool = True) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=null)


def _now(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())


def _text(name: str, default: str = "") -> Column[str]:
    return Column(name, Text, nullable=False, server_default=text(f"'{default}'"))


#: Every update that came in, once: the unique key is what makes a redelivery harmless.
events = Table(
    "events",
    metadata,
    _id(),
    Column("channel", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    # done, failed (a bug; kept for `otvet events replay`), waiting (for the receipt of the card it replies to)
    _text("status", "done"),
    _text("error"),
    # What the platform was answered, when a message rode in the answer: a redelivery gets the same.
    Column("reply", Text),
    _now("received_at"),
    UniqueConstraint("channel", "key"),
    Index("events_received_at", "received_at"),
    Index("events_unfinished", "id", postgresql_where=text("status <> 'done'")),
)

#: One row for each resident's chat; locked while an event of it is handled.
conversations = Table(
    "conversations",
    metadata,
    _id(),
    Column("channel", Text, nullable=False),
    Column("chat_id", Text, nullable=False),
    _text("user_id"),
    _text("name"),
    _text("username"),
    _text("language"),
    # Where the resident came from; the next question takes it along.
    _text("source"),
    # The question that his next message may join.
    Column("question_id", BigInteger),
    Column("wants_new", Boolean, nullable=False, server_default=text("false")),
    _time("greeted_at"),
    # Set while nothing can be sent: the resident blocked the bot.
    _time("stopped_at"),
    # Until when what he writes reaches nobody, why, and when he was told so.
    _time("banned_until"),
    _text("ban_reason"),
    _time("ban_told_at"),
    _now("created_at"),
    UniqueConstraint("channel", "chat_id"),
    Index("conversations_nameless", "channel", "user_id", postgresql_where=text("name = ''")),
)

#: The id is the number that people see.
questions = Table(
    "questions",
    metadata,
    _id(),
    Column("conversation_id", BigInteger, ForeignKey("conversations.id"), nullable=False),
    _text("status", "open"),
    _text("department"),
    # The admin chat that shows it.
    Column("admin_channel", Text, nullable=False),
    Column("admin_chat_id", Text, nullable=False),
    _text("source"),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    # Since when it waits for an answer; empty when it does not.
    _time("waiting_since"),
    _time("carded_at"),
    _time("first_answered_at"),
    _time("answered_at"),
    _time("closed_at"),
    _text("close_reason"),
    # What it is about and where, as its words say; and why it is shown in this admin chat.
    _text("topic"),
    _text("place"),
    _text("routed_by"),
    # The official who has it: `channel:user id`, and his name then.
    _text("taken_by"),
    _text("taken_name"),
    _time("taken_at"),
    Column("handovers", SmallInteger, nullable=False, server_default=text("0")),
    # How far officials were reminded of it, and when the next time is.
    Column("reminded", SmallInteger, nullable=False, server_default=text("0")),
    _time("remind_at"),
    # While the resident is asked something: the working time that was left when the clock stopped.
    Column("work_left", Interval),
    # When the service does something by itself if the resident stays silent.
    _time("act_at"),
    # Whether he was reminded of what he was asked.
    Column("asked_again", Boolean, nullable=False, server_default=text("false")),
    # How it was closed: see bot.model.question.CloseKind.
    _text("close_kind"),
    Index("questions_conversation_id", "conversation_id"),
    Index("questions_act_at", "act_at", "id", postgresql_where=text("act_at IS NOT NULL")),
    Index("questions_waiting_since", "waiting_since", "id", postgresql_where=text("waiting_since IS NOT NULL")),
    Index(
        "questions_waiting",
        "admin_channel",
        "admin_chat_id",
        "waiting_since",
        postgresql_where=text("waiting_since IS NOT NULL"),
    ),
    Index(
        "questions_taken_by",
        "taken_by",
        "waiting_since",
        postgresql_where=text("waiting_since IS NOT NULL AND taken_by <> ''"),
    ),
    Index(
        "questions_due_there",
        "admin_channel",
        "admin_chat_id",
        "due_at",
        "id",
        postgresql_where=text("waiting_since IS NOT NULL"),
    ),
    Index("questions_due_at", "due_at", "id", postgresql_where=text("waiting_since IS NOT NULL")),
    Index(
        "questions_remind_at",
        "remind_at",
        "id",
        postgresql_where=text("waiting_since IS NOT NULL AND remind_at IS NOT NULL"),
    ),
)

#: How long residents waited: a row from registration, or from the moment when they opened a question again, to the
#: first answer. What it is about is kept here too: who answered counts, not who has the question later.
waits = Table(
    "waits",
    metadata,
    Column("question_id", BigInteger, ForeignKey("questions.id"), nullable=False),
    # 1 at registration; one more for each time that it was opened again.
    Column("round", SmallInteger, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    # Since when the clock runs; empty while it stands, and at the end.
    _time("running_since"),
    _time("ended_at"),
    # See bot.model.wait.Outcome; empty while somebody waits.
    _text("outcome"),
    # Seconds that were counted until the clock stood last: by the clock, and of working time (unknown for what is
    # older than this table).
    Column("clock", Integer, nullable=False, server_default=text("0")),
    Column("worked", Integer),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("channel", Text, nullable=False),
    _text("department"),
    _text("topic"),
    _text("place"),
    _text("source"),
    Column("handovers", SmallInteger, nullable=False, server_default=text("0")),
    Column("interims", SmallInteger, nullable=False, server_default=text("0")),
    # The question whose answer was used again.
    Column("helped_by", BigInteger),
    # What the resident thought of the answer, 1 to 5; empty: he did not say.
    Column("rating", SmallInteger),
    PrimaryKeyConstraint("question_id", "round"),
    Index("waits_started_at", "started_at"),
)

#: The words of whole questions, for full text search; written a moment later, by a job.
found_by = Table(
    "found_by",
    metadata,
    Column("question_id", BigInteger, ForeignKey("questions.id"), primary_key=True),
    # Weights: A the resident's words, B what officials said to him, C internal notes, D his name; beside these, words
    # that no text has: where it is shown, how it stands, what it is about (see storage.found_by).
    Column("words", TSVECTOR, nullable=False),
    Index("found_by_words", "words", postgresql_using="gin", postgresql_with={"gin_pending_list_limit": 1024}),
)

#: Questions whose words in `found_by` are older than they are. A question may be there several times.
unindexed = Table(
    "unindexed",
    metadata,
    Column("question_id", BigInteger, nullable=False),
    # The newest are taken first.
    Index("unindexed_question_id", "question_id"),
)

#: Long work that was asked for, or is done at a certain time: pictures, exports, reports.
chores = Table(
    "chores",
    metadata,
    _id(),
    # See handlers.chores; the same kind with the same key is there once.
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("arguments", JSONB, nullable=False),
    _time("not_before", null=False),
    Column("attempts", SmallInteger, nullable=False, server_default=text("0")),
    UniqueConstraint("kind", "key"),
    Index("chores_not_before", "not_before"),
)

#: Who did what to a question, when, from which chat. Only added to.
actions = Table(
    "actions",
    metadata,
    _id(),
    Column("question_id", BigInteger, ForeignKey("questions.id"), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("channel", Text, nullable=False),
    Column("chat_id", Text, nullable=False),
    _text("user_id"),
    _text("name"),
    Column("what", Text, nullable=False),
    _text("detail"),
    Index("actions_question_id", "question_id", "id"),
)

#: The thread of a question.
messages = Table(
    "messages",
    metadata,
    _id(),
    # Empty while it is not clear which question an official meant.
    Column("question_id", BigInteger, ForeignKey("questions.id")),
    # resident, official, note
    Column("role", Text, nullable=False),
    _text("author"),
    Column("channel", Text, nullable=False),
    Column("chat_id", Text, nullable=False),
    _text("album_id"),
    Column("content", JSONB, nullable=False),
    # What it said before, oldest first.
    Column("history", JSONB, nullable=False, server_default=text("'[]'")),
    Column("at", DateTime(timezone=True), nullable=False),
    _time("edited_at"),
    Index("messages_question_id", "question_id", "id"),
    Index("messages_album", "channel", "chat_id", "album_id", postgresql_where=text("album_id <> ''")),
)

#: Which platform message belongs to which question: how a reply finds its way. Never expires.
links = Table(
    "links",
    metadata,
    Column("channel", Text, nullable=False),
    # The whole chat: platforms number messages across a group's topics.
    Column("chat_id", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    # Empty: the message shows no question, or several.
    Column("question_id", BigInteger),
    # The message of the thread that it shows.
    Column("thread_message_id", BigInteger),
    # The outbox entry that made it; empty for what people wrote.
    Column("entry_id", BigInteger),
    Column("part", SmallInteger, nullable=False, server_default=text("0")),
    Column("role", Text, nullable=False),
    PrimaryKeyConstraint("channel", "chat_id", "message_id"),
    Index("links_entry_id", "entry_id", postgresql_where=text("entry_id IS NOT NULL")),
    Index("links_thread_message_id", "thread_message_id", postgresql_where=text("thread_message_id IS NOT NULL")),
)

#: The queue: one row is one effect on a platform.
outbox = Table(
    "outbox",
    metadata,
    _id(),
    Column("channel", Text, nullable=False),
    Column("chat_id", Text, nullable=False),
    Column("chat_kind", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("priority", SmallInteger, nullable=False),
    # Entries of one strand of a chat keep their order; strands may overtake each other by priority.
    _text("strand"),
    # Which class of bot.model.message `effect` holds, as JSON.
    Column("kind", Text, nullable=False),
    Column("effect", LargeBinary, nullable=False),
    Column("question_id", BigInteger),
    Column("thread_message_id", BigInteger),
    # The entry whose message this one replies to, edits or deletes: its id is known when that was sent.
    Column("about_entry_id", BigInteger),
    Column("about_part", SmallInteger, nullable=False, server_default=text("0")),
    # The entry that shows this one's card among others.
    Column("merged_into", BigInteger),
    Column("not_before", DateTime(timezone=True), nullable=False, server_default=func.now()),
    _time("expires_at"),
    # waiting, sending, sent, dead (kept, with last_error), dropped (no longer needed), merged (shown in another)
    _text("state", "waiting"),
    # The owner's epoch while it is being sent.
    Column("epoch", BigInteger),
    Column("attempts", SmallInteger, nullable=False, server_default=text("0")),
    _text("last_error"),
    _now("created_at"),
    _time("first_try_at"),
    _time("finished_at"),
    Index(
        "outbox_waiting",
        "channel",
        "chat_id",
        "priority",
        "id",
        postgresql_where=text("state = 'waiting'"),
    ),
    Index(
        "outbox_strand",
        "channel",
        "chat_id",
        "strand",
        "id",
        postgresql_where=text("state IN ('waiting', 'sending')"),
    ),
    Index("outbox_sending", "channel", "epoch", postgresql_where=text("state = 'sending'")),
    Index(
        "outbox_expires_at",
        "channel",
        "expires_at",
        postgresql_where=text("state = 'waiting' AND expires_at IS NOT NULL"),
    ),
    Index("outbox_merged_into", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
    Index("outbox_dead", "id", postgresql_where=text("state = 'dead'")),
    Index("outbox_thread_message_id", "thread_message_id", postgresql_where=text("thread_message_id IS NOT NULL")),
    Index("outbox_question_id", "question_id", postgresql_where=text("question_id IS NOT NULL")),
)

#: Who sends for a channel, by the database's clock.
leases = Table(
    "leases",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    # The owner's connection to the database: when the server has lost it, the owner is dead, and nobody need wait.
    _text("session"),
    Column("epoch", BigInteger, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)

#: Admin chats that moved (a group became a supergroup): settings keep the old address.
moves = Table(
    "moves",
    metadata,
    Column("channel", Text, nullable=False),
    Column("chat_id", Text, nullable=False),
    Column("to_chat_id", Text, nullable=False),
    _now("moved_at"),
    PrimaryKeyConstraint("channel", "chat_id"),
)

#: Groups that were tied to a department with `/bind`: they win over the settings.
bindings = Table(
    "bindings",
    metadata,
    Column("department", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("chat_id", Text, nullable=False),
    _text("bound_by"),
    _now("bound_at"),
)

#: Codes for `/bind`, good for one time: their SHA-256 alone is kept.
bind_codes = Table(
    "bind_codes",
    metadata,
    Column("code_hash", LargeBinary, primary_key=True),
    Column("department", Text, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)

#: Texts that officials use again and again, by the department whose they are; empty: everybody's.
templates = Table(
    "templates",
    metadata,
    _id(),
    _text("department"),
    Column("name", Text, nullable=False),
    Column("text", Text, nullable=False),
    _text("saved_by"),
    _now("saved_at"),
    UniqueConstraint("department", "name"),
)

#: Cursors, secrets made by us, upload ids.
kept = Table(
    "kept",
    metadata,
    Column("channel", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("value", Text, nullable=False),
    _time("expires_at"),
    PrimaryKeyConstraint("channel", "name"),
)

#: The chats of the web channel: the row is locked while a message is added, so that versions appear in order.
log_chats = Table(
    "log_chats",
    metadata,
    Column("channel", Text, nullable=False),
    Column("chat_id", Text, nullable=False),
    Column("version", BigInteger, nullable=False, server_default=text("0")),
    PrimaryKeyConstraint("channel", "chat_id"),
)

log_items = Table(
    "log_items",
    metadata,
    _id(),
    Column("channel", Text, nullable=False),
    Column("chat_id", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Column("files", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    UniqueConstraint("channel", "chat_id", "key"),
    Index("log_items_version", "channel", "chat_id", "version"),
    Index("log_items_files", "files", postgresql_using="gin"),
)
