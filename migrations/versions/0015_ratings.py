"""What residents think of answers; and what their next message is, where they were told so."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_NOT_NULL = sa.text("rate_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("questions", sa.Column("rate_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("questions_rate_at", "questions", ["rate_at", "id"], postgresql_where=_NOT_NULL)
    op.add_column("waits", sa.Column("rating_asked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("waits", sa.Column("rated_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("waits", sa.Column("comment_id", sa.BigInteger(), nullable=True))
    op.add_column("conversations", sa.Column("next_is", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("conversations", sa.Column("next_of", sa.BigInteger(), nullable=True))
    op.add_column("conversations", _round("next_round"))
    op.add_column("conversations", sa.Column("next_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("conversations", sa.Column("rating_of", sa.BigInteger(), nullable=True))
    op.add_column("conversations", _round("rating_round"))
    op.add_column("conversations", sa.Column("rating_until", sa.DateTime(timezone=True), nullable=True))


def _round(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.SmallInteger(), server_default=sa.text("0"), nullable=False)


def downgrade() -> None:
    # The release before knows none of these.
    op.execute("UPDATE messages SET role = 'resident' WHERE role IN ('comment', 'reopened')")
    op.execute("DELETE FROM actions WHERE what = 'rated'")
    for name in ("rating_until", "rating_round", "rating_of", "next_until", "next_round", "next_of", "next_is"):
        op.drop_column("conversations", name)
    for name in ("comment_id", "rated_at", "rating_asked_at"):
        op.drop_column("waits", name)
    op.drop_index("questions_rate_at", "questions")
    op.drop_column("questions", "rate_at")
