"""Questions whose answers are known, and which of them residents were shown."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "faq",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("also", ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("from_file", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_off", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("edited_by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shown", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("helped", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="faq_pkey"),
        sa.UniqueConstraint("folded", name="faq_folded_key"),
    )
    op.add_column("questions", sa.Column("offered", ARRAY(sa.BigInteger()), nullable=True))


def downgrade() -> None:
    op.drop_column("questions", "offered")
    op.drop_table("faq")
