"""Keep the verdict that an event told of, for submissions whose verdict changes later.

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; without a value, an event tells of its submission's verdict, as before."""
    op.add_column("client_events", sa.Column("verdict_id", sa.String(32), nullable=True))


def downgrade() -> None:
    """Drop it again."""
    op.drop_column("client_events", "verdict_id")
