"""The vocabulary as types: closed sets and value objects.

Each word means one thing, in the URL, the table, the function, the page and the test
(`docs/glossary.md`).
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from core.sayings.saying import Saying
from core.sayings.stored import read_saying, saying_json


class Source(StrEnum):
    """Where a submission came from."""

    EXTENSION = "extension"
    MARKETPLACE = "marketplace"
    API = "api"
    UPLOAD = "upload"
    CLI = "cli"
    REPORT = "report"


class FileKind(StrEnum):
    """What an appellant's file seems to be, by its first bytes; the server never opens it."""

    PHOTOSHOP = "photoshop"
    CLIP_STUDIO = "clip_studio"
    KRITA = "krita"
    OPENRASTER = "openraster"
    SAI = "sai"
    MEDIBANG = "medibang"
    PROCREATE = "procreate"
    GIMP = "gimp"
    PICTURE = "picture"
    VIDEO = "video"
    ARCHIVE = "archive"
    PROGRAM = "program"
    UNKNOWN = "unknown"


class State(StrEnum):
    """How far a submission has come."""

    QUEUED = "queued"
    PROCESSING = "processing"
    EXAMINED = "examined"
    FAILED = "failed"


class Priority(StrEnum):
    """Rank waiting submissions; each is a message queue of its own."""

    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class Label(StrEnum):
    """Who made a picture."""

    AI = "ai"
    HUMAN = "human"


class Finding(StrEnum):
    """The result the policy derives from score and evidence: clear < uncertain < flagged."""

    CLEAR = "clear"
    UNCERTAIN = "uncertain"
    FLAGGED = "flagged"


class Basis(StrEnum):
    """What a finding rests on.

    `declared` is an unsigned record, `partly_generated` a record, signed or not, of a picture that was
    generated in part, `known_image` a similar picture; `evidence` is what older versions
    recorded for these and for a proof, `unstable` a score that re-encoding moves across a threshold,
    `too_small` a picture of too few pixels to score.
    """

    PIXELS = "pixels"
    PROOF = "proof"
    DECLARED = "declared"
    PARTLY_GENERATED = "partly_generated"
    KNOWN_IMAGE = "known_image"
    EVIDENCE = "evidence"
    UNSTABLE = "unstable"
    TOO_SMALL = "too_small"


class Grade(StrEnum):
    """How strong a piece of evidence is: proof > declared > hint."""

    PROOF = "proof"
    DECLARED = "declared"
    HINT = "hint"


class EvidenceKind(StrEnum):
    """Name the carrier that a piece of evidence was read from."""

    NOVELAI_SIGNATURE = "novelai_signature"
    NOVELAI_METADATA = "novelai_metadata"
    NOVELAI_STEALTH = "novelai_stealth"
    A1111_PARAMETERS = "a1111_parameters"
    COMFYUI_WORKFLOW = "comfyui_workflow"
    INVOKEAI_METADATA = "invokeai_metadata"
    FOOOCUS_PARAMETERS = "fooocus_parameters"
    SWARMUI_PARAMETERS = "swarmui_parameters"
    C2PA = "c2pa"
    IPTC_DIGITAL_SOURCE_TYPE = "iptc_digital_source_type"
    SOFTWARE_TAG = "software_tag"
    WATERMARK = "watermark"
    KNOWN_IMAGE = "known_image"
    PIXELS = "pixels"


class FailureCode(StrEnum):
    """Why a submission could not be examined; never a finding."""

    UNSAFE_ADDRESS = "unsafe_address"
    UNRESOLVABLE = "unresolvable"
    REFUSED = "refused"
    TIMED_OUT = "timed_out"
    TOO_LARGE = "too_large"
    NOT_AN_IMAGE = "not_an_image"
    TOO_MANY_PIXELS = "too_many_pixels"
    HTTP_STATUS = "http_status"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    CRASHED_WORKER = "crashed_worker"
    GONE = "gone"


class Outcome(StrEnum):
    """What a moderator decided; `assisted` is generated in part, or painted over."""

    HUMAN = "human"
    AI = "ai"
    ASSISTED = "assisted"
    ESCALATE = "escalate"


RULINGS = (Outcome.HUMAN, Outcome.AI, Outcome.ASSISTED)  # what settles a case; to escalate does not


class Role(StrEnum):
    """What a moderator may do: moderator < lead < admin."""

    MODERATOR = "moderator"
    LEAD = "lead"
    ADMIN = "admin"


class Scheme(StrEnum):
    """Name how a marketplace signs what it sends to us."""

    STANDARD = "standard"
    SHOPIFY = "shopify"
    WOOCOMMERCE = "woocommerce"


class Scope(StrEnum):
    """What an API key may be used for."""

    SUBMIT = "submit"
    READ = "read"
    APPEAL = "appeal"
    IMAGES = "images"
    EVENTS = "events"


class EventKind(StrEnum):
    """Events that a client is told, by callback or when it pulls them."""

    SUBMISSION_EXAMINED = "submission.examined"
    SUBMISSION_FAILED = "submission.failed"
    VERDICT_CHANGED = "verdict.changed"
    DECISION_MADE = "decision.made"
    DECISION_WITHDRAWN = "decision.withdrawn"
    APPEAL_RESOLVED = "appeal.resolved"
    ENDPOINT_TEST = "endpoint.test"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that speaks for a label.

    `label` is None where a record was found that says nothing about the origin (an unreadable
    record, an ordinary camera credential). `detail` says what was found, its texts free of markup and
    control characters; it is a text where an older version recorded it. `fields` holds the record's own
    values (a prompt, a seed) as short strings, for moderators only.
    """

    kind: EvidenceKind
    grade: Grade
    label: Label | None
    generator: str | None
    detail: Saying | str
    fields: dict[str, str] = field(default_factory=dict)


def evidence_json(item: Evidence) -> dict[str, Any]:
    """A piece of evidence as rows keep it."""
    return {
        "kind": item.kind.value,
        "grade": item.grade.value,
        "label": item.label and item.label.value,
        "generator": item.generator,
        "detail": saying_json(item.detail),
        "fields": item.fields,
    }


def read_evidence(stored: dict[str, Any]) -> Evidence:
    """Read a piece of evidence as it was stored."""
    return Evidence(
        kind=EvidenceKind(stored["kind"]),
        grade=Grade(stored["grade"]),
        label=Label(stored["label"]) if stored.get("label") else None,
        generator=stored.get("generator"),
        detail=read_saying(stored.get("detail") or ""),
        fields=stored.get("fields") or {},
    )


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a submission failed; `permanent` says that trying again would not help."""

    code: FailureCode
    detail: Saying
    permanent: bool


@dataclass(frozen=True, slots=True)
class PictureLook:
    """What a picture looks like, as 256 bits in hex: the fewer bits differ, the more alike two pictures are.

    Only looks of the same `kind` can be compared: another network, or other bits of it, are another kind.
    """

    kind: str
    hex: str


@dataclass(frozen=True, slots=True)
class ViewScore:
    """What one view of a picture says: the score if all views of its kind said the same.

    `box` holds the view's left, top, right and lower edges, as shares of the picture's width and height.
    `is_native` is true for a view of the picture's own pixels, false for one of the scaled picture.
    """

    box: tuple[float, float, float, float]
    score: float
    is_native: bool = False


@dataclass(frozen=True, slots=True)
class Classification:
    """What the classifier says of one picture.

    `score` is the calibrated probability of `ai`, 0..1; `model` names the model version;
    Near a threshold it is the median over the picture and its re-encodings, and `score_range` holds the
    lowest and the highest of them; elsewhere there is one look and no range. `stable` is False only for
    verdicts of earlier versions, whose score was one look that a re-encoding moved across a threshold.
    `human_share` is described at `Gauge`; `look` describes what the picture looks like, for finding others
    like it; `views` are those of the picture as it is.
    """

    score: float
    model: str
    stable: bool = True
    score_range: tuple[float, float] | None = None
    human_share: float | None = None
    look: PictureLook | None = None
    views: tuple[ViewScore, ...] = ()


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The thresholds of policy on the score: clear below, flagged from, uncertain between.

    From `declared_from` on, the pixels bear out a file that says it was generated, so that both together
    flag it. It never lies above `flagged_from`, which stands in where it is not set.
    """

    clear_below: float
    flagged_from: float
    declared_from: float | None = None

    @property
    def bears_out_from(self) -> float:
        """The score from which the pixels bear out an unsigned record."""
        return min(self.flagged_from, 1.0 if self.declared_from is None else self.declared_from)


@dataclass(frozen=True, slots=True)
class Gauge:
    """What a gauge shows beside a score, as it was when the picture was judged.

    `score_range` is what re-saving the picture does to the score, None where that was not tried;
    `human_share` the share of pictures by people, of owners never seen in training, that score at least
    as high, None where the model does not say.
    """

    thresholds: Thresholds
    score_range: tuple[float, float] | None = None
    human_share: float | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What policy makes of a classification and its evidence, with reasons for a person.

    `basis` tells whether other thresholds would have made another finding.
    """

    finding: Finding
    label: Label | None
    policy: str
    reasons: tuple[Saying | str, ...]
    basis: Basis = Basis.PIXELS
