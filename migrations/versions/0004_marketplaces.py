"""Marketplaces: deliveries in, listings, events, callbacks out, and whose turn it is."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "endpoints",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=32), nullable=False),
        sa.Column("url", sa.String(length=2048), nullable=False),
        sa.Column("url_sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claim_id", sa.String(length=32), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("succeeded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_reason", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_endpoints_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endpoints")),
        sa.UniqueConstraint("client_id", "url_sha256", name=op.f("uq_endpoints_client_id_url_sha256")),
    )
    op.create_index(op.f("ix_endpoints_due_at"), "endpoints", ["due_at"], unique=False)
    op.create_table(
        "hook_deliveries",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=32), nullable=False),
        sa.Column("identity", sa.String(length=64), nullable=False),
        sa.Column("topic", sa.String(length=100), nullable=False),
        sa.Column(
            "headers",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("detail", sa.String(length=500), nullable=False),
        sa.Column("listing_id", sa.String(length=255), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("repeated_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_hook_deliveries_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hook_deliveries")),
        sa.UniqueConstraint("client_id", "identity", name=op.f("uq_hook_deliveries_client_id_identity")),
    )
    op.create_index("ix_hook_deliveries_client_id_id", "hook_deliveries", ["client_id", "id"], unique=False)
    op.create_index(op.f("ix_hook_deliveries_created_at"), "hook_deliveries", ["created_at"], unique=False)
    op.create_index(
        "ix_hook_deliveries_pending",
        "hook_deliveries",
        ["id"],
        unique=False,
        sqlite_where=sa.text("outcome = 'pending'"),
        postgresql_where=sa.text("outcome = 'pending'"),
    )
    op.create_table(
        "listings",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=32), nullable=False),
        sa.Column("listing_id", sa.String(length=255), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=True),
        sa.Column("url", sa.String(length=2048), nullable=True),
        sa.Column("seller", sa.String(length=255), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_listings_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listings")),
        sa.UniqueConstraint("client_id", "listing_id", name=op.f("uq_listings_client_id_listing_id")),
    )
    op.create_table(
        "listing_images",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("listing_row", sa.String(length=32), nullable=False),
        sa.Column("key_sha256", sa.String(length=64), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(length=255), nullable=True),
        sa.Column("url", sa.String(length=2048), nullable=False),
        sa.Column("submission_id", sa.String(length=32), nullable=True),
        sa.Column("problem", sa.String(length=500), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["listing_row"], ["listings.id"], name=op.f("fk_listing_images_listing_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_images")),
        sa.UniqueConstraint(
            "listing_row", "key_sha256", name=op.f("uq_listing_images_listing_row_key_sha256")
        ),
    )
    op.create_index(
        op.f("ix_listing_images_submission_id"), "listing_images", ["submission_id"], unique=False
    )
    op.create_table(
        "client_events",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("submission_id", sa.String(length=32), nullable=True),
        sa.Column("decision_id", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_client_events_client_id")),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_client_events_decision_id")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_client_events_submission_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_events")),
        sa.UniqueConstraint("client_id", "position", name=op.f("uq_client_events_client_id_position")),
    )
    op.create_index(op.f("ix_client_events_submission_id"), "client_events", ["submission_id"], unique=False)
    op.create_index(
        "ix_client_events_unplaced",
        "client_events",
        ["client_id", "id"],
        unique=False,
        sqlite_where=sa.text("position IS NULL"),
        postgresql_where=sa.text("position IS NULL"),
    )
    op.create_table(
        "callback_attempts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("failure", sa.String(length=500), nullable=True),
        sa.Column("answer", sa.String(length=1000), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["client_events.id"], name=op.f("fk_callback_attempts_event_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callback_attempts")),
    )
    op.create_index(op.f("ix_callback_attempts_event_id"), "callback_attempts", ["event_id"], unique=False)
    op.create_table(
        "callbacks",
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.Column("endpoint_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["endpoint_id"], ["endpoints.id"], name=op.f("fk_callbacks_endpoint_id")),
        sa.ForeignKeyConstraint(["event_id"], ["client_events.id"], name=op.f("fk_callbacks_event_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_callbacks")),
    )
    op.create_index(
        "ix_callbacks_endpoint_id_state_due_at", "callbacks", ["endpoint_id", "state", "due_at"], unique=False
    )
    op.create_index(
        "ix_callbacks_endpoint_id_state_position",
        "callbacks",
        ["endpoint_id", "state", "position"],
        unique=False,
    )
    op.add_column("clients", sa.Column("weight", sa.Integer(), server_default="1", nullable=False))
    op.add_column("clients", sa.Column("events_placed", sa.Integer(), server_default="0", nullable=False))
    op.create_index(
        "ix_submissions_waiting",
        "submissions",
        ["priority", "client_id", "due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_submissions_waiting", "submissions")
    op.drop_column("clients", "events_placed")
    op.drop_column("clients", "weight")
    op.drop_index("ix_callbacks_endpoint_id_state_position", table_name="callbacks")
    op.drop_index("ix_callbacks_endpoint_id_state_due_at", table_name="callbacks")
    op.drop_table("callbacks")
    op.drop_index(op.f("ix_callback_attempts_event_id"), table_name="callback_attempts")
    op.drop_table("callback_attempts")
    op.drop_index(
        "ix_client_events_unplaced",
        table_name="client_events",
        sqlite_where=sa.text("position IS NULL"),
        postgresql_where=sa.text("position IS NULL"),
    )
    op.drop_index(op.f("ix_client_events_submission_id"), table_name="client_events")
    op.drop_table("client_events")
    op.drop_index(op.f("ix_listing_images_submission_id"), table_name="listing_images")
    op.drop_table("listing_images")
    op.drop_table("listings")
    op.drop_index(
        "ix_hook_deliveries_pending",
        table_name="hook_deliveries",
        sqlite_where=sa.text("outcome = 'pending'"),
        postgresql_where=sa.text("outcome = 'pending'"),
    )
    op.drop_index(op.f("ix_hook_deliveries_created_at"), table_name="hook_deliveries")
    op.drop_index("ix_hook_deliveries_client_id_id", table_name="hook_deliveries")
    op.drop_table("hook_deliveries")
    op.drop_index(op.f("ix_endpoints_due_at"), table_name="endpoints")
    op.drop_table("endpoints")
