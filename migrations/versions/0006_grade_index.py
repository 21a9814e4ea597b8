"""An index for the queue's filter by grade of evidence: proofs are rare among a hundred thousand cases."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_index(
        "ix_images_review_grade_risk", "images", ["review", "grade", "risk", "sha256"], unique=False
    )


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_images_review_grade_risk", "images")
