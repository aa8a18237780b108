"""Which departments handed a question over while its resident waited."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("waits", sa.Column("handed_by", ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False))
    op.create_index("waits_handed_on", "waits", ["started_at"], postgresql_where=sa.text("handed_by <> '{}'"))


def downgrade() -> None:
    op.drop_index("waits_handed_on", "waits")
    op.drop_column("waits", "handed_by")
