"""Keep what a gauge shows beside each verdict.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; it stays empty for verdicts that were recorded before."""
    op.add_column("verdicts", sa.Column("gauge", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Drop it again."""
    op.drop_column("verdicts", "gauge")
