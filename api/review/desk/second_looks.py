"""Checks at the desk: which case comes next, and how one looks as long as it is not answered."""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm.attributes import set_committed_value

from store.base.database import Database
from store.desk.cases import Case
from store.desk.queue_filter import QueueFilter, Tab, Viewer
from store.quality.check_giving import draw, give_check
from store.quality.quality import Rates
from store.tables.case_tables import Image, Submission, Verdict
from store.tables.quality_tables import Check, CheckKind
from store.tables.review_states import ReviewState


def mix_in(
    database: Database,
    rates: Rates,
    wanted: QueueFilter,
    viewer: Viewer,
    *,
    image: Image,
    following: str | None,
) -> str | None:
    """Give the case that comes after this one: the queue's next, or a check in its place.

    Only in the queue of what waits, and only by going on from case to case. Where nothing waits any
    more, the second looks that are left come.
    """
    if wanted.tab is not Tab.OPEN:
        return following
    kind = draw(viewer.moderator_id, image.sha256, rates)
    if kind is None and following is None and rates.second:
        kind = CheckKind.SECOND
    if kind is None:
        return following
    with database.writing() as session:
        return give_check(session, kind, wanted, viewer, image) or following


def look_undecided(case: Case, check: Check) -> Case:
    """Make a case that is put before somebody as a check look like any that waits.

    The rows must be out of their session: what is changed here is what the page shows, nothing else.
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
    """Give a time of up to ten hours that is always the same for one image."""
    return timedelta(minutes=hashlib.sha256(sha256.encode()).digest()[0] * 600 / 256)


def _earlier(moment: datetime, limit: datetime) -> datetime:
    return min(moment, limit)
