"""The words of questions, for full text search. What is there already is indexed after the start, bit by bit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "found_by",
        sa.Column("question_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("words", TSVECTOR(), nullable=False),
        sa.PrimaryKeyConstraint("question_id", name="found_by_pkey"),
    )
    # Each search looks through what is pending; this many KB take it a millisecond.
    pending = {"gin_pending_list_limit": 1024}
    op.create_index("found_by_words", "found_by", ["words"], postgresql_using="gin", postgresql_with=pending)
    # A question is indexed anew with each message, and searches read the newest ones most: what they were goes soon.
    op.execute("ALTER TABLE found_by SET (autovacuum_vacuum_scale_factor = 0.02)")
    op.create_table("unindexed", sa.Column("question_id", sa.BigInteger(), nullable=False))
    op.execute("INSERT INTO unindexed SELECT id FROM questions")
    op.create_index("unindexed_question_id", "unindexed", ["question_id"])


def downgrade() -> None:
    op.drop_table("unindexed")
    op.drop_table("found_by")
