"""Triage: twelve large pictures on one sheet, each decided by one key."""

from flask import render_template, request

from api.http.parts import parts
from api.review.desk.next_case import find_sheet_checks
from api.review.desk.queue_address import read_position, write_position, write_wanted
from api.review.desk.thresholds import asked_filter
from api.review.frame.blueprint import review
from api.review.frame.guard import me
from api.review.frame.permissions import may_decide
from core.clock import now
from core.ids import is_id
from store.appeals.appeal_resolution import untold_among
from store.clients.own_submissions import own_among
from store.desk.cases import hide_decisions
from store.desk.decisions import OFFERED
from store.desk.progress import find_progress
from store.desk.queue_filter import Viewer, left_by_others
from store.desk.review_queue import COUNT_LIMIT, find_images, find_origins, list_cases, position
from store.quality.check_giving import CheckOffer, give_check
from store.quality.checks import blind_for, check_result
from store.tables.case_tables import Image

SHEET = 12


@review.get("/review/triage")
def triage() -> str:
    """Show the next twelve cases of a queue that others have not claimed.

    What has an open appeal, or is not for this moderator to decide, is shown and opened, not decided here.
    Checks come among them as they come from case to case, and are assigned when they are shown.
    """
    wanted, viewer = asked_filter(), Viewer(me().id, now())
    free = left_by_others(wanted)
    after, done = read_position(request.args.get("after")), request.args.get("done", "")
    with parts().database.reading() as session:
        waiting = list_cases(session, free, viewer, after=after, limit=SHEET + 1)
        offers = find_sheet_checks(session, wanted, viewer, waiting[:SHEET])
    given = _give(offers, viewer) if offers else {}
    with parts().database.reading() as session:
        shown = _mix(waiting, given, find_images(session, list(given.values())))
        sha256s = [image.sha256 for image in shown]
        hide_decisions(shown, blind_for(session, viewer))
        closed = untold_among(session, sha256s) | own_among(session, sha256s, viewer.moderator_id)
        closed |= {image.sha256 for image in shown if not may_decide(me(), image)}
        origins = find_origins(session, sha256s)
        progress = find_progress(session, wanted, viewer)
        checked = check_result(session, done, viewer, within=OFFERED) if is_id(done) else None
    last = next((image for image in reversed(shown) if image in waiting), None)
    return render_template(
        "review/triage.html",
        images=shown,
        checked=checked,
        origins=origins,
        closed=closed,
        progress=progress,
        count_limit=COUNT_LIMIT,
        address=write_wanted(wanted),
        after=write_position(position(last)) if last is not None and last is not waiting[-1] else None,
    )


def _give(offers: dict[str, CheckOffer], viewer: Viewer) -> dict[str, str]:
    """Assign checks to a moderator; the SHA-256 of each by the case that it follows."""
    with parts().database.writing() as session:
        given = {after: give_check(session, offer, viewer) for after, offer in offers.items()}
    return {after: sha256 for after, sha256 in given.items() if sha256 is not None}


def _mix(waiting: list[Image], given: dict[str, str], images: dict[str, Image]) -> list[Image]:
    """The cases of a sheet in their order, each followed by the check that comes after it."""
    mixed: list[Image] = []
    for image in waiting:
        mixed.append(image)
        check = images.get(given.get(image.sha256, ""))
        mixed += [check] if check is not None else []
    return mixed[:SHEET]
