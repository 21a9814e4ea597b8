"""The tables of a case: an image, its verdicts and its decisions.

    clients --< api_keys, quota_uses   moderators --< sessions
       |   \\-< signing_secrets             |
       v                                  v
    submissions >-- images --< verdicts  decisions >-- images
       ^
    idempotency_keys

Clients are in `client_tables`, submissions and idempotency keys in `submission_tables`, moderators and
sessions in `people_tables`.

Verdicts (machine) and decisions (person) are only ever added to. An image row points at its latest
verdict and its standing decision, so that the review queue is one indexed query.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.clock import now
from core.ids import new_id
from core.usual_grounds import LONGEST_CODE
from core.vocabulary import RULINGS, Basis, Finding, Grade, Label, Outcome
from store.base.columns import Id, Json, Sha256, UtcDateTime, words
from store.base.hash_column import HashBits
from store.base.table import Table
from store.tables.people_tables import Moderator
from store.tables.review_states import ReviewState
from store.tables.ways import ANY_WAY

# What filters ask of an image; an index leaves out the first or the last where it begins with that.
FILTERED = ("created_at", "finding", "grade", "ways", "score")


class Image(Table):
    """Bytes known by their SHA-256, with what the review queue needs to find and rank them."""

    __tablename__ = "images"
    __table_args__ = (
        # One for each order, within a part of the queue and without. Each ends with all that filters ask of
        # an image, so that a filter walks along it without reading a row.
        Index("ix_images_review_risk", "review", "risk", "sha256", *FILTERED),
        Index("ix_images_review_created_at", "review", "created_at", "sha256", *FILTERED[1:], "risk"),
        Index("ix_images_review_score", "review", "score", "sha256", *FILTERED[:-1], "risk"),
        Index("ix_images_review_near_waiting", "review", "near_waiting", "risk", "sha256", *FILTERED),
        Index("ix_images_risk", "risk", "sha256", *FILTERED),
        # Images are counted by day along this one, too.
        Index("ix_images_created_at", "created_at", "sha256", *FILTERED[1:], "risk"),
        Index("ix_images_score", "score", "sha256", *FILTERED[:-1], "risk"),
        Index("ix_images_near_waiting", "near_waiting", "risk", "sha256", *FILTERED),
        Index("ix_images_review_near_family", "review", "near_family"),
        Index(
            "ix_images_report_due_at",
            "report_due_at",
            sqlite_where=text("report_due_at IS NOT NULL"),
            postgresql_where=text("report_due_at IS NOT NULL"),
        ),
    )

    sha256: Mapped[str] = mapped_column(Sha256, primary_key=True)
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    format: Mapped[str] = mapped_column(String(16))
    bytes: Mapped[int] = mapped_column(Integer)
    # Not known of images that were stored before this was recorded.
    is_animated: Mapped[bool | None] = mapped_column(Boolean)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    review: Mapped[ReviewState] = mapped_column(words(ReviewState), default=ReviewState.NONE)
    # Of the latest verdict: how soon a person should look, the model's score, the finding, and the
    # strongest grade among its evidence.
    risk: Mapped[float] = mapped_column(Float, default=0.0)
    score: Mapped[float] = mapped_column(Float, default=0.0, server_default="0")
    finding: Mapped[Finding | None] = mapped_column(words(Finding))
    grade: Mapped[Grade | None] = mapped_column(words(Grade))
    # In which ways its submissions came, as `ways_of` says it; all bits where that is not known.
    ways: Mapped[int] = mapped_column(BigInteger, default=ANY_WAY, server_default=text(str(ANY_WAY)))
    purged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # What it looks like, and by which kind of bits; none where the classifier gives no features.
    look: Mapped[str | None] = mapped_column(HashBits)
    look_kind: Mapped[str | None] = mapped_column(String(64))
    # Of a case that waits: the first of its near copies, and how many others of these waited when the sweeper
    # last counted.
    near_family: Mapped[str | None] = mapped_column(Sha256)
    near_waiting: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    # Pointers without constraints: the rows they name point back at this one, and a circle of
    # foreign keys can be neither created nor purged in one go.
    verdict_id: Mapped[str | None] = mapped_column(Id)
    decision_id: Mapped[str | None] = mapped_column(Id)
    # The decision that clients and artists are told of, which lags behind while one can be undone, and when
    # it is due to follow; none where both are the same.
    reported_id: Mapped[str | None] = mapped_column(Id)
    report_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    verdict: Mapped["Verdict | None"] = relationship(
        primaryjoin="foreign(Image.verdict_id) == Verdict.id", lazy="raise", viewonly=True
    )
    decision: Mapped["Decision | None"] = relationship(
        primaryjoin="foreign(Image.decision_id) == Decision.id", lazy="raise", viewonly=True
    )
    reported: Mapped["Decision | None"] = relationship(
        primaryjoin="foreign(Image.reported_id) == Decision.id", lazy="raise", viewonly=True
    )


class Verdict(Table):
    """One finding of the machine on one image; at most one for each model, policy and what it rests on.

    `rests_on` names known images; where there were none, it is empty.
    """

    __tablename__ = "verdicts"
    __table_args__ = (
        UniqueConstraint("image_sha256", "model", "policy", "rests_on"),
        # With all that statistics count, so that they read no row.
        Index("ix_verdicts_created_at", "created_at", "model", "finding", "score"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    image_sha256: Mapped[str] = mapped_column(ForeignKey("images.sha256"))
    finding: Mapped[Finding] = mapped_column(words(Finding))
    basis: Mapped[Basis] = mapped_column(words(Basis), default=Basis.PIXELS, server_default="pixels")
    score: Mapped[float] = mapped_column(Float)
    # Whether the score stayed on its side of the thresholds when the picture was encoded again.
    stable: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    label: Mapped[Label | None] = mapped_column(words(Label))
    model: Mapped[str] = mapped_column(String(100))
    policy: Mapped[str] = mapped_column(String(100))
    # The version of the thresholds; none where they are the model's own.
    policy_number: Mapped[int | None] = mapped_column(Integer)
    rests_on: Mapped[str] = mapped_column(Id, default="", server_default="")
    # Sayings as `{code, values}`; texts where an older version wrote them.
    reasons: Mapped[list[Any]] = mapped_column(Json)
    evidence: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    # Thresholds, range and share as answers give them; none where an older version recorded the verdict.
    gauge: Mapped[dict[str, Any] | None] = mapped_column(Json)
    # What each view of the picture said, as `views_json` writes it; none of verdicts of older versions.
    views: Mapped[list[Any] | None] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Decision(Table):
    """A moderator's ruling on an image, resting on the verdict that was shown.

    `previous_id` is the decision it replaced, to which an undo goes back; `batch_id` joins what was
    decided in one stroke.
    """

    __tablename__ = "decisions"
    __table_args__ = (
        Index("ix_decisions_image_sha256_id", "image_sha256", "id"),
        Index("ix_decisions_created_at", "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    image_sha256: Mapped[str] = mapped_column(ForeignKey("images.sha256"))
    verdict_id: Mapped[str] = mapped_column(ForeignKey("verdicts.id"))
    moderator_id: Mapped[str] = mapped_column(ForeignKey("moderators.id"), index=True)
    outcome: Mapped[Outcome] = mapped_column(words(Outcome))
    # The ground's code, and its texts by language as they were; older decisions have none.
    ground: Mapped[str | None] = mapped_column(String(LONGEST_CODE))
    ground_texts: Mapped[dict[str, str] | None] = mapped_column(Json)
    policy: Mapped[str] = mapped_column(String(100), server_default="")  # that of the verdict
    # True if a reader's report had brought the picture before a moderator, and not a finding.
    from_report: Mapped[bool] = mapped_column(Boolean, server_default=false())
    note: Mapped[str] = mapped_column(Text, default="")
    previous_id: Mapped[str | None] = mapped_column(Id)
    batch_id: Mapped[str | None] = mapped_column(Id, index=True)
    # When the moderator opened the case; not known of bulk decisions, and of pages without a script.
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    moderator: Mapped[Moderator] = relationship(lazy="raise")
    verdict: Mapped[Verdict] = relationship(lazy="raise", foreign_keys=[verdict_id])


def settles() -> ColumnElement[bool]:
    """SQL condition on a decision and its image: this is what every page counts as decided.

    The decision stands, so it was neither undone nor replaced, and it is no escalation.
    """
    return (Image.decision_id == Decision.id) & Decision.outcome.in_(RULINGS)
