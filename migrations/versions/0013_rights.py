"""Consent, what waits for it, what is locked away; by which chat updates are found, and questions by their end."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_TIMES = ("consent_asked_at", "mydata_at", "forget_asked_at", "forgotten_at")


def upgrade() -> None:
    empty = sa.text("''")
    op.add_column("events", sa.Column("chat_id", sa.Text(), server_default=empty, nullable=False))
    op.add_column("conversations", sa.Column("consented", sa.Text(), server_default=empty, nullable=False))
    for name in _TIMES:
        op.add_column("conversations", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "conversations",
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
    )
    op.create_index(
        "questions_closed_at", "questions", ["closed_at", "id"], postgresql_where=sa.text("closed_at IS NOT NULL")
    )
    op.create_table(
        "consents",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="consents_pkey"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="consents_conversation_id_fkey"),
    )
    op.create_index("consents_conversation_id", "consents", ["conversation_id"])
    op.create_table(
        "set_aside",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("album_id", sa.Text(), server_default=empty, nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opens", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="set_aside_pkey"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="set_aside_conversation_id_fkey"),
    )
    op.create_index("set_aside_conversation_id", "set_aside", ["conversation_id", "id"])
    op.create_index("set_aside_kept_at", "set_aside", ["kept_at"])
    op.create_table(
        "sealed",
        sa.Column("question_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("question_id", name="sealed_pkey"),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name="sealed_question_id_fkey"),
    )
    op.create_index("sealed_until", "sealed", ["until"])
    op.create_table(
        "traces",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("arguments", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="traces_pkey"),
    )
    op.create_index("traces_not_before", "traces", ["not_before"])


def downgrade() -> None:
    op.drop_table("traces")
    op.drop_table("sealed")
    op.drop_table("set_aside")
    op.drop_table("consents")
    op.drop_index("questions_closed_at", "questions")
    for name in (*_TIMES, "consented", "seen_at"):
        op.drop_column("conversations", name)
    op.drop_column("events", "chat_id")
