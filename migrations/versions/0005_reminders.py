"""When somebody has to be reminded of a question, and how far that went."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("questions", sa.Column("reminded", sa.SmallInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column("questions", sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True))
    # What waits already is told of when it is due.
    op.execute("UPDATE questions SET remind_at = due_at WHERE waiting_since IS NOT NULL")
    op.create_index(
        "questions_due_there",
        "questions",
        ["admin_channel", "admin_chat_id", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("waiting_since IS NOT NULL"),
    )
    op.create_index(
        "questions_due_at",
        "questions",
        ["due_at", "id"],
        unique=False,
        postgresql_where=sa.text("waiting_since IS NOT NULL"),
    )
    op.create_index(
        "questions_remind_at",
        "questions",
        ["remind_at", "id"],
        unique=False,
        postgresql_where=sa.text("waiting_since IS NOT NULL AND remind_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("questions_remind_at", table_name="questions")
    op.drop_index("questions_due_at", table_name="questions")
    op.drop_index("questions_due_there", table_name="questions")
    op.drop_column("questions", "remind_at")
    op.drop_column("questions", "reminded")
