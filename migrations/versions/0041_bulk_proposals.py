"""Keep bulk accusations that wait for a second person.

Revision ID: 0041
Revises: 0040
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "bulk_proposals",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("moderator_id", sa.String(length=32), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("ground", sa.String(length=64), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("cases", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("settled_by", sa.String(length=32), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("batch_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["moderator_id"], ["moderators.id"], name=op.f("fk_bulk_proposals_moderator_id")
        ),
        sa.ForeignKeyConstraint(["settled_by"], ["moderators.id"], name=op.f("fk_bulk_proposals_settled_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_proposals")),
    )
    op.create_index("ix_bulk_proposals_state_id", "bulk_proposals", ["state", "id"], unique=False)


def downgrade() -> None:
    """Drop it again."""
    op.drop_index("ix_bulk_proposals_state_id", "bulk_proposals")
    op.drop_table("bulk_proposals")
