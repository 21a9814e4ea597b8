"""Keep what each view of a picture said.

Revision ID: 0047
Revises: 0046
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Add the column; it stays empty for verdicts that were recorded before."""
    op.add_column("verdicts", sa.Column("views", JSON, nullable=True))


def downgrade() -> None:
    """Drop it again."""
    op.drop_column("verdicts", "views")
