"""Keep strikes against sellers, and what events told of them.

Revision ID: 0035
Revises: 0034
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

STANDING = sa.text("withdrawn_at IS NULL")


def upgrade() -> None:
    """Add the table and the column; decisions reported before this gave no strikes."""
    op.create_table(
        "strikes",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=32), nullable=False),
        sa.Column("seller", sa.String(length=255), nullable=False),
        sa.Column("image_sha256", sa.String(length=64), nullable=False),
        sa.Column("decision_id", sa.String(length=32), nullable=False),
        sa.Column("listing_id", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_strikes_client_id")),
        sa.ForeignKeyConstraint(["image_sha256"], ["images.sha256"], name=op.f("fk_strikes_image_sha256")),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_strikes_decision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_strikes")),
    )
    op.create_index(
        "ix_strikes_client_id_seller", "strikes", ["client_id", "seller", "expires_at"], unique=False
    )
    op.create_index(
        "uq_strikes_standing",
        "strikes",
        ["image_sha256", "client_id", "seller"],
        unique=True,
        sqlite_where=STANDING,
        postgresql_where=STANDING,
    )
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.add_column("client_events", sa.Column("seller", json, nullable=True))


def downgrade() -> None:
    """Drop them again."""
    op.drop_column("client_events", "seller")
    op.drop_index("uq_strikes_standing", "strikes", sqlite_where=STANDING, postgresql_where=STANDING)
    op.drop_index("ix_strikes_client_id_seller", "strikes")
    op.drop_table("strikes")
