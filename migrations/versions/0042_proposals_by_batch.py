"""Find who confirmed a bulk accusation by the decisions that it became.

Revision ID: 0042
Revises: 0041
"""

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_bulk_proposals_batch_id", "bulk_proposals", ["batch_id"], unique=False)


def downgrade() -> None:
    """Drop it again."""
    op.drop_index("ix_bulk_proposals_batch_id", "bulk_proposals")
