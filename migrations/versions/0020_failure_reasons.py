"""Failures keep a code with values, where there was a sentence; sentences that are there stay."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
CALLED_OFF = "The listing was deleted before this image was examined."
SUBMISSIONS = sa.table(
    "submissions",
    *map(sa.column, ("state", "failure_code", "failure_detail")),
    sa.column("failure_reason", JSON),
)


def upgrade() -> None:
    """Go forward."""
    op.add_column("submissions", sa.Column("failure_reason", JSON, nullable=True))
    # The one failure that the program looks for: it is undone when the listing comes back. By the index on
    # states, so that it is quick among many submissions.
    op.execute(
        sa.update(SUBMISSIONS)
        .where(
            SUBMISSIONS.c.state == "failed",
            SUBMISSIONS.c.failure_code == "gone",
            SUBMISSIONS.c.failure_detail == CALLED_OFF,
        )
        .values(failure_reason={"code": "listing_deleted", "values": {}})
    )


def downgrade() -> None:
    """Go back."""
    op.drop_column("submissions", "failure_reason")
