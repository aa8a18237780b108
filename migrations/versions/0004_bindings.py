"""Groups that were tied to departments with `/bind`, and the codes for it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bindings",
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("chat_id", sa.Text(), nullable=False),
        sa.Column("bound_by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("bound_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("department", name=op.f("bindings_pkey")),
    )
    op.create_table(
        "bind_codes",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("bind_codes_pkey")),
    )


def downgrade() -> None:
    op.drop_table("bind_codes")
    op.drop_table("bindings")
