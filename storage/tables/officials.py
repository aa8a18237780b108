"""Officials: their admin chats, the texts that they keep ready, and the long work that they ask for."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, LargeBinary, PrimaryKeyConstraint, Table, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB

from storage.tables.columns import (
    chat,
    counter,
    flag,
    metadata,
    row_id,
    string,
    texts,
    time,
    time_of_insert,
    time_or_null,
)

#: Groups that were tied to a department with `/bind`: they win over the settings.
bindings = Table(
    "bindings",
    metadata,
    Column("department", Text, primary_key=True),
    *chat(),
    string("bound_by"),
    time_of_insert("bound_at"),
)

#: Codes for `/bind`, good for one time: their SHA-256 alone is kept.
bind_codes = Table(
    "bind_codes",
    metadata,
    Column("code_hash", LargeBinary, primary_key=True),
    Column("department", Text, nullable=False),
    time("expires_at"),
)

#: Admin chats that moved (a group became a supergroup): settings keep the old address.
moves = Table(
    "moves",
    metadata,
    *chat(),
    Column("to_chat_id", Text, nullable=False),
    time_of_insert("moved_at"),
    PrimaryKeyConstraint("channel", "chat_id"),
)

#: Texts that officials use again and again, by the department whose they are; empty: everybody's.
templates = Table(
    "templates",
    metadata,
    row_id(),
    string("department"),
    Column("name", Text, nullable=False),
    Column("text", Text, nullable=False),
    string("saved_by"),
    time_of_insert("saved_at"),
    UniqueConstraint("department", "name"),
)

#: Questions whose answers are known; those of the file are taken over at the start, until somebody edits them here.
faq = Table(
    "faq",
    metadata,
    row_id(),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    string("topic"),
    # Other ways to ask the same.
    texts("also"),
    flag("from_file"),
    flag("is_off"),
    # Empty: nobody has changed what the file says.
    string("edited_by"),
    time_or_null("edited_at"),
    # How often it was shown under a confirmation, and how often that was enough.
    Column("shown", BigInteger, nullable=False, server_default=text("0")),
    Column("helped", BigInteger, nullable=False, server_default=text("0")),
    # Compared without regard to case and spaces: see bot.conversation.faq.fold.
    Column("folded", Text, nullable=False),
    UniqueConstraint("folded"),
)

#: Long work that was asked for, or is done at a certain time: pictures, exports, reports.
chores = Table(
    "chores",
    metadata,
    row_id(),
    # See handlers.chores; the same kind with the same key is there once.
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("arguments", JSONB, nullable=False),
    time("not_before"),
    counter("attempts"),
    UniqueConstraint("kind", "key"),
    Index("chores_not_before", "not_before"),
)
