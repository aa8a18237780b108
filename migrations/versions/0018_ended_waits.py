"""Waits by when they ended: those that still last, and those that ended in a period, whenever they began."""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("waits_ended_at", "waits", ["ended_at"])


def downgrade() -> None:
    op.drop_index("waits_ended_at", "waits")
