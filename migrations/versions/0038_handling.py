"""Keep when a moderator opened the case that they decided.

Revision ID: 0038
Revises: 0037
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

TABLES = ("case_claims", "decisions")


def upgrade() -> None:
    """Add the columns; of what was decided before, the time is not known."""
    for table in TABLES:
        op.add_column(table, sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Drop them again."""
    for table in TABLES:
        op.drop_column(table, "opened_at")
