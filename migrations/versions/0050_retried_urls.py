"""Find what waits for a picture by its address.

Revision ID: 0050
Revises: 0049
"""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index, of failures that are tried again only."""
    op.create_index(
        "ix_submissions_retried_url",
        "submissions",
        ["image_url"],
        postgresql_using="hash",
        sqlite_where=sa.text("retry_at is not null"),
        postgresql_where=sa.text("retry_at is not null"),
    )


def downgrade() -> None:
    """Drop it again."""
    op.drop_index("ix_submissions_retried_url", "submissions")
