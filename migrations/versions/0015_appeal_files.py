"""Files that appellants send to show how a picture was made."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "appeal_files",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("appeal_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("purged_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["appeal_id"], ["appeals.id"], name=op.f("fk_appeal_files_appeal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal_files")),
    )
    op.create_index("ix_appeal_files_appeal_id", "appeal_files", ["appeal_id"], unique=False)
    op.create_index("ix_appeal_files_sha256", "appeal_files", ["sha256"], unique=False)


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_appeal_files_sha256", "appeal_files")
    op.drop_index("ix_appeal_files_appeal_id", "appeal_files")
    op.drop_table("appeal_files")
