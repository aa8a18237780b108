"""How long residents waited, a row for each time.

What is there already is taken over: by the clock exactly, of working time nothing is known.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_COLUMNS = (
    "INSERT INTO waits (question_id, round, started_at, running_since, ended_at, outcome, clock, due_at, channel,"
    " department, topic, place, source, handovers)"
)
_REST = "q.due_at, c.channel, q.department, q.topic, q.place, q.source"
_FROM = "FROM questions q JOIN conversations c ON c.id = q.conversation_id"
# The first answer, or the end without one. Nothing is known of clocks that stood.
_END = "coalesce(q.first_answered_at, q.closed_at)"
_FIRST = f"""
    {_COLUMNS}
    SELECT q.id, 1, q.asked_at, CASE WHEN {_END} IS NULL THEN q.waiting_since END, {_END},
        CASE WHEN q.first_answered_at IS NOT NULL THEN 'answered'
             WHEN q.closed_at IS NULL THEN ''
             WHEN q.close_kind IN ('spam', 'unclarified') THEN q.close_kind ELSE 'closed' END,
        CASE WHEN {_END} IS NULL AND q.waiting_since IS NOT NULL THEN 0
             ELSE extract(epoch FROM greatest(coalesce({_END}, now()) - q.asked_at, interval '0'))::integer END,
        {_REST}, q.handovers
    {_FROM}
"""
_AGAIN = f"""
    {_COLUMNS}
    SELECT q.id, 2, q.waiting_since, q.waiting_since, NULL, '', 0, {_REST}, 0
    {_FROM} WHERE q.first_answered_at IS NOT NULL AND q.waiting_since IS NOT NULL
"""


def upgrade() -> None:
    empty = sa.text("''")
    op.create_table(
        "waits",
        sa.Column("question_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("running_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), server_default=empty, nullable=False),
        sa.Column("clock", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("worked", sa.Integer(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("department", sa.Text(), server_default=empty, nullable=False),
        sa.Column("topic", sa.Text(), server_default=empty, nullable=False),
        sa.Column("place", sa.Text(), server_default=empty, nullable=False),
        sa.Column("source", sa.Text(), server_default=empty, nullable=False),
        sa.Column("handovers", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("interims", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("helped_by", sa.BigInteger(), nullable=True),
        sa.Column("rating", sa.SmallInteger(), nullable=True),
        sa.PrimaryKeyConstraint("question_id", "round", name="waits_pkey"),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name="waits_question_id_fkey"),
    )
    op.execute(_FIRST)
    op.execute(_AGAIN)
    op.create_index("waits_started_at", "waits", ["started_at"])


def downgrade() -> None:
    op.drop_table("waits")
