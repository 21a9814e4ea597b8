"""The moderators' desk: login attempts, case claims, undos, events."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "login_attempts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("key_sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_attempts")),
    )
    op.create_index("ix_login_attempts_created_at", "login_attempts", ["created_at"], unique=False)
    op.create_index(
        "ix_login_attempts_key_sha256_created_at",
        "login_attempts",
        ["key_sha256", "created_at"],
        unique=False,
    )

    op.create_table(
        "case_claims",
        sa.Column("image_sha256", sa.String(length=64), nullable=False),
        sa.Column("moderator_id", sa.String(length=32), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["image_sha256"], ["images.sha256"], name=op.f("fk_case_claims_image_sha256")
        ),
        sa.ForeignKeyConstraint(
            ["moderator_id"], ["moderators.id"], name=op.f("fk_case_claims_moderator_id")
        ),
        sa.PrimaryKeyConstraint("image_sha256", name=op.f("pk_case_claims")),
    )
    op.create_index("ix_case_claims_moderator_id", "case_claims", ["moderator_id"], unique=False)

    op.create_table(
        "undos",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("decision_id", sa.String(length=32), nullable=False),
        sa.Column("moderator_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_undos_decision_id")),
        sa.ForeignKeyConstraint(["moderator_id"], ["moderators.id"], name=op.f("fk_undos_moderator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_undos")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_undos_decision_id")),
    )

    op.create_table(
        "events",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("moderator_id", sa.String(length=32), nullable=True),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("detail", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["moderator_id"], ["moderators.id"], name=op.f("fk_events_moderator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index("ix_events_moderator_id", "events", ["moderator_id"], unique=False)

    op.add_column(
        "moderators",
        sa.Column("preferences", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
    )
    op.add_column("decisions", sa.Column("previous_id", sa.String(length=32), nullable=True))
    op.add_column("decisions", sa.Column("batch_id", sa.String(length=32), nullable=True))
    op.create_index("ix_decisions_batch_id", "decisions", ["batch_id"], unique=False)
    op.create_index("ix_images_created_at", "images", ["created_at", "sha256"], unique=False)


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_images_created_at", "images")
    op.drop_index("ix_decisions_batch_id", "decisions")
    op.drop_column("decisions", "batch_id")
    op.drop_column("decisions", "previous_id")
    op.drop_column("moderators", "preferences")
    op.drop_index("ix_events_moderator_id", "events")

    op.drop_table("events")
    op.drop_table("undos")
    op.drop_index("ix_case_claims_moderator_id", "case_claims")

    op.drop_table("case_claims")
    op.drop_index("ix_login_attempts_key_sha256_created_at", "login_attempts")
    op.drop_index("ix_login_attempts_created_at", "login_attempts")

    op.drop_table("login_attempts")
