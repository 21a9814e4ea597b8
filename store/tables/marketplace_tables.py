"""The tables of marketplaces: deliveries received, events and callbacks sent.

    hook_deliveries      listings --< listing_images        client_events --- callbacks >-- endpoints
    (what came in)                                                              |
                                                                                ^-- callback_attempts

An event is written in the transaction of what it tells of; it names rows that never change again
(a verdict, a decision), so that the same event always reads the same.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Float, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.clock import now
from core.declarations import Declared
from core.ids import new_id
from core.vocabulary import EventKind
from store.base.columns import Id, Json, Sha256, UtcDateTime, words
from store.base.table import Table
from store.tables.appeal_tables import Appeal
from store.tables.case_tables import Decision, Verdict
from store.tables.client_tables import Client
from store.tables.submission_tables import Submission


class CallbackState(StrEnum):
    """How far a callback has come; `exhausted` failed on every attempt and can be resent by hand."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    EXHAUSTED = "exhausted"


class HookOutcome(StrEnum):
    """What happened to a delivery from a marketplace."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    IGNORED = "ignored"
    UNREADABLE = "unreadable"


class ClientEvent(Table):
    """Something that a client is told of; `position` counts its events without a gap, once committed."""

    __tablename__ = "client_events"
    __table_args__ = (
        UniqueConstraint("client_id", "position"),
        Index(
            "ix_client_events_unplaced",
            "client_id",
            "id",
            sqlite_where=text("position IS NULL"),
            postgresql_where=text("position IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id"))
    kind: Mapped[EventKind] = mapped_column(words(EventKind))
    submission_id: Mapped[str | None] = mapped_column(ForeignKey("submissions.id"), index=True)
    # The decision that was reported by that moment, if any.
    decision_id: Mapped[str | None] = mapped_column(ForeignKey("decisions.id"))
    # The verdict of that moment, once the submission has another; until then, the submission's own.
    verdict_id: Mapped[str | None] = mapped_column(Id)
    # What was declared by that moment, once the submission's listing declares something else.
    declared: Mapped[Declared | None] = mapped_column(words(Declared))
    # The appeal that was answered. (No constraint: SQLite cannot give one to a table that is in use.)
    appeal_id: Mapped[str | None] = mapped_column(Id)
    # The seller's standing once the decision was reported.
    seller: Mapped[dict[str, Any] | None] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    position: Mapped[int | None] = mapped_column(Integer)
    submission: Mapped[Submission | None] = relationship(lazy="raise")
    decision: Mapped[Decision | None] = relationship(lazy="raise")
    verdict: Mapped[Verdict | None] = relationship(
        primaryjoin="foreign(ClientEvent.verdict_id) == Verdict.id", lazy="raise", viewonly=True
    )
    appeal: Mapped[Appeal | None] = relationship(
        primaryjoin="foreign(ClientEvent.appeal_id) == Appeal.id", lazy="raise", viewonly=True
    )


class Endpoint(Table):
    """A URL that a client's callbacks go to: its state, and which process is calling it now."""

    __tablename__ = "endpoints"
    __table_args__ = (
        UniqueConstraint("client_id", "url_sha256"),
        # When a client last had a turn is the latest of its endpoints' turns.
        Index("ix_endpoints_client_id_turn_at", "client_id", "turn_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id"))
    url: Mapped[str] = mapped_column(String(2048))
    url_sha256: Mapped[str] = mapped_column(Sha256)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    turn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    claim_id: Mapped[str | None] = mapped_column(Id)
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failures: Mapped[int] = mapped_column(Integer, default=0)
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    succeeded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    disabled_reason: Mapped[str | None] = mapped_column(String(32))
    client: Mapped[Client] = relationship(lazy="raise")


class Callback(Table):
    """One event on its way to one endpoint; the event's id is its own."""

    __tablename__ = "callbacks"
    __table_args__ = (
        Index("ix_callbacks_endpoint_id_state_position", "endpoint_id", "state", "position"),
        Index("ix_callbacks_endpoint_id_state_due_at", "endpoint_id", "state", "due_at"),
    )

    event_id: Mapped[str] = mapped_column(ForeignKey("client_events.id"), primary_key=True)
    endpoint_id: Mapped[str] = mapped_column(ForeignKey("endpoints.id"))
    position: Mapped[int] = mapped_column(Integer)
    state: Mapped[CallbackState] = mapped_column(words(CallbackState), default=CallbackState.WAITING)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    first_tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    event: Mapped[ClientEvent] = relationship(lazy="raise")
    endpoint: Mapped[Endpoint] = relationship(lazy="raise")


class CallbackAttempt(Table):
    """One call and its answer: a status, or why there was none."""

    __tablename__ = "callback_attempts"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    event_id: Mapped[str] = mapped_column(ForeignKey("client_events.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    status: Mapped[int | None] = mapped_column(Integer)
    failure_reason: Mapped[dict[str, Any] | None] = mapped_column(Json)  # a saying as `{code, values}`
    failure: Mapped[str | None] = mapped_column(String(500))  # what older versions wrote instead
    answer: Mapped[str] = mapped_column(String(1000), default="")
    seconds: Mapped[float] = mapped_column(Float)

    @property
    def failure_says(self) -> dict[str, Any] | str:
        """Why there was no status, as stored: a saying, or the text of an older version."""
        return self.failure_reason or self.failure or ""


class HookDelivery(Table):
    """What a marketplace sent, as it came; `identity` is the same for the same event sent again."""

    __tablename__ = "hook_deliveries"
    __table_args__ = (
        UniqueConstraint("client_id", "identity"),
        Index("ix_hook_deliveries_client_id_id", "client_id", "id"),
        Index(
            "ix_hook_deliveries_pending",
            "due_at",
            "id",
            sqlite_where=text("outcome = 'pending'"),
            postgresql_where=text("outcome = 'pending'"),
        ),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id"))
    identity: Mapped[str] = mapped_column(Sha256)
    topic: Mapped[str] = mapped_column(String(100))
    headers: Mapped[dict[str, Any]] = mapped_column(Json)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    outcome: Mapped[HookOutcome] = mapped_column(words(HookOutcome))
    detail: Mapped[str] = mapped_column(String(500), default="")
    listing_id: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    # Since when it may be taken in: at once, or when the client's quota resets.
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    repeats: Mapped[int] = mapped_column(Integer, default=0)
    repeated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    client: Mapped[Client] = relationship(lazy="raise")


class Listing(Table):
    """An offer of a marketplace; `changed_at` is the marketplace's own time of what we know."""

    __tablename__ = "listings"
    __table_args__ = (
        UniqueConstraint("client_id", "listing_id"),
        Index("ix_listings_seller", "seller", "client_id", "listing_id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id"))
    listing_id: Mapped[str] = mapped_column(String(255))
    title: Mapped[str | None] = mapped_column(String(500))
    url: Mapped[str | None] = mapped_column(String(2048))
    seller: Mapped[str | None] = mapped_column(String(255))
    declared: Mapped[Declared] = mapped_column(
        words(Declared), default=Declared.UNKNOWN, server_default="unknown"
    )
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ListingDeclaration(Table):
    """What a listing has declared from a moment on; only ever added to."""

    __tablename__ = "listing_declarations"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    listing_row: Mapped[str] = mapped_column(ForeignKey("listings.id"), index=True)
    declared: Mapped[Declared] = mapped_column(words(Declared))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class ListingImage(Table):
    """An image that a listing shows or has shown, and the one submission that looks at it.

    `problem` says why there is none. No constraint on `submission_id`: submissions are purged.
    """

    __tablename__ = "listing_images"
    __table_args__ = (UniqueConstraint("listing_row", "key_sha256"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    listing_row: Mapped[str] = mapped_column(ForeignKey("listings.id"))
    key_sha256: Mapped[str] = mapped_column(Sha256)
    place: Mapped[int] = mapped_column(Integer)
    external_id: Mapped[str | None] = mapped_column(String(255))
    url: Mapped[str] = mapped_column(String(8192))
    submission_id: Mapped[str | None] = mapped_column(Id, index=True)
    problem: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
