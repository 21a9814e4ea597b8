"""The next case: from the queue or a check, and how a check looks until it is answered."""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from store.base.database import Database
from store.desk.cases import Case
from store.desk.queue_filter import QueueFilter, Tab, Viewer, left_by_others
from store.desk.review_queue import list_digests, position
from store.quality.check_giving import CheckOffer, choose_check, draw, give_check
from store.quality.quality import rates
from store.tables.case_tables import Image, Verdict
from store.tables.quality_tables import Check, CheckKind
from store.tables.review_states import ReviewState
from store.tables.submission_tables import Submission

AHEAD = 10  # cases of the queue that a page names as the next ones
MOST_ON_A_SHEET = 3  # checks among the twelve cases of a triage sheet


def find_next(
    session: Session, wanted: QueueFilter, viewer: Viewer, image: Image, *, most: int = 1
) -> tuple[list[str], CheckOffer | None]:
    """The next cases of the queue by SHA-256, and the check to show instead of the first, if there is one.

    Checks come only in the queue of what waits, and only by going on from case to case. Where nothing
    waits any more, the second looks that are left come.
    """
    following = _next_in_queue(session, wanted, viewer, image, most)
    if wanted.tab is not Tab.OPEN:
        return following, None
    quality = rates(session)
    kind = draw(viewer.moderator_id, image.sha256, quality)
    if kind is None and not following and quality.second:
        kind = CheckKind.SECOND
    return following, choose_check(session, kind, wanted, viewer, image) if kind else None


def find_sheet_checks(
    session: Session, wanted: QueueFilter, viewer: Viewer, images: list[Image]
) -> dict[str, CheckOffer]:
    """The checks of a sheet, each once, by the SHA-256 of the case that it follows."""
    found: dict[str, CheckOffer] = {}
    if wanted.tab is not Tab.OPEN:
        return found
    quality = rates(session)
    for image in images:
        kind = draw(viewer.moderator_id, image.sha256, quality)
        offer = choose_check(session, kind, wanted, viewer, image) if kind else None
        if offer is not None and all(offer.sha256 != one.sha256 for one in found.values()):
            found[image.sha256] = offer
        if len(found) == MOST_ON_A_SHEET:
            break
    return found


def give_next(database: Database, wanted: QueueFilter, viewer: Viewer, image: Image) -> str | None:
    """The SHA-256 of the case after this one; if that is a check, it is assigned to this moderator."""
    with database.reading() as session:
        following, offer = find_next(session, wanted, viewer, image)
    first = next(iter(following), None)
    if offer is None:
        return first
    with database.writing() as session:
        return give_check(session, offer, viewer) or first


def _next_in_queue(
    session: Session, wanted: QueueFilter, viewer: Viewer, image: Image, most: int
) -> list[str]:
    """The next cases in the queue, or at its end the first one from the top.

    Cases that others have claimed or were assigned are skipped, unless the filter asks for them.
    """
    wanted = left_by_others(wanted)
    for after, limit in ((position(image), most), (None, 1)):
        found = list_digests(session, wanted, viewer, after=after, limit=limit + 1)
        if others := [sha256 for sha256 in found if sha256 != image.sha256]:
            return others[:limit]
    return []


def look_undecided(case: Case, check: Check) -> Case:
    """Make a case that is shown as a check look like any other waiting case.

    The rows are for reading alone: what is changed here is what the page shows, nothing else.
    What came long ago is shown as having come today, for its age would tell.
    """
    image = case.image
    set_committed_value(image, "decision_id", None)
    set_committed_value(image, "decision", None)
    set_committed_value(image, "review", ReviewState.OPEN)
    given = check.given_at or case.verdict.created_at
    newest = max([submission.created_at for submission in case.submissions] or [image.created_at])
    shift = given - newest - _hours(image.sha256)
    if shift > timedelta(days=1):
        dated: list[Image | Verdict | Submission] = [image, case.verdict, *case.submissions]
        for row in dated:
            set_committed_value(row, "created_at", _earlier(row.created_at + shift, given))
    return replace(case, decisions=[])


def _hours(sha256: str) -> timedelta:
    """A time of up to ten hours, always the same for one image."""
    return timedelta(minutes=hashlib.sha256(sha256.encode()).digest()[0] * 600 / 256)


def _earlier(moment: datetime, limit: datetime) -> datetime:
    return min(moment, limit)
