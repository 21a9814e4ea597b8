"""Second factors, recovery codes, and where logins are from.

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them; logins from before go on."""
    op.create_table(
        "authenticator_apps",
        sa.Column("moderator_id", sa.String(length=32), nullable=False),
        sa.Column("ciphertext", sa.Text(), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["moderator_id"], ["moderators.id"], name=op.f("fk_authenticator_apps_moderator_id")
        ),
        sa.PrimaryKeyConstraint("moderator_id", name=op.f("pk_authenticator_apps")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("moderator_id", sa.String(length=32), nullable=False),
        sa.Column("code_sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["moderator_id"], ["moderators.id"], name=op.f("fk_recovery_codes_moderator_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
        sa.UniqueConstraint(
            "moderator_id", "code_sha256", name=op.f("uq_recovery_codes_moderator_id_code_sha256")
        ),
    )
    op.add_column("sessions", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
    for name, length in (("address", 45), ("agent", 300)):
        op.add_column(
            "sessions", sa.Column(name, sa.String(length=length), server_default="", nullable=False)
        )
    op.add_column(
        "sessions", sa.Column("awaits_factor", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("sessions", sa.Column("factor", sa.String(length=32), nullable=True))


def downgrade() -> None:
    """Drop them again; a login that awaits its second factor must not become a whole one."""
    op.execute(sa.text("DELETE FROM sessions"))
    for name in ("factor", "awaits_factor", "agent", "address", "seen_at"):
        op.drop_column("sessions", name)
    op.drop_table("recovery_codes")
    op.drop_table("authenticator_apps")
