"""Keep families of near copies among the cases that wait, for an order of the queue.

Revision ID: 0046
Revises: 0045
"""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_images_review_near_waiting": ["review", "near_waiting", "risk", "sha256"],
    "ix_images_near_waiting": ["near_waiting", "risk", "sha256"],
    "ix_images_review_near_family": ["review", "near_family"],
}


def upgrade() -> None:
    """Add the columns; the sweeper fills them, a few cases at a time."""
    op.add_column("images", sa.Column("near_family", sa.String(length=64), nullable=True))
    op.add_column("images", sa.Column("near_waiting", sa.Integer(), nullable=False, server_default="0"))
    for name, columns in INDEXES.items():
        op.create_index(name, "images", columns)


def downgrade() -> None:
    """Drop them again."""
    for name in INDEXES:
        op.drop_index(name, "images")
    op.drop_column("images", "near_waiting")
    op.drop_column("images", "near_family")
