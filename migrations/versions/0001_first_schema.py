"""First schema: events, conversations, questions, messages, links, outbox, leases, the page's log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("chat_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("username", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("language", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("source", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("question_id", sa.BigInteger(), nullable=True),
        sa.Column("wants_new", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("greeted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("conversations_pkey")),
        sa.UniqueConstraint("channel", "chat_id", name=op.f("conversations_channel_chat_id_key")),
    )
    op.create_index(
        "conversations_nameless",
        "conversations",
        ["channel", "user_id"],
        unique=False,
        postgresql_where=sa.text("name = ''"),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'done'"), nullable=False),
        sa.Column("error", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("events_pkey")),
        sa.UniqueConstraint("channel", "key", name=op.f("events_channel_key_key")),
    )
    op.create_index("events_received_at", "events", ["received_at"], unique=False)
    op.create_index("events_unfinished", "events", ["id"], unique=False, postgresql_where=sa.text("status <> 'done'"))
    op.create_table(
        "kept",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("channel", "name", name=op.f("kept_pkey")),
    )
    op.create_table(
        "leases",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("session", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("leases_pkey")),
    )
    op.create_table(
        "links",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("chat_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("question_id", sa.BigInteger(), nullable=True),
        sa.Column("thread_message_id", sa.BigInteger(), nullable=True),
        sa.Column("entry_id", sa.BigInteger(), nullable=True),
        sa.Column("part", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "chat_id", "message_id", name=op.f("links_pkey")),
    )
    op.create_index(
        "links_entry_id", "links", ["entry_id"], unique=False, postgresql_where=sa.text("entry_id IS NOT NULL")
    )
    op.create_index(
        "links_thread_message_id",
        "links",
        ["thread_message_id"],
        unique=False,
        postgresql_where=sa.text("thread_message_id IS NOT NULL"),
    )
    op.create_table(
        "log_chats",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("chat_id", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("channel", "chat_id", name=op.f("log_chats_pkey")),
    )
    op.create_table(
        "log_items",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("chat_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("files", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("log_items_pkey")),
        sa.UniqueConstraint("channel", "chat_id", "key", name=op.f("log_items_channel_chat_id_key_key")),
    )
    op.create_index("log_items_files", "log_items", ["files"], unique=False, postgresql_using="gin")
    op.create_index("log_items_version", "log_items", ["channel", "chat_id", "version"], unique=False)
    op.create_table(
        "moves",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("chat_id", sa.Text(), nullable=False),
        sa.Column("to_chat_id", sa.Text(), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("channel", "chat_id", name=op.f("moves_pkey")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("chat_id", sa.Text(), nullable=False),
        sa.Column("chat_kind", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("strand", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("effect", sa.LargeBinary(), nullable=False),
        sa.Column("question_id", sa.BigInteger(), nullable=True),
        sa.Column("thread_message_id", sa.BigInteger(), nullable=True),
        sa.Column("about_entry_id", sa.BigInteger(), nullable=True),
        sa.Column("about_part", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("merged_into", sa.BigInteger(), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.Text(), server_default=sa.text("'waiting'"), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_error", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("first_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("outbox_pkey")),
    )
    op.create_index(
        "outbox_expires_at",
        "outbox",
        ["channel", "expires_at"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting' AND expires_at IS NOT NULL"),
    )
    op.create_index(
        "outbox_merged_into",
        "outbox",
        ["merged_into"],
        unique=False,
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
    op.create_index("outbox_dead", "outbox", ["id"], unique=False, postgresql_where=sa.text("state = 'dead'"))
    op.create_index(
        "outbox_question_id",
        "outbox",
        ["question_id"],
        unique=False,
        postgresql_where=sa.text("question_id IS NOT NULL"),
    )
    op.create_index(
        "outbox_sending", "outbox", ["channel", "epoch"], unique=False, postgresql_where=sa.text("state = 'sending'")
    )
    op.create_index(
        "outbox_strand",
        "outbox",
        ["channel", "chat_id", "strand", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('waiting', 'sending')"),
    )
    op.create_index(
        "outbox_thread_message_id",
        "outbox",
        ["thread_message_id"],
        unique=False,
        postgresql_where=sa.text("thread_message_id IS NOT NULL"),
    )
    op.create_index(
        "outbox_waiting",
        "outbox",
        ["channel", "chat_id", "priority", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "questions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("department", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("admin_channel", sa.Text(), nullable=False),
        sa.Column("admin_chat_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("carded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("close_reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("questions_conversation_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("questions_pkey")),
    )
    op.create_index("questions_conversation_id", "questions", ["conversation_id"], unique=False)
    op.create_index(
        "questions_waiting",
        "questions",
        ["admin_channel", "admin_chat_id", "waiting_since"],
        unique=False,
        postgresql_where=sa.text("waiting_since IS NOT NULL"),
    )
    op.create_index(
        "questions_waiting_since",
        "questions",
        ["waiting_since", "id"],
        unique=False,
        postgresql_where=sa.text("waiting_since IS NOT NULL"),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("question_id", sa.BigInteger(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("chat_id", sa.Text(), nullable=False),
        sa.Column("album_id", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("history", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name=op.f("messages_question_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("messages_pkey")),
    )
    op.create_index(
        "messages_album",
        "messages",
        ["channel", "chat_id", "album_id"],
        unique=False,
        postgresql_where=sa.text("album_id <> ''"),
    )
    op.create_index("messages_question_id", "messages", ["question_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("messages_question_id", table_name="messages")
    op.drop_index("messages_album", table_name="messages", postgresql_where=sa.text("album_id <> ''"))
    op.drop_table("messages")
    op.drop_index(
        "questions_waiting_since", table_name="questions", postgresql_where=sa.text("waiting_since IS NOT NULL")
    )
    op.drop_index("questions_waiting", table_name="questions", postgresql_where=sa.text("waiting_since IS NOT NULL"))
    op.drop_index("questions_conversation_id", table_name="questions")
    op.drop_table("questions")
    op.drop_index("outbox_waiting", table_name="outbox", postgresql_where=sa.text("state = 'waiting'"))
    op.drop_index(
        "outbox_thread_message_id", table_name="outbox", postgresql_where=sa.text("thread_message_id IS NOT NULL")
    )
    op.drop_index("outbox_strand", table_name="outbox", postgresql_where=sa.text("state IN ('waiting', 'sending')"))
    op.drop_index("outbox_sending", table_name="outbox", postgresql_where=sa.text("state = 'sending'"))
    op.drop_index("outbox_question_id", table_name="outbox", postgresql_where=sa.text("question_id IS NOT NULL"))
    op.drop_index(
        "outbox_expires_at",
        table_name="outbox",
        postgresql_where=sa.text("state = 'waiting' AND expires_at IS NOT NULL"),
    )
    op.drop_index("outbox_merged_into", table_name="outbox", postgresql_where=sa.text("merged_into IS NOT NULL"))
    op.drop_index("outbox_dead", table_name="outbox", postgresql_where=sa.text("state = 'dead'"))
    op.drop_table("outbox")
    op.drop_table("moves")
    op.drop_index("log_items_version", table_name="log_items")
    op.drop_index("log_items_files", table_name="log_items", postgresql_using="gin")
    op.drop_table("log_items")
    op.drop_table("log_chats")
    op.drop_index(
        "links_thread_message_id", table_name="links", postgresql_where=sa.text("thread_message_id IS NOT NULL")
    )
    op.drop_index("links_entry_id", table_name="links", postgresql_where=sa.text("entry_id IS NOT NULL"))
    op.drop_table("links")
    op.drop_table("leases")
    op.drop_table("kept")
    op.drop_index("events_unfinished", table_name="events", postgresql_where=sa.text("status <> 'done'"))
    op.drop_index("events_received_at", table_name="events")
    op.drop_table("events")
    op.drop_index("conversations_nameless", table_name="conversations", postgresql_where=sa.text("name = ''"))
    op.drop_table("conversations")
