"""Keep what moderators and artists write to each other about an appeal, and when its files came.

Revision ID: 0031
Revises: 0030
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and the columns; of earlier files and appeals they are not known."""
    op.create_table(
        "appeal_messages",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("appeal_id", sa.String(length=32), nullable=False),
        sa.Column("moderator_id", sa.String(length=32), nullable=True),
        sa.Column("decision_id", sa.String(length=32), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["appeal_id"], ["appeals.id"], name=op.f("fk_appeal_messages_appeal_id")),
        sa.ForeignKeyConstraint(
            ["moderator_id"], ["moderators.id"], name=op.f("fk_appeal_messages_moderator_id")
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decisions.id"], name=op.f("fk_appeal_messages_decision_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal_messages")),
    )
    op.create_index("ix_appeal_messages_appeal_id", "appeal_messages", ["appeal_id", "id"], unique=False)
    op.add_column("appeal_files", sa.Column("created_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_appeal_files_created_at", "appeal_files", ["created_at"], unique=False)
    op.add_column("appeals", sa.Column("language", sa.String(length=8), nullable=True))
    op.add_column("client_events", sa.Column("appeal_id", sa.String(length=32), nullable=True))


def downgrade() -> None:
    """Drop them again."""
    op.drop_column("client_events", "appeal_id")
    op.drop_column("appeals", "language")
    op.drop_index("ix_appeal_files_created_at", "appeal_files")
    op.drop_column("appeal_files", "created_at")
    op.drop_index("ix_appeal_messages_appeal_id", "appeal_messages")
    op.drop_table("appeal_messages")
