"""Everything that the page of a case shows; nothing is written for it."""

import struct
from dataclasses import dataclass, replace
from typing import Any

from flask import request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from api.http.parts import parts
from api.review.desk.next_case import AHEAD, find_next, look_undecided
from api.review.desk.queue_address import write_wanted
from api.review.desk.split_views import SplitViews, split_views
from api.review.desk.thresholds import asked_filter, thresholds_in_force
from api.review.desk.undo import Undoable, Undone, undoable, undone
from api.review.frame.assignees import assignees
from api.review.frame.filters import restates, sentence
from api.review.frame.guard import me
from api.review.frame.page_error import not_found
from api.review.frame.permissions import Act, may, may_decide
from core.clock import now
from core.declarations import Contradiction, contradiction_of
from core.ids import is_id
from core.outside_services import SENT_TYPES
from core.vocabulary import RULINGS, Evidence, EvidenceKind, Grade, Outcome, Thresholds, read_evidence
from provenance.containers.containers import open_image
from provenance.shared.errors import ProvenanceError
from store.appeals.appeal_resolution import appeals_on, barred_from, name_said
from store.bytes.blobs import BlobStore
from store.clients.own_submissions import own_among
from store.desk.case_claims import Holder, find_holder
from store.desk.case_context import CaseContext, find_context
from store.desk.cases import Case, find_case
from store.desk.decisions import OFFERED
from store.desk.grounds import list_grounds, usual_of
from store.desk.outside_checks import list_outside, may_ask
from store.desk.progress import Progress, find_progress
from store.desk.queue_filter import Assigned, QueueFilter, Tab, Viewer
from store.quality.check_giving import fits
from store.quality.checks import SecondLookResult, blind_for, check_result, open_check
from store.quality.quality import find_golden
from store.queues.assignments import Assignment, find_assignments
from store.reports.reader_reports import ReaderRecord, reader_records, reports_on
from store.tables.appeal_tables import Appeal
from store.tables.case_tables import Image
from store.tables.ground_tables import Ground
from store.tables.people_tables import Moderator
from store.tables.quality_tables import Check, GoldenCase
from store.tables.report_tables import ReaderReport
from store.tables.review_states import WAITING, ReviewState
from store.tables.review_tables import OutsideCheck
from store.verdicts.policies import find_thresholds
from store.verdicts.view_scores import read_views


@dataclass(frozen=True, slots=True)
class ReportsOnCase:
    """How many readers reported a picture, their newest reports, and each one's record."""

    count: int
    newest: list[ReaderReport]
    records: dict[str, ReaderRecord]


@dataclass(frozen=True, slots=True)
class CasePage:
    """A case as one moderator sees it at a moment.

    `address` leads back to the queue that it was opened from, and `following` (a SHA-256) on from here.
    `upcoming` are the next cases of the queue; `checked` and `undo` are about the case decided just before.
    """

    case: Case
    viewer: Viewer
    address: dict[str, Any]
    following: str | None
    evidence: dict[Grade, list[Evidence]]
    context: CaseContext
    thresholds: Thresholds | None
    appeals: list[Appeal]
    reports: ReportsOnCase
    holder: Holder | None
    assignment: Assignment | None
    assignees: list[Moderator]
    is_all_mine: bool
    is_barred: bool
    is_own: bool
    is_too_senior: bool
    may_make_golden: bool
    golden: GoldenCase | None
    outside: list[OutsideCheck]
    progress: Progress
    upcoming: list[str]
    checked: SecondLookResult | None
    undo: Undoable | None
    undone: Undone | None
    is_conflict: bool
    note: str
    reply: str
    grounds: list[Ground]
    usual: dict[Outcome, Ground]

    @property
    def is_mine(self) -> bool:
        """True if this moderator has claimed the case."""
        return self.holder is not None and self.holder.moderator_id == self.viewer.moderator_id

    @property
    def is_held(self) -> bool:
        """True if another moderator has claimed the case."""
        return self.holder is not None and not self.is_mine

    @property
    def may_decide(self) -> bool:
        """True unless role, ownership or an appeal forbids this moderator to decide."""
        return not (self.is_barred or self.is_own or self.is_too_senior)

    @property
    def may_claim(self) -> bool:
        """True if the case waits for a moderator with this role, and no one has claimed it."""
        is_appealed = any(appeal.resolved_at is None for appeal in self.appeals)
        is_waiting = self.case.image.review in WAITING or is_appealed
        return self.may_decide and self.holder is None and is_waiting

    @property
    def said(self) -> str:
        """What open appeals say on this page, for the form."""
        return name_said(self.appeals)

    @property
    def contradiction(self) -> Contradiction:
        """What the verdict says against the submissions' declarations; that against human work first."""
        label = self.case.verdict.label
        found = {contradiction_of(one.declared, label) for one in self.case.submissions}
        gravest = (Contradiction.DECLARED_HUMAN_FOUND_AI, Contradiction.DECLARED_AI_FOUND_HUMAN)
        return next((one for one in gravest if one in found), Contradiction.NONE)

    @property
    def askable(self) -> list[str]:
        """The services that this picture may be sent to now."""
        image = self.case.image
        if image.purged_at is not None or image.format.lower() not in SENT_TYPES:
            return []
        return [one for one in parts().outside_services if may_ask(self.outside, one, self.viewer.at)]

    @property
    def split_views(self) -> SplitViews | None:
        """The views that disagree with the score, or with one another where it is uncertain."""
        verdict = self.case.verdict
        return split_views(read_views(verdict.views), verdict.score, self.thresholds)

    @property
    def reasons(self) -> list[str]:
        """The reasons that say more than headline, score and evidence do, each once."""
        details = {sentence(item.detail) for items in self.evidence.values() for item in items}
        verdict = self.case.verdict
        said = (sentence(one) for one in verdict.reasons if not restates(one, verdict.basis))
        return [one for one in dict.fromkeys(said) if one not in details]

    @property
    def silent(self) -> list[EvidenceKind]:
        """The kinds of evidence that were looked for and not found; none if what was found is not kept."""
        found = {item.kind for items in self.evidence.values() for item in items}
        return [kind for kind in EvidenceKind if kind not in found] if found else []

    @property
    def is_explicit(self) -> bool:
        """True if a client that submitted the picture shows explicit pictures."""
        return any(one.client.is_explicit for one in self.case.submissions)


def view_case(sha256: str, *, is_conflict: bool = False, note: str = "", reply: str = "") -> CasePage:
    """Gather the page; a check looks like any waiting case. Errors: PageError."""
    wanted, viewer, done = asked_filter(), Viewer(me().id, now()), request.args.get("done", "")
    in_force = thresholds_in_force()  # before a session is held: reading them may take another
    with parts().database.reading() as session:
        found = find_case(session, sha256)
        if found is None:
            raise not_found(_("Case not found."))
        blind = blind_for(session, viewer)
        check = open_check(session, sha256, viewer) if sha256 in blind else None
        ahead, offer = find_next(session, wanted, viewer, found.image, most=AHEAD)
        checked = check_result(session, done, viewer, within=OFFERED) if is_id(done) else None
        # The score is drawn with the thresholds that this verdict rests on, whatever holds by now.
        rests_on = find_thresholds(session, found.verdict.model, found.verdict.policy_number)
        was_undone, undo_next = undone(session)
        grounds, appeals = list_grounds(session), appeals_on(session, sha256) if check is None else []
        is_appealed = any(appeal.resolved_at is None for appeal in appeals)
        if offer is not None and offer.sha256 in blind:
            # Another check would show that it is decided; and it must not be known by its absence.
            ahead = list(dict.fromkeys([offer.sha256, *ahead]))[:AHEAD]
        return CasePage(
            viewer=viewer,
            address=write_wanted(wanted),
            following=next(iter(ahead), None),
            progress=_progress(session, wanted, viewer, found.image, check, is_appealed=is_appealed),
            upcoming=ahead,
            evidence=_by_grade(found),
            context=find_context(session, found.image, found.submissions, blind),
            thresholds=rests_on or in_force,
            appeals=appeals,
            grounds=grounds,
            usual={
                outcome: usual_of(grounds, outcome, found.verdict.evidence, is_appealed=is_appealed)
                for outcome in RULINGS
            },
            reports=_reports(session, sha256),
            holder=find_holder(session, sha256, viewer.at),
            assignment=find_assignments(session, [sha256]).get(sha256) if check is None else None,
            # A check offers to be assigned like any case that waits, or its page would tell a lead.
            assignees=assignees(session, are_escalated=found.image.review is ReviewState.ESCALATED)
            if found.image.review in WAITING or check is not None
            else [],
            is_all_mine=wanted.assigned is Assigned.ME,
            is_barred=(any(appeal.reported_at is None for appeal in appeals) or check is not None)
            and bool(barred_from(session, [sha256], viewer.moderator_id)),
            is_own=sha256 in own_among(session, [sha256], viewer.moderator_id),
            is_too_senior=not may_decide(me(), found.image),
            may_make_golden=may(me(), Act.MANAGE_QUALITY),
            golden=find_golden(session, sha256) if may(me(), Act.MANAGE_QUALITY) else None,
            outside=list_outside(session, sha256),
            checked=checked,
            undo=undoable(session, checked.escalation_id if checked else done, grounds=grounds) or undo_next,
            undone=was_undone if was_undone is not None and was_undone.sha256 == sha256 else None,
            is_conflict=is_conflict,
            note=note,
            reply=reply,
            case=found if check is None else look_undecided(found, check),
        )


def _progress(
    session: Session,
    wanted: QueueFilter,
    viewer: Viewer,
    image: Image,
    check: Check | None,
    *,
    is_appealed: bool,
) -> Progress:
    """Where the case stands; a check has a place, and counts, where an open case would, and nowhere else."""
    review = image.review if check is None else ReviewState.OPEN
    is_in = _is_in(wanted.tab, review, is_appealed=is_appealed)
    progress = find_progress(session, wanted, viewer, image if is_in else None)
    if check is None or wanted.tab is not Tab.OPEN or not fits(session, image.sha256, wanted, viewer):
        return progress
    # It does not wait, so it was not counted: alone, it would say "0 to go", as no case does that waits.
    return replace(progress, total=progress.total + 1)


def _is_in(tab: Tab, review: ReviewState, *, is_appealed: bool) -> bool:
    """True if a tab has a case, so that it has a place there."""
    if tab is Tab.APPEALS:
        return is_appealed
    return tab is Tab.ALL or review == ReviewState(tab)


def _reports(session: Session, sha256: str) -> ReportsOnCase:
    count, newest = reports_on(session, sha256)
    records = reader_records(session, readers={one.reader for one in newest}) if newest else []
    return ReportsOnCase(count, newest, {one.reader: one for one in records})


def is_animated(blobs: BlobStore, image: Image) -> bool:
    """True if the picture moves when it is shown; a purged one is not shown.

    Of images that were stored before this was recorded, the file is read.
    """
    if image.purged_at is not None or image.is_animated is not None:
        return image.purged_at is None and bool(image.is_animated)
    try:
        return open_image(blobs.get(image.sha256)).animated
    except (KeyError, ProvenanceError, struct.error):
        return False


def _by_grade(case: Case) -> dict[Grade, list[Evidence]]:
    """The evidence by grade, strongest first."""
    known = [read_evidence(item) for item in case.verdict.evidence]
    found = {grade: [item for item in known if item.grade is grade] for grade in Grade}
    return {grade: items for grade, items in found.items() if items}
