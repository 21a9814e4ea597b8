"""Keep readers' reports, and which readers are muted.

Revision ID: 0039
Revises: 0038
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

BY_URL = sa.text("url_sha256 IS NOT NULL")
INDEXES = {
    "ix_reader_reports_image_sha256": ["image_sha256", "client_id", "reader"],
    "ix_reader_reports_submission_id": ["submission_id"],
    "ix_reader_reports_created_at": ["created_at"],
}


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "reader_reports",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=32), nullable=False),
        sa.Column("reader", sa.String(length=64), nullable=False),
        sa.Column("submission_id", sa.String(length=32), nullable=False),
        sa.Column("url_sha256", sa.String(length=64), nullable=True),
        sa.Column("image_sha256", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.String(length=500), server_default="", nullable=False),
        sa.Column("is_muted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_reader_reports_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reader_reports")),
        sa.UniqueConstraint(
            "client_id",
            "reader",
            "submission_id",
            name=op.f("uq_reader_reports_client_id_reader_submission_id"),
        ),
    )
    for name, columns in INDEXES.items():
        op.create_index(name, "reader_reports", columns, unique=False)
    op.create_index(
        "ix_reader_reports_client_id_url_sha256",
        "reader_reports",
        ["client_id", "url_sha256"],
        unique=False,
        sqlite_where=BY_URL,
        postgresql_where=BY_URL,
    )
    op.create_table(
        "muted_readers",
        sa.Column("client_id", sa.String(length=32), nullable=False),
        sa.Column("reader", sa.String(length=64), nullable=False),
        sa.Column("moderator_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_muted_readers_client_id")),
        sa.ForeignKeyConstraint(
            ["moderator_id"], ["moderators.id"], name=op.f("fk_muted_readers_moderator_id")
        ),
        sa.PrimaryKeyConstraint("client_id", "reader", name=op.f("pk_muted_readers")),
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("muted_readers")
    op.drop_index(
        "ix_reader_reports_client_id_url_sha256",
        "reader_reports",
        sqlite_where=BY_URL,
        postgresql_where=BY_URL,
    )
    for name in reversed(INDEXES):
        op.drop_index(name, "reader_reports")
    op.drop_table("reader_reports")
