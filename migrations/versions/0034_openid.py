"""Whom an OpenID provider means.

Revision ID: 0034
Revises: 0033
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; no one has logged in through a provider yet."""
    with op.batch_alter_table("moderators") as table:
        table.add_column(sa.Column("openid_sha256", sa.String(length=64), nullable=True))
        table.create_unique_constraint(op.f("uq_moderators_openid_sha256"), ["openid_sha256"])


def downgrade() -> None:
    """Drop it again."""
    with op.batch_alter_table("moderators") as table:
        table.drop_constraint(op.f("uq_moderators_openid_sha256"), type_="unique")
        table.drop_column("openid_sha256")
