"""The place that a resident named last, and what he is asked about his question."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016a"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("conversations", sa.Column("place", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("questions", sa.Column("asked_for", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column(
        "questions", sa.Column("place_assumed", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )


def downgrade() -> None:
    op.drop_column("questions", "place_assumed")
    op.drop_column("questions", "asked_for")
    op.drop_column("conversations", "place")
