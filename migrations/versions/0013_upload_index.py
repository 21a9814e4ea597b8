"""An index of uploads by their bytes: a purge asks of each whether someone still wants it."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_index(
        "ix_submissions_upload_sha256",
        "submissions",
        ["upload_sha256"],
        unique=False,
        sqlite_where=sa.text("upload_sha256 is not null"),
        postgresql_where=sa.text("upload_sha256 is not null"),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_submissions_upload_sha256", "submissions")
