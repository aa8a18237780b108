"""Which news residents want."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="subscriptions_conversation_id_fkey"),
        sa.PrimaryKeyConstraint("conversation_id", "kind", "slug", name="subscriptions_pkey"),
    )
    op.create_index("subscriptions_kind", "subscriptions", ["kind", "slug", "conversation_id"])


def downgrade() -> None:
    op.drop_table("subscriptions")
