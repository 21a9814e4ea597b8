"""The model's score on the image, beside its place in the queue: a band of scores is a band of scores."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("images", sa.Column("score", sa.Float(), server_default="0", nullable=False))
    op.execute(
        "UPDATE images SET score = (SELECT score FROM verdicts WHERE verdicts.id = images.verdict_id)"
        " WHERE verdict_id IS NOT NULL"
    )
    op.create_index("ix_images_review_score", "images", ["review", "score", "sha256"], unique=False)
    op.create_index("ix_images_score", "images", ["score", "sha256"], unique=False)


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_images_score", "images")
    op.drop_index("ix_images_review_score", "images")
    op.drop_column("images", "score")
