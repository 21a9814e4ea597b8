"""Bulk decisions, and undoing them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from core.ids import new_id
from core.vocabulary import Outcome
from store.appeals.appeal_resolution import untold_among
from store.clients.own_submissions import own_among
from store.desk.case_claims import find_holders, release_case
from store.desk.decisions import OwnSubmissionError, Seen, StaleCaseError, decide, undo
from store.desk.grounds import list_grounds, usual_of
from store.desk.queue_filter import Viewer
from store.tables.case_tables import Decision, Image, Verdict
from store.tables.ground_tables import Ground
from store.tables.review_tables import Undo

LIMIT = 1000


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case that is to be decided with others, and why it cannot be.

    It may have changed, someone may have it, or an appeal may be open: no thing to decide in passing.
    And no one decides on what they submitted.
    """

    image: Image
    has_changed: bool
    is_appealed: bool
    holder: str | None
    is_own: bool

    @property
    def is_left_out(self) -> bool:
        """True if the bulk decision will skip this case."""
        return self.has_changed or self.is_appealed or self.holder is not None or self.is_own


@dataclass(frozen=True, slots=True)
class Batch:
    """What came of a stroke: its id, and how many cases it decided and passed over."""

    id: str
    decided: int
    left_out: int


def preview(session: Session, seen: Sequence[Seen], viewer: Viewer) -> list[Candidate]:
    """What deciding these cases would do, in the order given; unknown cases are left out."""
    sha256s = [one.sha256 for one in seen]
    images = {
        image.sha256: image
        for image in session.scalars(
            select(Image)
            .where(Image.sha256.in_(sha256s))
            .options(joinedload(Image.verdict), joinedload(Image.decision))
        )
    }
    holders, appealed = find_holders(session, sha256s, viewer.at), untold_among(session, sha256s)
    own = own_among(session, sha256s, viewer.moderator_id)
    found = []
    for one in seen:
        image, holder = images.get(one.sha256), holders.get(one.sha256)
        if image is None:
            continue
        has_changed = (image.verdict_id, image.decision_id) != (one.verdict_id, one.decision_id)
        is_theirs = holder is not None and holder.moderator_id != viewer.moderator_id
        email = holder.email if holder and is_theirs else None
        found.append(Candidate(image, has_changed, one.sha256 in appealed, email, one.sha256 in own))
    return found


def decide_many(
    session: Session,
    seen: Sequence[Seen],
    viewer: Viewer,
    *,
    outcome: Outcome,
    note: str,
    ground: Ground | None = None,
) -> Batch:
    """Decide those cases that have not changed, are free and have no appeal that is open from outside.

    All on one ground, or without one each on its usual ground: what is true of most pictures is no reason
    to give to the artist of another.
    """
    batch_id, decided = new_id(), 0
    sha256s = [one.sha256 for one in seen]
    holders, appealed = find_holders(session, sha256s, viewer.at), untold_among(session, sha256s)
    usual = {} if ground is not None else _usual_grounds(session, seen, outcome)
    # In one order for everybody, so that two strokes at once wait for each other and not in a circle.
    for one in sorted(seen, key=lambda each: each.sha256):
        holder = holders.get(one.sha256)
        is_theirs = holder is not None and holder.moderator_id != viewer.moderator_id
        if is_theirs or one.sha256 in appealed:
            continue
        try:
            decide(
                session,
                one,
                moderator_id=viewer.moderator_id,
                outcome=outcome,
                note=note,
                at=viewer.at,
                batch_id=batch_id,
                ground=ground or usual.get(one.verdict_id),
            )
        except (StaleCaseError, OwnSubmissionError):
            continue
        release_case(session, one.sha256, viewer.moderator_id)
        decided += 1
    return Batch(batch_id, decided, len(seen) - decided)


def _usual_grounds(session: Session, seen: Sequence[Seen], outcome: Outcome) -> dict[str, Ground]:
    """The usual grounds for cases without an open appeal, by the ids of their verdicts."""
    grounds = list_grounds(session)
    rows = session.execute(
        select(Verdict.id, Verdict.evidence).where(Verdict.id.in_([one.verdict_id for one in seen]))
    )
    return {verdict_id: usual_of(grounds, outcome, evidence) for verdict_id, evidence in rows}


def undo_many(session: Session, batch_id: str, *, moderator_id: str, at: datetime) -> int:
    """Take back all decisions of one's own batch that still stand; returns how many."""
    count = 0
    for decision in standing(session, batch_id, moderator_id):
        try:
            undo(session, decision.id, moderator_id=moderator_id, at=at)
        except StaleCaseError:
            continue
        count += 1
    return count


def standing(session: Session, batch_id: str, moderator_id: str) -> list[Decision]:
    """List the decisions of one's own batch that were not taken back."""
    query = (
        select(Decision)
        .outerjoin(Undo, Undo.decision_id == Decision.id)
        .where(Decision.batch_id == batch_id, Decision.moderator_id == moderator_id, Undo.id.is_(None))
        .order_by(Decision.image_sha256)
    )
    return list(session.scalars(query))


def undone_by(session: Session, given: str, moderator_id: str) -> list[Decision]:
    """The decisions of this batch, or the one decision of this id, that the moderator has undone."""
    query = (
        select(Decision)
        .join(Undo, Undo.decision_id == Decision.id)
        .where(or_(Decision.id == given, Decision.batch_id == given), Undo.moderator_id == moderator_id)
        .order_by(Decision.image_sha256)
    )
    return list(session.scalars(query))
