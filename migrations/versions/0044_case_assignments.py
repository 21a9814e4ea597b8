"""Keep which cases leads have assigned to whom.

Revision ID: 0044
Revises: 0043
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "case_assignments",
        sa.Column("image_sha256", sa.String(length=64), nullable=False),
        sa.Column("moderator_id", sa.String(length=32), nullable=False),
        sa.Column("assigned_by", sa.String(length=32), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["image_sha256"], ["images.sha256"], name=op.f("fk_case_assignments_image_sha256")
        ),
        sa.ForeignKeyConstraint(
            ["moderator_id"], ["moderators.id"], name=op.f("fk_case_assignments_moderator_id")
        ),
        sa.ForeignKeyConstraint(
            ["assigned_by"], ["moderators.id"], name=op.f("fk_case_assignments_assigned_by")
        ),
        sa.PrimaryKeyConstraint("image_sha256", name=op.f("pk_case_assignments")),
    )
    op.create_index("ix_case_assignments_moderator_id", "case_assignments", ["moderator_id"])


def downgrade() -> None:
    """Drop it again."""
    op.drop_table("case_assignments")
