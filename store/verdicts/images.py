"""Images and their verdicts."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from random import SystemRandom
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session, joinedload

from core.clock import now
from core.ids import new_id
from core.known.known_image import PictureHash
from core.sayings.stored import saying_json
from core.vocabulary import (
    Evidence,
    EvidenceKind,
    Finding,
    Grade,
    Judgement,
    Outcome,
    PictureLook,
    evidence_json,
)
from store.base.insertion import insert_once
from store.bytes.image_facts import ImageFacts
from store.intake.declared_queue import apply_declarations
from store.known.known_images import keep_hash
from store.reports.reader_reports import is_reported
from store.tables.case_tables import Decision, Image, Verdict
from store.tables.quality_tables import LiveSample
from store.tables.review_states import ReviewState
from store.tables.ways import ANY_WAY
from store.verdicts.changes import note_change

CHANCE = SystemRandom()


@dataclass(frozen=True, slots=True)
class Recorded:
    """A verdict that stands now; `is_new_image` where no one else can have seen the image yet."""

    verdict_id: str
    is_new_image: bool = False


def find_verdict(session: Session, sha256: str, model: str, policy: str) -> Verdict | None:
    """Find what this model and policy said of an image before, so that nothing is classified twice.

    Where known images came and went there are several, and the image's own is meant. An image whose bytes
    were purged does not count: they are wanted again.
    """
    return session.scalar(
        select(Verdict)
        .join(Image, Image.sha256 == Verdict.image_sha256)
        .where(
            Image.purged_at.is_(None),
            Verdict.image_sha256 == sha256,
            Verdict.model == model,
            Verdict.policy == policy,
        )
        .order_by((Verdict.id == Image.verdict_id).desc(), Verdict.id.desc())
        .limit(1)
    )


def heatmap_name(verdict_id: str) -> str:
    """Name the blob, beside the image, of the heat map that belongs to a verdict."""
    return f"{verdict_id}.heatmap.png"


def find_image(session: Session, sha256: str) -> Image | None:
    """Find an image with its latest verdict, its standing decision and the reported one."""
    parts = (Image.verdict, Image.decision, Image.reported)
    return session.get(Image, sha256, options=[joinedload(part) for part in parts])


def record_verdict(
    session: Session,
    facts: ImageFacts,
    *,
    score: float,
    model: str,
    judgement: Judgement,
    evidence: tuple[Evidence, ...],
    stable: bool = True,
    policy_number: int | None = None,
    gauge: dict[str, Any] | None = None,
    views: list[Any] | None = None,
    risk: float | None = None,
    picture_hash: PictureHash | None = None,
    look: PictureLook | None = None,
    sampled_share: float = 0.0,
    ways: int = ANY_WAY,
) -> Recorded:
    """Add a verdict; where there is one that rests on the same, give that one.

    The image row is made where it is new, and put into review where a person is wanted; `risk` is
    its place in the queue, the score where nothing else is said. `policy_number` is the version of the
    thresholds, None for the model's own. `gauge` and `views` are described at `gauge_json` and `views_json`.
    Of the clear and the flagged, `sampled_share` (0 to 1) is drawn for a moderator to decide; a clear one of
    these gets a place at random. `ways` are those of the submission for which the image is looked at.
    """
    verdict_id, ground = new_id(), rests_on(evidence)
    is_drawn = judgement.finding is not Finding.UNCERTAIN and CHANCE.random() < sampled_share
    if is_drawn and judgement.finding is Finding.CLEAR:
        risk = CHANCE.random()
    values = {
        "verdict_id": verdict_id,
        "risk": score if risk is None else risk,
        "score": score,
        "finding": judgement.finding,
        "grade": _strongest(evidence),
    }
    if look is not None:
        values |= {"look": look.hex, "look_kind": look.kind}
    # All at once: of an image that is not there yet no one knows, and no lock and no second look are needed.
    review = ReviewState.OPEN if is_drawn else _review_of(judgement.finding)
    first = {"review": review, "created_at": now(), "ways": ways}
    is_new = insert_once(session, Image, asdict(facts) | values | first)
    if not is_new:
        session.execute(
            update(Image)
            .where(Image.sha256 == facts.sha256, Image.purged_at.is_not(None))
            .values(purged_at=None, is_animated=facts.is_animated)
        )
    if picture_hash is not None:
        keep_hash(session, facts.sha256, picture_hash)
    added = insert_once(
        session,
        Verdict,
        {
            "id": verdict_id,
            "image_sha256": facts.sha256,
            "finding": judgement.finding,
            "basis": judgement.basis,
            "score": score,
            "stable": stable,
            "label": judgement.label,
            "model": model,
            "policy": judgement.policy,
            "policy_number": policy_number,
            "rests_on": ground,
            "reasons": [saying_json(one) for one in judgement.reasons],
            "evidence": [evidence_json(item) for item in evidence],
            "gauge": gauge,
            "views": views or None,
            "created_at": now(),
        },
    )
    if is_drawn and added:
        session.execute(insert(LiveSample).values(verdict_id=verdict_id, image_sha256=facts.sha256))
    if is_new:
        return Recorded(verdict_id, is_new_image=True)
    if not added:
        verdict_id, is_current = _same(session, facts.sha256, model, judgement.policy, ground)
        if is_current:
            return Recorded(verdict_id)
    # Locked, so that a moderator's decision made at this moment is not overwritten.
    image = session.get_one(Image, facts.sha256, with_for_update={"key_share": True})
    for name, value in (values | {"verdict_id": verdict_id}).items():
        setattr(image, name, value)
    if image.is_animated is None:
        image.is_animated = facts.is_animated
    image.review = _review_state(session, image, judgement.finding)
    session.flush()
    apply_declarations(session, facts.sha256, at=now())
    note_change(session, image, verdict_id, judgement, at=now())
    return Recorded(verdict_id)


def rests_on(evidence: Sequence[Evidence]) -> str:
    """Name the known images that evidence rests on, as 32 hex digits; nothing where it rests on none."""
    fields = [sorted(item.fields.items()) for item in evidence if item.kind is EvidenceKind.KNOWN_IMAGE]
    return hashlib.sha256(json.dumps(sorted(fields)).encode()).hexdigest()[:32] if fields else ""


def _same(session: Session, sha256: str, model: str, policy: str, ground: str) -> tuple[str, bool]:
    """Find the verdict that rests on the same, and whether it is the image's own now."""
    row = session.execute(
        select(Verdict.id, Image.verdict_id)
        .join(Image, Image.sha256 == Verdict.image_sha256)
        .where(
            Verdict.image_sha256 == sha256,
            Verdict.model == model,
            Verdict.policy == policy,
            Verdict.rests_on == ground,
        )
    ).one()
    return row[0], row[0] == row[1]


def _review_state(session: Session, image: Image, finding: Finding) -> ReviewState:
    """Whether the case needs a moderator; a new model does not reopen a decided case."""
    if image.decision_id is not None:
        outcome = session.get_one(Decision, image.decision_id).outcome
        return ReviewState.ESCALATED if outcome is Outcome.ESCALATE else ReviewState.CLOSED
    if finding is Finding.CLEAR and is_asked_for(session, image.sha256):
        return ReviewState.OPEN
    return _review_of(finding)


def is_asked_for(session: Session, sha256: str) -> bool:
    """True if a person is wanted whatever the finding: an image was drawn as a sample, or a reader asked."""
    is_drawn = select(1).where(LiveSample.image_sha256 == sha256).exists()
    return bool(session.scalar(select(is_drawn | is_reported(sha256))))


def _review_of(finding: Finding) -> ReviewState:
    return ReviewState.NONE if finding is Finding.CLEAR else ReviewState.OPEN


def _strongest(evidence: tuple[Evidence, ...]) -> Grade | None:
    found = {item.grade for item in evidence}
    return next((grade for grade in Grade if grade in found), None)  # the enum lists the strongest first
