"""Keep which decision was reported to clients apart from the one that moderators see.

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; every decision made until now was reported at once."""
    op.add_column("images", sa.Column("reported_id", sa.String(length=32), nullable=True))
    op.add_column("images", sa.Column("report_due_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE images SET reported_id = decision_id WHERE decision_id IS NOT NULL")
    op.create_index(
        "ix_images_report_due_at",
        "images",
        ["report_due_at"],
        sqlite_where=sa.text("report_due_at IS NOT NULL"),
        postgresql_where=sa.text("report_due_at IS NOT NULL"),
    )
    op.add_column("appeals", sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE appeals SET reported_at = resolved_at WHERE resolved_at IS NOT NULL")


def downgrade() -> None:
    """Drop them again."""
    op.drop_column("appeals", "reported_at")
    op.drop_index("ix_images_report_due_at", "images")
    op.drop_column("images", "report_due_at")
    op.drop_column("images", "reported_id")
