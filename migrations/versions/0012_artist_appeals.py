"""Appeals by artists: whether one came from the artist's page, and its further links."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    links = sa.JSON().with_variant(JSONB(), "postgresql")
    op.add_column("appeals", sa.Column("more_urls", links, server_default="[]", nullable=False))
    op.add_column(
        "appeals", sa.Column("from_artist", sa.Boolean(), server_default=sa.false(), nullable=False)
    )


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("appeals") as table:
        table.drop_column("from_artist")
        table.drop_column("more_urls")
