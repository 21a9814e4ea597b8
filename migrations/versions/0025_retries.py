"""Keep when a failed submission is tried again, and since when it has failed.

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

COLUMNS = ("failing_since", "retry_at")
RETRIED = sa.text("retry_at is not null")


def upgrade() -> None:
    """Add the columns; what failed before is not tried again by itself."""
    for name in COLUMNS:
        op.add_column("submissions", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_submissions_retry_at",
        "submissions",
        ["retry_at"],
        unique=False,
        postgresql_where=RETRIED,
        sqlite_where=RETRIED,
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_index("ix_submissions_retry_at", "submissions", postgresql_where=RETRIED, sqlite_where=RETRIED)
    for name in reversed(COLUMNS):
        op.drop_column("submissions", name)
