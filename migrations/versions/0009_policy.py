"""Policy: versions of its lines, changes by two people, observed models, and what verdicts rest on."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

VERDICTS = sa.table(
    "verdicts",
    *map(sa.column, ("id", "basis")),
    sa.column("evidence", sa.JSON),
    sa.column("reasons", sa.JSON),
)
PAGE = 1000


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "policy_changes",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("model", sa.String(length=100), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("clear_below", sa.Float(), nullable=False),
        sa.Column("flagged_from", sa.Float(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("settled_by", sa.String(length=32), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["moderators.id"], name=op.f("fk_policy_changes_proposed_by")
        ),
        sa.ForeignKeyConstraint(["settled_by"], ["moderators.id"], name=op.f("fk_policy_changes_settled_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_changes")),
    )
    op.create_index("ix_policy_changes_model_state", "policy_changes", ["model", "state"], unique=False)

    op.create_table(
        "policy_versions",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("model", sa.String(length=100), nullable=False),
        sa.Column("clear_below", sa.Float(), nullable=False),
        sa.Column("flagged_from", sa.Float(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("change_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["change_id"], ["policy_changes.id"], name=op.f("fk_policy_versions_change_id")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_policy_versions")),
        sa.UniqueConstraint("change_id", name=op.f("uq_policy_versions_change_id")),
    )
    op.create_index(op.f("ix_policy_versions_model"), "policy_versions", ["model"], unique=False)

    op.create_table(
        "shadow_verdicts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("image_sha256", sa.String(length=64), nullable=False),
        sa.Column("verdict_id", sa.String(length=32), nullable=False),
        sa.Column("model", sa.String(length=100), nullable=False),
        sa.Column("policy", sa.String(length=100), nullable=False),
        sa.Column("finding", sa.String(length=32), nullable=False),
        sa.Column("label", sa.String(length=32), nullable=True),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["verdict_id"], ["verdicts.id"], name=op.f("fk_shadow_verdicts_verdict_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shadow_verdicts")),
        sa.UniqueConstraint("image_sha256", "model", name=op.f("uq_shadow_verdicts_image_sha256_model")),
    )
    op.create_index(
        "ix_shadow_verdicts_model_created_at", "shadow_verdicts", ["model", "created_at"], unique=False
    )

    op.add_column(
        "verdicts", sa.Column("basis", sa.String(length=32), server_default="pixels", nullable=False)
    )
    op.create_index("ix_verdicts_created_at", "verdicts", ["created_at"], unique=False)
    _fill()


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_verdicts_created_at", "verdicts")
    op.drop_column("verdicts", "basis")

    op.drop_index("ix_shadow_verdicts_model_created_at", "shadow_verdicts")

    op.drop_table("shadow_verdicts")
    op.drop_index(op.f("ix_policy_versions_model"), "policy_versions")

    op.drop_table("policy_versions")
    op.drop_index("ix_policy_changes_model_state", "policy_changes")

    op.drop_table("policy_changes")


def _fill() -> None:
    """Record for each verdict whether its score made the finding, a page at a time."""
    connection, last = op.get_bind(), ""
    while True:
        rows = connection.execute(
            sa.select(VERDICTS.c.id, VERDICTS.c.evidence, VERDICTS.c.reasons)
            .where(VERDICTS.c.id > last)
            .order_by(VERDICTS.c.id)
            .limit(PAGE)
        ).all()
        if not rows:
            return
        last = rows[-1][0]
        for basis in ("evidence", "unstable"):
            ids = [row[0] for row in rows if _basis(row[1], row[2]) == basis]
            if ids:
                connection.execute(sa.update(VERDICTS).where(VERDICTS.c.id.in_(ids)).values(basis=basis))


def _basis(evidence: list[dict[str, Any]], reasons: list[str]) -> str:
    decides = {("proof", "ai"), ("proof", "human"), ("declared", "ai")}
    if any(
        item.get("kind") != "pixels" and (item.get("grade"), item.get("label")) in decides
        for item in evidence
    ):
        return "evidence"
    return "unstable" if any("crosses a threshold" in reason for reason in reasons) else "pixels"
