"""Keep which decisions a reader's report led to.

Revision ID: 0048
Revises: 0047
"""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

# A report that came before anything was found; older ones are known as long as reports are kept.
LED = """
    UPDATE decisions SET from_report = true WHERE EXISTS (
      SELECT 1 FROM reader_reports r
      WHERE r.image_sha256 = decisions.image_sha256 AND r.is_muted = false
        AND r.created_at <= decisions.created_at
        AND NOT EXISTS (
          SELECT 1 FROM verdicts v
          WHERE v.image_sha256 = r.image_sha256 AND v.finding <> 'clear' AND v.created_at <= r.created_at
        )
    )
"""


def upgrade() -> None:
    """Add the column, and fill it in for the decisions that were made before."""
    op.add_column(
        "decisions", sa.Column("from_report", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.execute(LED)


def downgrade() -> None:
    """Drop it again."""
    op.drop_column("decisions", "from_report")
