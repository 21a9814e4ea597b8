"""The tables of named queues and of what leads assign.

named_queues --< queue_members >-- moderators --< case_assignments --- images
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, String, select
from sqlalchemy.orm import Mapped, aliased, mapped_column

from core.clock import now
from core.ids import new_id
from store.base.columns import Id, Json, UtcDateTime
from store.base.table import Table
from store.tables.case_tables import Decision, Image
from store.tables.people_tables import Moderator

QUEUE_NAME = 60  # letters


class NamedQueue(Table):
    """A rule with a name. The rule is filters as an address has them; no case is copied."""

    __tablename__ = "named_queues"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(QUEUE_NAME), unique=True)
    rule: Mapped[dict[str, Any]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class QueueMember(Table):
    """A moderator who works on a queue."""

    __tablename__ = "queue_members"

    queue_id: Mapped[str] = mapped_column(ForeignKey("named_queues.id"), primary_key=True)
    moderator_id: Mapped[str] = mapped_column(ForeignKey("moderators.id"), primary_key=True, index=True)


class CaseAssignment(Table):
    """A waiting case that a lead has asked a moderator to decide; a decision ends it, unless it is undone."""

    __tablename__ = "case_assignments"

    image_sha256: Mapped[str] = mapped_column(ForeignKey("images.sha256"), primary_key=True)
    moderator_id: Mapped[str] = mapped_column(ForeignKey("moderators.id"), index=True)
    assigned_by: Mapped[str] = mapped_column(ForeignKey("moderators.id"))
    assigned_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


def is_decided_since() -> ColumnElement[bool]:
    """SQL condition on an assignment: its image was decided since, and that decision was not undone."""
    image = aliased(Image)  # one of its own: queries around it have images, too
    return (
        select(1)
        .select_from(image)
        .join(Decision, Decision.id == image.decision_id)
        .where(image.sha256 == CaseAssignment.image_sha256, Decision.created_at >= CaseAssignment.assigned_at)
        .correlate(CaseAssignment)
        .exists()
    )


def is_assigned_to(moderator_id: str) -> ColumnElement[bool]:
    """SQL condition: an image is assigned to this moderator."""
    return _assigned(CaseAssignment.moderator_id == moderator_id)


def is_assigned_to_others(moderator_id: str) -> ColumnElement[bool]:
    """SQL condition: an image is assigned to another moderator."""
    return _assigned(CaseAssignment.moderator_id != moderator_id)


def is_assigned() -> ColumnElement[bool]:
    """SQL condition: an image is assigned to somebody."""
    return _assigned()


def _assigned(*more: ColumnElement[bool]) -> ColumnElement[bool]:
    """Who was disabled keeps no case from the others."""
    return (
        select(1)
        .select_from(CaseAssignment)
        .join(Moderator, Moderator.id == CaseAssignment.moderator_id)
        .where(
            CaseAssignment.image_sha256 == Image.sha256,
            Moderator.disabled_at.is_(None),
            ~is_decided_since(),
            *more,
        )
        .exists()
    )
