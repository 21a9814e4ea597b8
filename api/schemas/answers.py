"""The API's responses. Fields that do not apply are null; times are RFC 3339 in UTC."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.examples import (
    APPEAL_ANSWER,
    APPEAL_LINK,
    APPEAL_RESULT,
    BATCH_ANSWER,
    DECISION,
    EVIDENCE,
    FAILURE,
    IMAGE,
    INVALID_PROBLEM,
    PAGE,
    PROBLEM,
    QUOTA,
    REASON,
    SELLER_STANDING,
    SUBMISSION,
)
from api.schemas.problems import ProblemCode
from core.clients.quota import QuotaPeriod
from core.declarations import Contradiction, Declared
from core.market.strike_rules import Measure
from core.sayings.saying import SENTENCES
from core.vocabulary import Basis, EvidenceKind, FailureCode, Finding, Grade, Label, Outcome, Source, State


class Answer(BaseModel):
    """The root of all answers."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Values = dict[str, "str | int | float | ReasonCodeAnswer"]
CODE = (
    "The code of the sentence, the same in every version. New versions may add codes. Today: "
    f"{', '.join(f'`{code}`' for code in SENTENCES)}."
)
VALUES = "The values in the sentence: texts, numbers, or codes with values of their own."


class ReasonCodeAnswer(Answer):
    """A sentence as a code with its values, for display in any language."""

    model_config = ConfigDict(json_schema_extra={"examples": [REASON]})

    code: str = Field(description=CODE)
    values: Values = Field(description=VALUES)


class DetailAnswer(Answer):
    """A sentence in English, and as a code with its values."""

    detail: str
    reason_code: str | None = Field(
        description="Like the `code` of a reason. Null if an older version recorded it."
    )
    reason_values: Values | None = Field(description=VALUES)


class EvidenceAnswer(DetailAnswer):
    """One piece of evidence for a label. `grade` says how strong it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [EVIDENCE]})

    kind: EvidenceKind
    grade: Grade
    label: Label | None
    generator: str | None


class ThresholdsAnswer(Answer):
    """Below `clear_below` the finding is clear, from `flagged_from` flagged.

    From `declared_from`, an unsigned record in the file flags the image together with the pixels.
    """

    clear_below: float
    declared_from: float
    flagged_from: float


class VerdictAnswer(Answer):
    """The finding of the classifier and the policy: an opinion, never an act."""

    finding: Finding
    score: float = Field(ge=0, le=1, description="Calibrated probability that the image is generated.")
    score_range: list[float] | None = Field(
        min_length=2,
        max_length=2,
        description="The lowest and highest score after re-saving the image. Null if that was not tried.",
    )
    human_share: float | None = Field(
        description="The share of pictures by people, of owners not seen in training, that score this high."
    )
    thresholds: ThresholdsAnswer | None = Field(
        description="The thresholds that the verdict rests on. Null if an older version recorded it."
    )
    label: Label | None
    model: str
    policy: str
    basis: Basis = Field(
        description="What the finding rests on. `declared` is an unsigned record, which anyone can write;"
        " `partly_generated` one, signed or not, that says that part of the picture was generated."
    )
    headline: str = Field(description="The verdict in one sentence for readers, in English.")
    headline_code: str = Field(description=CODE)
    reasons: list[str] = Field(description="Short sentences for people, in English.")
    reason_codes: list[ReasonCodeAnswer] = Field(
        description="The reasons as codes, in the same order. Empty if an older version recorded them."
    )
    evidence: list[EvidenceAnswer]


class GroundAnswer(Answer):
    """What a decision rests on. Leads edit the list, so expect codes that you do not know."""

    code: str
    text: str = Field(description="The ground in English, as it was worded when the decision was made.")


class DecisionAnswer(Answer):
    """A moderator's current decision."""

    model_config = ConfigDict(json_schema_extra={"examples": [DECISION]})

    outcome: Outcome
    ground: GroundAnswer | None = Field(description="Null if an older version recorded the decision.")
    policy: str = Field(description="The policy of the verdict that the moderator decided on.")
    decided_at: datetime


class AppealResultAnswer(Answer):
    """How an appeal was answered. `reply` is what the moderator wrote to the artist, if anything."""

    model_config = ConfigDict(json_schema_extra={"examples": [APPEAL_RESULT]})

    id: str
    outcome: Outcome | None
    reply: str | None = Field(description="In the artist's language. Null if the moderator wrote nothing.")
    resolved_at: datetime | None


class SellerStandingAnswer(Answer):
    """How a seller stands once a decision was reported. `next_measure` is a suggestion: only you act.

    A strike is a picture that the seller declared `human` and a moderator decided `ai`. It expires, and a
    later decision withdraws it. With some strikes the suggestion is `warning`, with one less than the limit
    `last_warning`, from the limit on `account_review`: let a person look at the account.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [SELLER_STANDING]})

    name: str = Field(description="The seller as you named them with the listing.")
    strikes: int
    strike_limit: int
    next_measure: Measure


class FailureAnswer(DetailAnswer):
    """Why there is no verdict. If `permanent` is false, Kantei tries again for an hour."""

    model_config = ConfigDict(json_schema_extra={"examples": [FAILURE]})

    code: FailureCode
    permanent: bool


class ImageFactsAnswer(Answer):
    """The examined image; width and height in pixels."""

    sha256: str
    width: int
    height: int
    format: str
    bytes: int


class SubmissionLinks(Answer):
    """Paths on this server, or null where there is nothing yet."""

    self: str
    appeal: str | None
    heatmap: str | None
    statement: str | None


class SubmissionAnswer(Answer):
    """A request to examine one image."""

    model_config = ConfigDict(json_schema_extra={"examples": [SUBMISSION]})

    id: str
    state: State
    source: Source
    image_url: str | None
    page_url: str | None
    title: str | None
    listing_id: str | None
    external_id: str | None
    declared: Declared = Field(
        description="What you said of how the image was made, for this submission or its listing."
    )
    contradiction: Contradiction = Field(
        description="The label of the verdict against `declared`. A reason to look, not a finding."
    )
    created_at: datetime
    examined_at: datetime | None
    image: ImageFactsAnswer | None
    verdict: VerdictAnswer | None
    decision: DecisionAnswer | None
    appeal: AppealResultAnswer | None = Field(
        description="The appeal that an `appeal.resolved` event is about. Null everywhere else."
    )
    seller: SellerStandingAnswer | None = Field(
        description="The seller of the listing, in events about decisions. Null everywhere else, where no "
        "seller is known, and where the server keeps no strikes."
    )
    failure: FailureAnswer | None
    links: SubmissionLinks


class PageAnswer(Answer):
    """A page of submissions, newest first. `next_cursor` is null on the last page."""

    model_config = ConfigDict(json_schema_extra={"examples": [PAGE]})

    submissions: list[SubmissionAnswer]
    next_cursor: str | None


class AppealFileAnswer(Answer):
    """A file sent with an appeal. Moderators can download it; the server never opens it."""

    name: str
    bytes: int
    sha256: str


class AppealAnswer(Answer):
    """A request for a review, open until a moderator resolves it."""

    model_config = ConfigDict(json_schema_extra={"examples": [APPEAL_ANSWER]})

    id: str
    submission_id: str
    state: Literal["open"]
    reason: str
    evidence_url: str | None
    evidence_urls: list[str]
    files: list[AppealFileAnswer]
    created_at: datetime


class AppealLinkAnswer(Answer):
    """A page where an artist can appeal. Pass the link to the artist."""

    model_config = ConfigDict(json_schema_extra={"examples": [APPEAL_LINK]})

    page: str = Field(description="Path on this server. It contains a secret: share it only with the artist.")
    expires_at: datetime


class ImageLinks(Answer):
    """Paths on this server."""

    self: str


class ImageAnswer(ImageFactsAnswer):
    """An image with its latest verdict and its current decision."""

    model_config = ConfigDict(json_schema_extra={"examples": [IMAGE]})

    verdict: VerdictAnswer | None
    decision: DecisionAnswer | None
    links: ImageLinks


class FieldErrorAnswer(Answer):
    """What is wrong with one field."""

    field: str
    code: str
    detail: str


class QuotaAnswer(Answer):
    """Images that can be submitted in a period (UTC). All fields are null if there is no limit."""

    model_config = ConfigDict(json_schema_extra={"examples": [QUOTA]})

    limit: int | None
    period: QuotaPeriod | None
    used: int | None
    left: int | None
    resets_at: datetime | None


class ProblemAnswer(Answer):
    """A problem (RFC 9457). `code` is from the closed set listed in /docs."""

    model_config = ConfigDict(json_schema_extra={"examples": [PROBLEM, INVALID_PROBLEM]})

    type: str
    title: str
    status: int
    detail: str
    code: ProblemCode
    errors: list[FieldErrorAnswer] | None = Field(None, description="Present only if fields are invalid.")
    quota: QuotaAnswer | None = Field(None, description="Present only if the quota is used up.")


class BatchResult(Answer):
    """The result of one entry: a submission (202 new, 200 repeated) or a problem."""

    status: int
    submission: SubmissionAnswer | None
    problem: ProblemAnswer | None


class BatchAnswer(Answer):
    """One result for each entry, in order."""

    model_config = ConfigDict(json_schema_extra={"examples": [BATCH_ANSWER]})

    accepted: int
    refused: int
    results: list[BatchResult]


class AliveAnswer(Answer):
    """The process is running."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "alive"}]})

    status: Literal["alive"]


class ReadyAnswer(Answer):
    """Every service that Kantei needs is responding."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "ready"}]})

    status: Literal["ready"]
