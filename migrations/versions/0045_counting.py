"""Count statistics along two indexes, without reading a row.

Revision ID: 0045
Revises: 0044
"""

from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

IMAGES = ["created_at", "sha256"]
VERDICTS = ["created_at"]


def upgrade() -> None:
    """Add to the indexes what is counted."""
    _make([*IMAGES, "finding"], [*VERDICTS, "model", "finding", "score"])


def downgrade() -> None:
    """Make them as they were."""
    _make(IMAGES, VERDICTS)


def _make(images: list[str], verdicts: list[str]) -> None:
    for table, columns in (("images", images), ("verdicts", verdicts)):
        op.drop_index(f"ix_{table}_created_at", table_name=table)
        op.create_index(f"ix_{table}_created_at", table, columns)
