"""Indexes for one log of all acts, newest first."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_index("ix_decisions_created_at", "decisions", ["created_at", "id"], unique=False)
    op.create_index("ix_undos_created_at", "undos", ["created_at", "id"], unique=False)
    op.create_index("ix_events_created_at", "events", ["created_at", "id"], unique=False)
    op.create_index("ix_events_kind", "events", ["kind", "created_at", "id"], unique=False)
    op.create_index("ix_appeals_created_at", "appeals", ["created_at", "id"], unique=False)


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_appeals_created_at", "appeals")
    op.drop_index("ix_events_kind", "events")
    op.drop_index("ix_events_created_at", "events")
    op.drop_index("ix_undos_created_at", "undos")
    op.drop_index("ix_decisions_created_at", "decisions")
