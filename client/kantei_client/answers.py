"""The JSON objects that the server returns and takes. Times are RFC 3339 texts in UTC.

A newer server may send more fields than are named here; ignore what you do not know.
"""

from typing import Any, Literal, TypedDict

State = Literal["queued", "processing", "examined", "failed"]
Finding = Literal["clear", "uncertain", "flagged"]
Label = Literal["ai", "human"]
Outcome = Literal["human", "ai", "assisted", "escalate"]
Declared = Literal["human", "ai", "assisted", "unknown"]
Priority = Literal["low", "normal", "high"]


class SubmissionFields(TypedDict, total=False):
    """Optional facts about an image that you submit."""

    page_url: str | None
    title: str | None
    listing_id: str | None
    external_id: str | None
    callback_url: str | None
    priority: Priority | None
    declared: Declared | None


class NewSubmission(SubmissionFields):
    """An entry of a batch. `image_url` is required."""

    image_url: str


class ReasonCode(TypedDict):
    """A sentence as a code with its values."""

    code: str
    values: dict[str, Any]


class Evidence(TypedDict):
    """One piece of evidence for a label. `grade` says how strong it is."""

    kind: str
    grade: Literal["proof", "declared", "hint"]
    label: Label | None
    generator: str | None
    detail: str
    reason_code: str | None
    reason_values: dict[str, Any] | None


class Thresholds(TypedDict):
    """The scores at which a finding changes."""

    clear_below: float
    declared_from: float
    flagged_from: float


class Verdict(TypedDict):
    """The finding of the classifier and the policy: an opinion, never an act."""

    finding: Finding
    score: float
    score_range: list[float] | None
    human_share: float | None
    thresholds: Thresholds | None
    label: Label | None
    model: str
    policy: str
    basis: str
    headline: str
    headline_code: str
    reasons: list[str]
    reason_codes: list[ReasonCode]
    evidence: list[Evidence]


class Ground(TypedDict):
    """Why a moderator decided so, as a code and in English."""

    code: str
    text: str


class Decision(TypedDict):
    """A moderator's current decision."""

    outcome: Outcome
    ground: Ground | None
    policy: str
    decided_at: str


class Failure(TypedDict):
    """Why there is no verdict. If `permanent` is false, the server tries again for an hour."""

    code: str
    detail: str
    reason_code: str | None
    reason_values: dict[str, Any] | None
    permanent: bool


class ImageFacts(TypedDict):
    """The examined image; width and height in pixels."""

    sha256: str
    width: int
    height: int
    format: str
    bytes: int


class SubmissionLinks(TypedDict):
    """Paths on the server, or None where there is nothing yet."""

    self: str
    appeal: str | None
    heatmap: str | None
    statement: str | None


class AppealResult(TypedDict):
    """How an appeal was answered; `reply` is what the moderator wrote to the artist, if anything."""

    id: str
    outcome: Outcome | None
    reply: str | None
    resolved_at: str | None


class SellerStanding(TypedDict):
    """How a seller stands once a decision was reported; `next_measure` is a suggestion, and only you act."""

    name: str
    strikes: int
    strike_limit: int
    next_measure: Literal["none", "warning", "last_warning", "account_review"]


class Submission(TypedDict):
    """A request to examine one image."""

    id: str
    state: State
    source: str
    image_url: str | None
    page_url: str | None
    title: str | None
    listing_id: str | None
    external_id: str | None
    declared: Declared
    contradiction: Literal["none", "declared_human_found_ai", "declared_ai_found_human"]
    created_at: str
    examined_at: str | None
    image: ImageFacts | None
    verdict: Verdict | None
    decision: Decision | None
    appeal: AppealResult | None
    seller: SellerStanding | None
    failure: Failure | None
    links: SubmissionLinks


class SubmissionPage(TypedDict):
    """A page of submissions, newest first. `next_cursor` is None on the last page."""

    submissions: list[Submission]
    next_cursor: str | None


class Image(ImageFacts):
    """An image with its latest verdict and its current decision."""

    verdict: Verdict | None
    decision: Decision | None
    links: dict[str, str]


class FieldError(TypedDict):
    """What is wrong with one field."""

    field: str
    code: str
    detail: str


class Quota(TypedDict):
    """Images that can be submitted in a period (UTC). All fields are None if there is no limit."""

    limit: int | None
    period: Literal["day", "month"] | None
    used: int | None
    left: int | None
    resets_at: str | None


class BatchResult(TypedDict):
    """The result of one entry: a submission (202 new, 200 repeated) or a problem."""

    status: int
    submission: Submission | None
    problem: dict[str, Any] | None


class Batch(TypedDict):
    """One result for each entry, in order."""

    accepted: int
    refused: int
    results: list[BatchResult]


class AppealFile(TypedDict):
    """A file sent with an appeal."""

    name: str
    bytes: int
    sha256: str


class Appeal(TypedDict):
    """A request for another review."""

    id: str
    submission_id: str
    state: str
    reason: str
    evidence_url: str | None
    evidence_urls: list[str]
    files: list[AppealFile]
    created_at: str


class AppealLink(TypedDict):
    """A page where an artist can appeal. It contains a secret: share it only with the artist."""

    page: str
    expires_at: str


class Report(TypedDict):
    """A reader's report that was received."""

    id: str
    submission_id: str
    created_at: str


class ListingImage(TypedDict):
    """An image that the listing shows or has shown."""

    id: str | None
    url: str | None
    removed_at: str | None
    problem: str | None
    finding: Finding | None
    submission: Submission | None


class ListingSummary(TypedDict):
    """Summary of a listing. Removed images do not count."""

    finding: Finding | None
    images: int
    waiting: int
    examined: int
    failed: int


class Listing(TypedDict):
    """A listing with all its images. `id` is your own."""

    id: str
    title: str | None
    url: str | None
    seller: str | None
    created_at: str
    updated_at: str
    deleted_at: str | None
    summary: ListingSummary
    images: list[ListingImage]
    links: dict[str, str]


class Event(TypedDict):
    """What is sent as a callback. `sequence` counts your events without gaps."""

    id: str
    type: str
    timestamp: str
    sequence: int
    data: Submission


class EventPage(TypedDict):
    """Events in order. If `has_more` is true, there are more after the last one."""

    events: list[Event]
    has_more: bool


class Endpoint(TypedDict):
    """A URL that receives your callbacks, and its state."""

    url: str
    state: Literal["well", "failing", "disabled"]
    waiting: int
    failures: int
    failing_since: str | None
    next_call_at: str | None
    last_success_at: str | None
    disabled_at: str | None
    disabled_reason: Literal["gone", "failing"] | None


class EndpointList(TypedDict):
    """Your callback URLs, oldest first, at most 100."""

    endpoints: list[Endpoint]


class Delivery(TypedDict):
    """What became of a webhook."""

    outcome: Literal["accepted", "duplicate", "ignored", "unreadable", "kept", "ping"]
    detail: str
    listing_id: str | None
    submissions: int
