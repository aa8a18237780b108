"""What residents may type in the place of a button that they see; when they came by a link."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016b"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("conversations", sa.Column("source_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE conversations SET source_at = seen_at WHERE source <> ''")
    op.add_column("conversations", sa.Column("buttons", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("conversations", sa.Column("buttons_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    # The release before knows none of these.
    op.execute("UPDATE conversations SET next_is = '' WHERE next_is IN ('going-on', 'clarification')")
    for name in ("buttons_until", "buttons", "source_at"):
        op.drop_column("conversations", name)
