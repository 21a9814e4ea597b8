"""Indexes for the queue's filters by client, seller, source and band of scores."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

SHOWN = sa.text("image_sha256 IS NOT NULL")
SCORES = {"ix_images_review_score": ["review", "score", "sha256"], "ix_images_score": ["score", "sha256"]}
ENDS = {
    "ix_submissions_shown_client": ["client_id", "listing_id", "image_sha256"],
    "ix_submissions_shown_source": ["source", "image_sha256"],
}


def upgrade() -> None:
    """Go forward."""
    for name, columns in SCORES.items():
        op.drop_index(name, "images")
        op.create_index(name, "images", [*columns, "risk"], unique=False)
    for name, columns in ENDS.items():
        op.create_index(
            name, "submissions", columns, unique=False, postgresql_where=SHOWN, sqlite_where=SHOWN
        )


def downgrade() -> None:
    """Go back."""
    for name in ENDS:
        op.drop_index(name, "submissions", postgresql_where=SHOWN, sqlite_where=SHOWN)
    for name, columns in SCORES.items():
        op.drop_index(name, "images")
        op.create_index(name, "images", columns, unique=False)
