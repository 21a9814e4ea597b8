"""Know a reported address by its submission, which outlives a report that is merged into an earlier one.

Revision ID: 0051
Revises: 0050
"""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

OLD, NEW = "ix_reader_reports_client_id_url_sha256", "ix_submissions_reported_url"
OLD_ONLY, NEW_ONLY = sa.text("url_sha256 IS NOT NULL"), sa.text("reported_url_sha256 IS NOT NULL")

submissions = sa.table("submissions", *map(sa.column, ("id", "reported_url_sha256")))
reports = sa.table("reader_reports", *map(sa.column, ("submission_id", "url_sha256")))


def upgrade() -> None:
    """Move the digests of addresses from reports to their submissions."""
    op.add_column("submissions", sa.Column("reported_url_sha256", sa.String(length=64), nullable=True))
    # All reports of one submission that name an address name the same one.
    known = sa.select(sa.func.min(reports.c.url_sha256)).where(reports.c.submission_id == submissions.c.id)
    named = sa.select(reports.c.submission_id).where(reports.c.url_sha256.is_not(None))
    op.execute(
        submissions.update()
        .where(submissions.c.id.in_(named))
        .values(reported_url_sha256=known.scalar_subquery())
    )
    op.create_index(
        NEW,
        "submissions",
        ["client_id", "reported_url_sha256"],
        sqlite_where=NEW_ONLY,
        postgresql_where=NEW_ONLY,
    )
    op.drop_index(OLD, "reader_reports", sqlite_where=OLD_ONLY, postgresql_where=OLD_ONLY)
    op.drop_column("reader_reports", "url_sha256")


def downgrade() -> None:
    """Move them back, as far as there are reports."""
    op.add_column("reader_reports", sa.Column("url_sha256", sa.String(length=64), nullable=True))
    known = sa.select(submissions.c.reported_url_sha256).where(submissions.c.id == reports.c.submission_id)
    op.execute(reports.update().values(url_sha256=known.scalar_subquery()))
    op.create_index(
        OLD, "reader_reports", ["client_id", "url_sha256"], sqlite_where=OLD_ONLY, postgresql_where=OLD_ONLY
    )
    op.drop_index(NEW, "submissions", sqlite_where=NEW_ONLY, postgresql_where=NEW_ONLY)
    op.drop_column("submissions", "reported_url_sha256")
