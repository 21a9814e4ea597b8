"""Keep what a gauge shows beside each verdict.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Add the column; it stays empty for verdicts that were recorded before."""
    op.add_column("verdicts", sa.Column("gauge", JSON, nullable=True))


def downgrade() -> None:
    """Drop it again."""
    op.drop_column("verdicts", "gauge")
