"""Residents who may not write for a while."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("conversations", sa.Column("banned_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("conversations", sa.Column("ban_reason", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("conversations", sa.Column("ban_told_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("conversations", "ban_told_at")
    op.drop_column("conversations", "ban_reason")
    op.drop_column("conversations", "banned_until")
