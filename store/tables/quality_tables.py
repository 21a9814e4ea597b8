"""The tables of quality: known answers, second looks, their rates, and the random sample of verdicts."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Float, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.clock import now
from core.ids import new_id
from core.vocabulary import Outcome
from store.base.columns import Id, UtcDateTime, words
from store.base.table import Table
from store.tables.case_tables import Decision, Image, Verdict
from store.tables.people_tables import Moderator


class CheckKind(StrEnum):
    """What a check is: a case with a known answer, or a second look at someone's decision."""

    GOLDEN = "golden"
    SECOND = "second"


class QualityRates(Table):
    """How often checks are mixed in, 0 to 1, from a moment on; the latest row holds."""

    __tablename__ = "quality_rates"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    golden: Mapped[float] = mapped_column(Float)
    second: Mapped[float] = mapped_column(Float)
    moderator_id: Mapped[str] = mapped_column(ForeignKey("moderators.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class GoldenCase(Table):
    """An image whose answer is known, and what is to be learned from it."""

    __tablename__ = "golden_cases"
    __table_args__ = (
        Index(
            "uq_golden_cases_live",
            "image_sha256",
            unique=True,
            postgresql_where=text("retired_at IS NULL"),
            sqlite_where=text("retired_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    image_sha256: Mapped[str] = mapped_column(ForeignKey("images.sha256"))
    answer: Mapped[Outcome] = mapped_column(words(Outcome))
    lesson: Mapped[str] = mapped_column(Text)
    added_by: Mapped[str] = mapped_column(ForeignKey("moderators.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    image: Mapped[Image] = relationship(lazy="raise")


class Check(Table):
    """A case shown to a moderator to see if they agree: with a known answer, or with a colleague.

    A second look names the decision that it looks at, and waits for anyone but who made it;
    `escalation_id` is the decision by which a disagreement went to a lead.
    """

    __tablename__ = "checks"
    __table_args__ = (
        Index("ix_checks_moderator_id_image_sha256", "moderator_id", "image_sha256"),
        Index("ix_checks_answered_at_kind", "answered_at", "kind"),
        Index("uq_checks_decision_id", "decision_id", unique=True),
        Index(
            "uq_checks_golden",
            "moderator_id",
            "golden_id",
            unique=True,
        ),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    kind: Mapped[CheckKind] = mapped_column(words(CheckKind))
    image_sha256: Mapped[str] = mapped_column(ForeignKey("images.sha256"))
    verdict_id: Mapped[str] = mapped_column(ForeignKey("verdicts.id"))
    golden_id: Mapped[str | None] = mapped_column(ForeignKey("golden_cases.id"))
    decision_id: Mapped[str | None] = mapped_column(ForeignKey("decisions.id"))
    expected: Mapped[Outcome] = mapped_column(words(Outcome))
    moderator_id: Mapped[str | None] = mapped_column(ForeignKey("moderators.id"))
    given_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[Outcome | None] = mapped_column(words(Outcome))
    note: Mapped[str] = mapped_column(Text, default="")
    escalation_id: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    moderator: Mapped[Moderator | None] = relationship(lazy="raise")
    verdict: Mapped[Verdict] = relationship(lazy="raise")
    decision: Mapped[Decision | None] = relationship(lazy="raise")
    golden: Mapped[GoldenCase | None] = relationship(lazy="raise")


class LiveSample(Table):
    """A verdict drawn at random, clear or flagged, whose image a moderator is to decide without knowing why.

    What was decided on these is the classifier's live error rate: no one chose which they are.
    """

    __tablename__ = "live_samples"

    verdict_id: Mapped[str] = mapped_column(ForeignKey("verdicts.id"), primary_key=True)
    image_sha256: Mapped[str] = mapped_column(ForeignKey("images.sha256"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
