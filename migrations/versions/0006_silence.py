"""What the service does by itself when a resident is silent, and the clock that stops while he is asked something."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("questions", sa.Column("work_left", sa.Interval(), nullable=True))
    op.add_column("questions", sa.Column("act_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("questions", sa.Column("asked_again", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("questions", sa.Column("close_kind", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.create_index(
        "questions_act_at",
        "questions",
        ["act_at", "id"],
        unique=False,
        postgresql_where=sa.text("act_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("questions_act_at", table_name="questions")
    op.drop_column("questions", "close_kind")
    op.drop_column("questions", "asked_again")
    op.drop_column("questions", "act_at")
    op.drop_column("questions", "work_left")
