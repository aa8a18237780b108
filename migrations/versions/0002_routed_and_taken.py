"""Where a question was routed and why, who has taken it, how often it was handed over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TEXTS = ("topic", "place", "routed_by", "taken_by", "taken_name")


def upgrade() -> None:
    for name in _TEXTS:
        op.add_column("questions", sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("questions", sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("questions", sa.Column("handovers", sa.SmallInteger(), server_default=sa.text("0"), nullable=False))
    op.create_index(
        "questions_taken_by",
        "questions",
        ["taken_by", "waiting_since"],
        unique=False,
        postgresql_where=sa.text("waiting_since IS NOT NULL AND taken_by <> ''"),
    )


def downgrade() -> None:
    op.drop_index("questions_taken_by", table_name="questions")
    for name in ("handovers", "taken_at", *reversed(_TEXTS)):
        op.drop_column("questions", name)
