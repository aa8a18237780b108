"""By when a resident was told to have his answer after it was late."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016b"
down_revision = "0016a"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("questions", sa.Column("promised_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "questions_late",
        "questions",
        ["due_at", "id"],
        postgresql_where=sa.text("waiting_since IS NOT NULL AND promised_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("questions_late", "questions")
    op.drop_column("questions", "promised_at")
