"""The tables of the moderators' desk: claims, undos and other acts.

Like decisions, undos and events are only ever added to.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.clock import now
from core.ids import new_id
from core.vocabulary import Outcome
from store.base.columns import Id, Json, Sha256, UtcDateTime, words
from store.base.table import Table
from store.tables.case_tables import Image
from store.tables.people_tables import Moderator
from store.tables.review_states import ChangeState


class LoginAttempt(Table):
    """A password that was tried and was not right (yet), counted by account and by address."""

    __tablename__ = "login_attempts"
    __table_args__ = (Index("ix_login_attempts_key_sha256_created_at", "key_sha256", "created_at"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    key_sha256: Mapped[str] = mapped_column(Sha256)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)


class CaseClaim(Table):
    """Who is looking at a case, and until when; a claim whose time is over is no claim."""

    __tablename__ = "case_claims"

    image_sha256: Mapped[str] = mapped_column(ForeignKey("images.sha256"), primary_key=True)
    moderator_id: Mapped[str] = mapped_column(ForeignKey("moderators.id"), index=True)
    claimed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    # The first of the claims that followed each other without a gap; not known of older ones.
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    moderator: Mapped[Moderator] = relationship(lazy="raise")


class Undo(Table):
    """A decision taken back; the decision itself stays as it was."""

    __tablename__ = "undos"
    __table_args__ = (Index("ix_undos_created_at", "created_at", "id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    decision_id: Mapped[str] = mapped_column(ForeignKey("decisions.id"), unique=True)
    moderator_id: Mapped[str] = mapped_column(ForeignKey("moderators.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    moderator: Mapped[Moderator] = relationship(lazy="raise")


class BulkProposal(Table):
    """A bulk decision that waits for a second person; `cases` are rows of SHA-256, verdict and decision."""

    __tablename__ = "bulk_proposals"
    __table_args__ = (
        Index("ix_bulk_proposals_state_id", "state", "id"),
        Index("ix_bulk_proposals_batch_id", "batch_id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    moderator_id: Mapped[str] = mapped_column(ForeignKey("moderators.id"))
    outcome: Mapped[Outcome] = mapped_column(words(Outcome))
    ground: Mapped[str | None] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(Text, default="")
    cases: Mapped[list[Any]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    state: Mapped[ChangeState] = mapped_column(words(ChangeState), default=ChangeState.OPEN)
    settled_by: Mapped[str | None] = mapped_column(ForeignKey("moderators.id"))
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    batch_id: Mapped[str | None] = mapped_column(Id)
    moderator: Mapped[Moderator] = relationship(foreign_keys=[moderator_id], lazy="raise")


class Event(Table):
    """Something a person did that is no decision: a login, a takeover, a new password."""

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_created_at", "created_at", "id"),
        Index("ix_events_kind", "kind", "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(40))
    moderator_id: Mapped[str | None] = mapped_column(ForeignKey("moderators.id"), index=True)
    subject: Mapped[str] = mapped_column(String(255), default="")
    detail: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class OutsideCheck(Table):
    """A picture that a moderator sent to a service of others, and what it answered.

    It is unanswered until `answered_at`; then `evidence` holds the answer, or `failure` (a saying) why there
    is none.
    """

    __tablename__ = "outside_checks"
    __table_args__ = (Index("ix_outside_checks_image_sha256_asked_at", "image_sha256", "asked_at"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    image_sha256: Mapped[str] = mapped_column(ForeignKey("images.sha256"))
    service: Mapped[str] = mapped_column(String(40))
    moderator_id: Mapped[str] = mapped_column(ForeignKey("moderators.id"), index=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    evidence: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    failure: Mapped[dict[str, Any] | None] = mapped_column(Json)


def is_claimed_by(moderator_id: str, at: datetime) -> ColumnElement[bool]:
    """SQL condition: an image is claimed by this moderator."""
    return _live(at, CaseClaim.moderator_id == moderator_id)


def is_claimed_by_others(moderator_id: str, at: datetime) -> ColumnElement[bool]:
    """SQL condition: an image is claimed by another moderator."""
    return _live(at, CaseClaim.moderator_id != moderator_id)


def is_claimed(at: datetime) -> ColumnElement[bool]:
    """SQL condition: an image is claimed."""
    return _live(at)


def _live(at: datetime, *more: ColumnElement[bool]) -> ColumnElement[bool]:
    return select(1).where(CaseClaim.image_sha256 == Image.sha256, CaseClaim.until > at, *more).exists()
