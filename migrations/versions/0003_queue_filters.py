"""The queue's filters: finding and grade on the image, and the indexes that they need."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

IMAGES = sa.table("images", *map(sa.column, ("sha256", "verdict_id", "finding", "grade")))
VERDICTS = sa.table("verdicts", sa.column("id"), sa.column("finding"), sa.column("evidence", sa.JSON))
PAGE = 1000


def upgrade() -> None:
    """Go forward."""
    op.add_column("images", sa.Column("finding", sa.String(length=32), nullable=True))
    op.add_column("images", sa.Column("grade", sa.String(length=32), nullable=True))
    _fill()
    op.create_index(
        "ix_images_review_finding_risk", "images", ["review", "finding", "risk", "sha256"], unique=False
    )
    op.create_index("ix_images_risk", "images", ["risk", "sha256"], unique=False)
    op.create_index("ix_submissions_listing_id", "submissions", ["listing_id", "image_sha256"], unique=False)
    op.drop_index("ix_submissions_image_sha256", "submissions")
    op.create_index(
        "ix_submissions_image_sha256", "submissions", ["image_sha256", "client_id", "source"], unique=False
    )


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_submissions_image_sha256", "submissions")
    op.create_index("ix_submissions_image_sha256", "submissions", ["image_sha256"], unique=False)
    op.drop_index("ix_submissions_listing_id", "submissions")
    op.drop_index("ix_images_risk", "images")
    op.drop_index("ix_images_review_finding_risk", "images")
    op.drop_column("images", "grade")
    op.drop_column("images", "finding")


def _fill() -> None:
    """Take finding and strongest grade from the latest verdicts, a page at a time."""
    connection, last = op.get_bind(), ""
    while True:
        rows = connection.execute(
            sa.select(IMAGES.c.sha256, VERDICTS.c.finding, VERDICTS.c.evidence)
            .join(VERDICTS, VERDICTS.c.id == IMAGES.c.verdict_id)
            .where(IMAGES.c.sha256 > last)
            .order_by(IMAGES.c.sha256)
            .limit(PAGE)
        ).all()
        if not rows:
            return
        last = rows[-1][0]
        connection.execute(
            sa.update(IMAGES)
            .where(IMAGES.c.sha256 == sa.bindparam("key"))
            .values(finding=sa.bindparam("found"), grade=sa.bindparam("strongest")),
            [
                {"key": sha256, "found": finding, "strongest": _strongest(evidence)}
                for sha256, finding, evidence in rows
            ],
        )


def _strongest(evidence: Sequence[dict[str, Any]]) -> str | None:
    found = {item.get("grade") for item in evidence}
    return next((grade for grade in ("proof", "declared", "hint") if grade in found), None)
