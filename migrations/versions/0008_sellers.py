"""An index for the queue's filter by seller."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_index("ix_listings_seller", "listings", ["seller", "client_id", "listing_id"], unique=False)


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_listings_seller", "listings")
