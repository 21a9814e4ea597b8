"""Keep named queues with their members, and the language of each title.

Revision ID: 0043
Revises: 0042
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

# The letters by which a title's language is told: the last that fits counts.
LETTERS = {
    "zh": "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff",
    "ko": "\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3",
    "ja": "\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9f",
}
FACTS = ["image_sha256", "client_id", "source", "declared"]


def upgrade() -> None:
    """Add the tables, and tell the languages of the titles that are there."""
    op.create_table(
        "named_queues",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("rule", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_named_queues")),
        sa.UniqueConstraint("name", name=op.f("uq_named_queues_name")),
    )
    op.create_table(
        "queue_members",
        sa.Column("queue_id", sa.String(length=32), nullable=False),
        sa.Column("moderator_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["queue_id"], ["named_queues.id"], name=op.f("fk_queue_members_queue_id")),
        sa.ForeignKeyConstraint(
            ["moderator_id"], ["moderators.id"], name=op.f("fk_queue_members_moderator_id")
        ),
        sa.PrimaryKeyConstraint("queue_id", "moderator_id", name=op.f("pk_queue_members")),
    )
    op.create_index("ix_queue_members_moderator_id", "queue_members", ["moderator_id"])
    op.add_column(
        "submissions", sa.Column("language", sa.String(length=32), nullable=False, server_default="other")
    )
    has = "title ~ :letters" if op.get_bind().dialect.name == "postgresql" else "title glob :letters"
    # Most titles are in no such letters, and their rows are left as they are.
    for language, letters in LETTERS.items():
        pattern = f"[{letters}]" if "~" in has else f"*[{letters}]*"
        op.execute(
            sa.text(f"update submissions set language = :language where {has}").bindparams(  # noqa: S608  # constants
                language=language, letters=pattern
            )
        )
    op.drop_index("ix_submissions_image_sha256", "submissions")
    op.create_index("ix_submissions_image_sha256", "submissions", [*FACTS, "language"])
    op.create_index(
        "ix_submissions_shown_language",
        "submissions",
        ["language", "image_sha256"],
        sqlite_where=sa.text("image_sha256 IS NOT NULL"),
        postgresql_where=sa.text("image_sha256 IS NOT NULL"),
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_index("ix_submissions_shown_language", "submissions")
    op.drop_index("ix_submissions_image_sha256", "submissions")
    op.create_index("ix_submissions_image_sha256", "submissions", FACTS)
    op.drop_column("submissions", "language")
    op.drop_table("queue_members")
    op.drop_table("named_queues")
