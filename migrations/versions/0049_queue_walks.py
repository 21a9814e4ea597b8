"""Let every filter of the queue walk along one index.

Revision ID: 0049
Revises: 0048
"""

from collections import defaultdict

import sqlalchemy as sa
from alembic import op

from core.title_languages import TitleLanguage
from core.vocabulary import Source
from store.tables.ways import ways_of

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

STEP = 5_000  # images of one statement
MORE = ["created_at", "finding", "grade", "ways", "score"]
# The columns of each index before, and those that it has now beside them.
INDEXES = {
    "ix_images_review_risk": (["review", "risk", "sha256"], MORE),
    "ix_images_review_created_at": (["review", "created_at", "sha256"], [*MORE[1:], "risk"]),
    "ix_images_review_score": (["review", "score", "sha256"], [*MORE[:-1], "risk"]),
    "ix_images_review_near_waiting": (["review", "near_waiting", "risk", "sha256"], MORE),
    "ix_images_risk": (["risk", "sha256"], MORE),
    "ix_images_created_at": (["created_at", "sha256"], [*MORE[1:], "risk"]),
    "ix_images_score": (["score", "sha256"], [*MORE[:-1], "risk"]),
    "ix_images_near_waiting": (["near_waiting", "risk", "sha256"], MORE),
}
# What three of them had beside their order.
FORMER = {
    "ix_images_review_score": ["risk"],
    "ix_images_score": ["risk"],
    "ix_images_created_at": ["finding"],
}
# A finding or a grade is now found along the indexes above.
GONE = {
    "ix_images_review_finding_risk": ["review", "finding", "risk", "sha256"],
    "ix_images_review_grade_risk": ["review", "grade", "risk", "sha256"],
}


def upgrade() -> None:
    """Add the ways of each image, note those of the images that are there, and make the indexes again."""
    op.add_column("images", sa.Column("ways", sa.BigInteger(), nullable=False, server_default=sa.text("-1")))
    for name in (*INDEXES, *GONE):
        op.drop_index(name, "images")
    _note_ways()
    for name, (order, more) in INDEXES.items():
        op.create_index(name, "images", [*order, *more])
    op.execute("analyze images")


def downgrade() -> None:
    """Go back."""
    for name in INDEXES:
        op.drop_index(name, "images")
    op.drop_column("images", "ways")
    for name, (order, _) in INDEXES.items():
        op.create_index(name, "images", [*order, *FORMER.get(name, [])])
    for name, columns in GONE.items():
        op.create_index(name, "images", columns)


def _note_ways() -> None:
    """Note in which ways the images came that are there; one without a submission came in none."""
    bind, after = op.get_bind(), ""
    images = sa.table("images", sa.column("sha256"), sa.column("ways"))
    submissions = sa.table(
        "submissions", *map(sa.column, ("image_sha256", "source", "language", "client_id"))
    )
    listed = sa.select(images.c.sha256).order_by(images.c.sha256).limit(STEP)
    of_one = images.update().where(images.c.sha256 == sa.bindparam("one"))
    while sha256s := bind.scalars(listed.where(images.c.sha256 > after)).all():
        after = sha256s[-1]
        rows = bind.execute(
            sa.select(submissions).where(submissions.c.image_sha256.between(sha256s[0], after)).distinct()
        )
        ways = defaultdict[str, int](int)
        for sha256, source, language, client_id in rows:
            ways[sha256] |= ways_of(Source(source), TitleLanguage(language), client_id)
        bind.execute(
            of_one.values(ways=sa.bindparam("known")), [{"one": one, "known": ways[one]} for one in sha256s]
        )
