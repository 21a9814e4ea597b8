"""Let pictures that are declared AI leave the queue, by a setting of each client.

Revision ID: 0040
Revises: 0039
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

# Cases that left the queue by the setting that goes. Those whose listings were deleted stay closed.
COME_BACK = """
    UPDATE images SET review = 'open'
    WHERE review = 'none' AND decision_id IS NULL AND finding <> 'clear'
      AND EXISTS (
        SELECT 1 FROM declared_passes p WHERE p.image_sha256 = images.sha256 AND p.is_sampled = false
      )
      AND EXISTS (
        SELECT 1 FROM submissions s WHERE s.image_sha256 = images.sha256 AND NOT EXISTS (
          SELECT 1 FROM listings l
          WHERE l.client_id = s.client_id AND l.listing_id = s.listing_id AND l.deleted_at IS NOT NULL
        )
      )
"""


def upgrade() -> None:
    """Add the setting, off for every client, and the table."""
    op.add_column("clients", sa.Column("declared_ai_share", sa.Integer(), nullable=True))
    op.create_table(
        "declared_passes",
        sa.Column("image_sha256", sa.String(length=64), nullable=False),
        sa.Column("client_id", sa.String(length=32), nullable=False),
        sa.Column("is_sampled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("fk_declared_passes_client_id_clients")
        ),
        sa.ForeignKeyConstraint(
            ["image_sha256"], ["images.sha256"], name=op.f("fk_declared_passes_image_sha256_images")
        ),
        sa.PrimaryKeyConstraint("image_sha256", "client_id", name=op.f("pk_declared_passes")),
    )
    op.create_index(op.f("ix_declared_passes_client_id"), "declared_passes", ["client_id"], unique=False)


def downgrade() -> None:
    """Drop them again; the cases that left the queue wait in it once more."""
    op.execute(COME_BACK)
    op.drop_table("declared_passes")
    op.drop_column("clients", "declared_ai_share")
