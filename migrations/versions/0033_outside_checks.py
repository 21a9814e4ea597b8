"""Keep what services of others answered about a picture.

Revision ID: 0033
Revises: 0032
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "outside_checks",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("image_sha256", sa.String(64), nullable=False),
        sa.Column("service", sa.String(40), nullable=False),
        sa.Column("moderator_id", sa.String(32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True)),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("evidence", JSON, nullable=False),
        sa.Column("failure", JSON),
        sa.ForeignKeyConstraint(["image_sha256"], ["images.sha256"], name="fk_outside_checks_image_sha256"),
        sa.ForeignKeyConstraint(["moderator_id"], ["moderators.id"], name="fk_outside_checks_moderator_id"),
        sa.PrimaryKeyConstraint("id", name="pk_outside_checks"),
    )
    op.create_index("ix_outside_checks_image_sha256_asked_at", "outside_checks", ["image_sha256", "asked_at"])
    op.create_index("ix_outside_checks_moderator_id", "outside_checks", ["moderator_id"])


def downgrade() -> None:
    """Drop it again."""
    op.drop_table("outside_checks")
