"""Make room for image URLs of 8,192 characters.

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

COLUMNS = {"submissions": ("image_url", True), "listing_images": ("url", False)}
LONG, SHORT = sa.String(length=8192), sa.String(length=2048)


def upgrade() -> None:
    """Widen the columns."""
    _resize(SHORT, LONG)


def downgrade() -> None:
    """Narrow them again; a URL that is too long then is cut off, so that its row can stay."""
    for table, (column, _) in COLUMNS.items():
        op.execute(f"update {table} set {column} = substr({column}, 1, 2048) where length({column}) > 2048")  # noqa: S608 - names of ours
    _resize(LONG, SHORT)


def _resize(old: sa.String, new: sa.String) -> None:
    for table, (column, nullable) in COLUMNS.items():
        with op.batch_alter_table(table) as batch:
            batch.alter_column(column, existing_type=old, type_=new, existing_nullable=nullable)
