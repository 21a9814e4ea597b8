"""Quality: known answers, second looks and their rates; whose a client is, and what it shows."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "golden_cases",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("image_sha256", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.String(length=32), nullable=False),
        sa.Column("lesson", sa.Text(), nullable=False),
        sa.Column("added_by", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["added_by"], ["moderators.id"], name=op.f("fk_golden_cases_added_by")),
        sa.ForeignKeyConstraint(
            ["image_sha256"], ["images.sha256"], name=op.f("fk_golden_cases_image_sha256")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_golden_cases")),
    )
    op.create_index(
        "uq_golden_cases_live",
        "golden_cases",
        ["image_sha256"],
        unique=True,
        postgresql_where=sa.text("retired_at IS NULL"),
        sqlite_where=sa.text("retired_at IS NULL"),
    )

    op.create_table(
        "quality_rates",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("golden", sa.Float(), nullable=False),
        sa.Column("second", sa.Float(), nullable=False),
        sa.Column("moderator_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["moderator_id"], ["moderators.id"], name=op.f("fk_quality_rates_moderator_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_rates")),
    )
    op.create_table(
        "checks",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("image_sha256", sa.String(length=64), nullable=False),
        sa.Column("verdict_id", sa.String(length=32), nullable=False),
        sa.Column("golden_id", sa.String(length=32), nullable=True),
        sa.Column("decision_id", sa.String(length=32), nullable=True),
        sa.Column("expected", sa.String(length=32), nullable=False),
        sa.Column("moderator_id", sa.String(length=32), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("escalation_id", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_checks_decision_id")),
        sa.ForeignKeyConstraint(["golden_id"], ["golden_cases.id"], name=op.f("fk_checks_golden_id")),
        sa.ForeignKeyConstraint(["image_sha256"], ["images.sha256"], name=op.f("fk_checks_image_sha256")),
        sa.ForeignKeyConstraint(["moderator_id"], ["moderators.id"], name=op.f("fk_checks_moderator_id")),
        sa.ForeignKeyConstraint(["verdict_id"], ["verdicts.id"], name=op.f("fk_checks_verdict_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checks")),
    )
    op.create_index("ix_checks_answered_at_kind", "checks", ["answered_at", "kind"], unique=False)
    op.create_index(
        "ix_checks_moderator_id_image_sha256", "checks", ["moderator_id", "image_sha256"], unique=False
    )
    op.create_index("uq_checks_decision_id", "checks", ["decision_id"], unique=True)
    op.create_index("uq_checks_golden", "checks", ["moderator_id", "golden_id"], unique=True)

    op.add_column("clients", sa.Column("owner_id", sa.String(length=32), nullable=True))
    op.add_column(
        "clients", sa.Column("is_explicit", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.create_index(op.f("ix_clients_owner_id"), "clients", ["owner_id"], unique=False)


def downgrade() -> None:
    """Go back."""
    op.drop_index(op.f("ix_clients_owner_id"), "clients")
    op.drop_column("clients", "is_explicit")
    op.drop_column("clients", "owner_id")

    op.drop_index("uq_checks_golden", "checks")
    op.drop_index("uq_checks_decision_id", "checks")
    op.drop_index("ix_checks_moderator_id_image_sha256", "checks")
    op.drop_index("ix_checks_answered_at_kind", "checks")

    op.drop_table("checks")
    op.drop_table("quality_rates")
    op.drop_index("uq_golden_cases_live", "golden_cases")

    op.drop_table("golden_cases")
