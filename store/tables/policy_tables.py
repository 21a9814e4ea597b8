"""The tables of policy: versions of thresholds, proposals, and results of observed models.

Versions are only ever added to; a change is proposed by one person and settled by another.
"""

from datetime import datetime

from sqlalchemy import Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.clock import now
from core.ids import new_id
from core.vocabulary import Finding, Label
from store.base.columns import Id, Sha256, UtcDateTime, words
from store.base.table import Table
from store.tables.people_tables import Moderator
from store.tables.review_states import ChangeState


class PolicyChange(Table):
    """Thresholds proposed to replace version `base`, and who settled the proposal, and how."""

    __tablename__ = "policy_changes"
    __table_args__ = (Index("ix_policy_changes_model_state", "model", "state"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    model: Mapped[str] = mapped_column(String(100))
    base: Mapped[int] = mapped_column(Integer)
    clear_below: Mapped[float] = mapped_column(Float)
    flagged_from: Mapped[float] = mapped_column(Float)
    reason: Mapped[str] = mapped_column(Text)
    proposed_by: Mapped[str] = mapped_column(ForeignKey("moderators.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    state: Mapped[ChangeState] = mapped_column(words(ChangeState), default=ChangeState.OPEN)
    settled_by: Mapped[str | None] = mapped_column(ForeignKey("moderators.id"))
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    proposer: Mapped[Moderator] = relationship(lazy="raise", foreign_keys=[proposed_by])
    settler: Mapped[Moderator | None] = relationship(lazy="raise", foreign_keys=[settled_by])


class PolicyVersion(Table):
    """The thresholds for one model's scores, active from a moment on until the next version of that model.

    Without a change it is what the classifier brought along. The number counts over all models, so
    that of two approved at one moment the second is refused.
    """

    __tablename__ = "policy_versions"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    model: Mapped[str] = mapped_column(String(100), index=True)
    clear_below: Mapped[float] = mapped_column(Float)
    flagged_from: Mapped[float] = mapped_column(Float)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    change_id: Mapped[str | None] = mapped_column(ForeignKey("policy_changes.id"), unique=True)
    change: Mapped[PolicyChange | None] = relationship(lazy="raise")


class ShadowVerdict(Table):
    """What a model that is only observed said of an image, beside the verdict that counted."""

    __tablename__ = "shadow_verdicts"
    __table_args__ = (
        UniqueConstraint("image_sha256", "model"),
        Index("ix_shadow_verdicts_model_created_at", "model", "created_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    image_sha256: Mapped[str] = mapped_column(Sha256)
    verdict_id: Mapped[str] = mapped_column(ForeignKey("verdicts.id"))
    model: Mapped[str] = mapped_column(String(100))
    policy: Mapped[str] = mapped_column(String(100))
    finding: Mapped[Finding] = mapped_column(words(Finding))
    label: Mapped[Label | None] = mapped_column(words(Label))
    score: Mapped[float] = mapped_column(Float)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
