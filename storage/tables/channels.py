"""Channels: what came in by them and goes out, who sends for them, and what each of them keeps."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)

from storage.tables.columns import (
    chat,
    counter,
    metadata,
    row_id,
    string,
    texts,
    time,
    time_of_insert,
    time_or_null,
)

#: Every update that came in, once: the unique key is what makes a redelivery harmless.
events = Table(
    "events",
    metadata,
    row_id(),
    Column("channel", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    # done, failed (a bug; kept for `otvet events replay`), waiting (for the receipt of the card it replies to)
    string("status", "done"),
    string("error"),
    # What the platform was answered, when a message rode in the answer: a redelivery gets the same.
    Column("reply", Text),
    # The whole chat in which it happened; empty where that is not clear.
    string("chat_id"),
    time_of_insert("received_at"),
    UniqueConstraint("channel", "key"),
    Index("events_received_at", "received_at"),
    Index("events_unfinished", "id", postgresql_where=text("status <> 'done'")),
)

#: The queue: one row is one effect on a platform.
outbox = Table(
    "outbox",
    metadata,
    row_id(),
    *chat(),
    Column("chat_kind", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("priority", SmallInteger, nullable=False),
    # Entries of one strand of a chat keep their order; strands may overtake each other by priority.
    string("strand"),
    # Which class of bot.model.message `effect` holds, as JSON.
    Column("kind", Text, nullable=False),
    Column("effect", LargeBinary, nullable=False),
    Column("question_id", BigInteger),
    Column("thread_message_id", BigInteger),
    # The entry whose message this one replies to, edits or deletes: its id is known when that was sent.
    Column("about_entry_id", BigInteger),
    counter("about_part"),
    # The entry that shows this one's card among others.
    Column("merged_into", BigInteger),
    Column("not_before", DateTime(timezone=True), nullable=False, server_default=func.now()),
    time_or_null("expires_at"),
    # waiting, sending, sent, dead (kept, with last_error), dropped (no longer needed), merged (shown in another)
    string("state", "waiting"),
    # The owner's epoch while it is being sent.
    Column("epoch", BigInteger),
    counter("attempts"),
    string("last_error"),
    time_of_insert("created_at"),
    time_or_null("first_try_at"),
    time_or_null("finished_at"),
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
    counter("part"),
    Column("role", Text, nullable=False),
    PrimaryKeyConstraint("channel", "chat_id", "message_id"),
    Index("links_entry_id", "entry_id", postgresql_where=text("entry_id IS NOT NULL")),
    Index("links_thread_message_id", "thread_message_id", postgresql_where=text("thread_message_id IS NOT NULL")),
)

#: Who sends for a channel, by the database's clock.
leases = Table(
    "leases",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    # The owner's connection to the database: when the server has lost it, the owner is dead, and nobody need wait.
    string("session"),
    Column("epoch", BigInteger, nullable=False),
    time("expires_at"),
)

#: Cursors, secrets made by us, upload ids.
kept = Table(
    "kept",
    metadata,
    Column("channel", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("value", Text, nullable=False),
    time_or_null("expires_at"),
    PrimaryKeyConstraint("channel", "name"),
)

#: The chats of the web channel: the row is locked while a message is added, so that versions appear in order.
log_chats = Table(
    "log_chats",
    metadata,
    *chat(),
    Column("version", BigInteger, nullable=False, server_default=text("0")),
    PrimaryKeyConstraint("channel", "chat_id"),
)

log_items = Table(
    "log_items",
    metadata,
    row_id(),
    *chat(),
    Column("key", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    texts("files"),
    UniqueConstraint("channel", "chat_id", "key"),
    Index("log_items_version", "channel", "chat_id", "version"),
    Index("log_items_files", "files", postgresql_using="gin"),
)
