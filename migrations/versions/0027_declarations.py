"""Keep what uploaders declare of how a picture was made.

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

SHOWN = "ix_submissions_image_sha256"


def upgrade() -> None:
    """Add the columns: of what came before, nothing is known."""
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    for table in ("submissions", "listings"):
        op.add_column(
            table, sa.Column("declared", sa.String(length=32), server_default="unknown", nullable=False)
        )
    op.add_column("client_events", sa.Column("declared", sa.String(length=32), nullable=True))
    op.add_column("clients", sa.Column("declared_words", json, nullable=True))
    op.drop_index(SHOWN, "submissions")
    op.create_index(SHOWN, "submissions", ["image_sha256", "client_id", "source", "declared"])
    op.create_table(
        "listing_declarations",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("listing_row", sa.String(length=32), nullable=False),
        sa.Column("declared", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["listing_row"], ["listings.id"], name=op.f("fk_listing_declarations_listing_row_listings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_declarations")),
    )
    op.create_index(
        op.f("ix_listing_declarations_listing_row"), "listing_declarations", ["listing_row"], unique=False
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("listing_declarations")
    op.drop_index(SHOWN, "submissions")
    op.create_index(SHOWN, "submissions", ["image_sha256", "client_id", "source"])
    op.drop_column("clients", "declared_words")
    op.drop_column("client_events", "declared")
    for table in ("listings", "submissions"):
        op.drop_column(table, "declared")
