"""Keep which verdicts were drawn at random for a moderator to decide.

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "live_samples",
        sa.Column("verdict_id", sa.String(32), nullable=False),
        sa.Column("image_sha256", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["verdict_id"], ["verdicts.id"], name="fk_live_samples_verdict_id"),
        sa.ForeignKeyConstraint(["image_sha256"], ["images.sha256"], name="fk_live_samples_image_sha256"),
        sa.PrimaryKeyConstraint("verdict_id", name="pk_live_samples"),
    )
    for name in ("image_sha256", "created_at"):
        op.create_index(f"ix_live_samples_{name}", "live_samples", [name])


def downgrade() -> None:
    """Drop it again."""
    op.drop_table("live_samples")
