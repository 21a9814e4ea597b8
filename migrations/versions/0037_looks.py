"""Keep what pictures look like, and find decided ones by it.

Revision ID: 0037
Revises: 0036
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import BIT

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

WORDS = [f"w{place}" for place in range(16)]


def bits() -> sa.types.TypeEngine[Any]:
    """The column of 256 bits, as the database keeps it."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    return BIT(256) if is_postgresql else sa.String(64)


def upgrade() -> None:
    """Add columns and table; images that are there already get a look when they are judged again."""
    op.add_column("images", sa.Column("look", bits(), nullable=True))
    op.add_column("images", sa.Column("look_kind", sa.String(64), nullable=True))
    op.create_table(
        "decided_looks",
        sa.Column("image_sha256", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("hash", bits(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.SmallInteger(), nullable=False) for name in WORDS),
        sa.ForeignKeyConstraint(["image_sha256"], ["images.sha256"], name="fk_decided_looks_image_sha256"),
        sa.PrimaryKeyConstraint("image_sha256", name="pk_decided_looks"),
    )
    for name in ("decided_at", *WORDS):
        op.create_index(f"ix_decided_looks_{name}", "decided_looks", [name])


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("decided_looks")
    op.drop_column("images", "look_kind")
    op.drop_column("images", "look")
