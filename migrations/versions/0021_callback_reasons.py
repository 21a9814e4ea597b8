"""Calls that failed keep a code with values, where there was a sentence; sentences that are there stay."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Go forward."""
    op.add_column("callback_attempts", sa.Column("failure_reason", JSON, nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("callback_attempts", "failure_reason")
