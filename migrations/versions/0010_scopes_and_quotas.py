"""Scopes of API keys, quotas of clients, and when a kept delivery is due."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

PENDING = "ix_hook_deliveries_pending"
IS_PENDING = sa.text("outcome = 'pending'")


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "quota_uses",
        sa.Column("client_id", sa.String(length=32), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_quota_uses_client_id")),
        sa.PrimaryKeyConstraint("client_id", "period", name=op.f("pk_quota_uses")),
    )
    op.add_column("clients", sa.Column("quota_limit", sa.Integer(), nullable=True))
    op.add_column("clients", sa.Column("quota_period", sa.String(length=32), nullable=True))

    # A key that is in use keeps all that it was good for, but for an extension's.
    op.add_column("api_keys", sa.Column("scopes", sa.String(length=200), nullable=True))
    op.execute("update api_keys set scopes = 'appeal events images read submit'")
    op.execute(
        "update api_keys set scopes = 'appeal read submit'"
        " where client_id in (select id from clients where source = 'extension')"
    )
    with op.batch_alter_table("api_keys") as batch:
        batch.alter_column("scopes", existing_type=sa.String(length=200), nullable=False)

    op.drop_index(PENDING, "hook_deliveries", sqlite_where=IS_PENDING, postgresql_where=IS_PENDING)
    op.add_column("hook_deliveries", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("update hook_deliveries set due_at = created_at")
    with op.batch_alter_table("hook_deliveries") as batch:
        batch.alter_column("due_at", existing_type=sa.DateTime(timezone=True), nullable=False)
    op.create_index(
        PENDING, "hook_deliveries", ["due_at", "id"], sqlite_where=IS_PENDING, postgresql_where=IS_PENDING
    )


def downgrade() -> None:
    """Go back."""
    op.drop_index(PENDING, "hook_deliveries", sqlite_where=IS_PENDING, postgresql_where=IS_PENDING)
    op.drop_column("hook_deliveries", "due_at")
    op.create_index(PENDING, "hook_deliveries", ["id"], sqlite_where=IS_PENDING, postgresql_where=IS_PENDING)
    op.drop_column("api_keys", "scopes")
    op.drop_column("clients", "quota_period")
    op.drop_column("clients", "quota_limit")
    op.drop_table("quota_uses")
