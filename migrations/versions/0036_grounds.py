"""Add to each decision its ground and the policy that it rests on.

Revision ID: 0036
Revises: 0035
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and the columns; older decisions name no ground, and the policy of their verdict."""
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "grounds",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("en", sa.String(length=200), nullable=False),
        sa.Column("ja", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("retired_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_grounds")),
    )
    op.add_column("decisions", sa.Column("ground", sa.String(length=40), nullable=True))
    op.add_column("decisions", sa.Column("ground_texts", json, nullable=True))
    op.add_column("decisions", sa.Column("policy", sa.String(length=100), server_default="", nullable=False))
    op.execute(
        "UPDATE decisions SET policy = (SELECT policy FROM verdicts WHERE verdicts.id = decisions.verdict_id)"
    )


def downgrade() -> None:
    """Drop them again."""
    for column in ("policy", "ground_texts", "ground"):
        op.drop_column("decisions", column)
    op.drop_table("grounds")
