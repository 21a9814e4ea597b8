"""Triage: twelve large pictures on one sheet, each decided by one key."""

from flask import render_template, request

from api.http.parts import parts
from api.review.desk.queue_address import read_position, write_position, write_wanted
from api.review.desk.thresholds import asked_filter
from api.review.frame.blueprint import review
from api.review.frame.guard import me
from api.review.frame.permissions import may_decide
from core.clock import now
from store.appeals.appeal_resolution import appealed_among
from store.clients.own_submissions import own_among
from store.desk.cases import hide_decisions
from store.desk.progress import find_progress
from store.desk.queue_filter import Viewer, left_by_others
from store.desk.review_queue import COUNT_LIMIT, find_origins, list_cases, position
from store.quality.checks import blind_for

SHEET = 12


@review.get("/review/triage")
def triage() -> str:
    """Show the next twelve cases of a queue that others have not claimed.

    What has an open appeal, or is not for this moderator to decide, is shown and opened, not decided here.
    """
    wanted, viewer = asked_filter(), Viewer(me().id, now())
    free = left_by_others(wanted)
    after = read_position(request.args.get("after"))
    with parts().database.reading() as session:
        images = list_cases(session, free, viewer, after=after, limit=SHEET + 1)
        shown = images[:SHEET]
        sha256s = [image.sha256 for image in shown]
        hide_decisions(shown, blind_for(session, viewer))
        closed = appealed_among(session, sha256s) | own_among(session, sha256s, viewer.moderator_id)
        closed |= {image.sha256 for image in shown if not may_decide(me(), image)}
        origins = find_origins(session, sha256s)
        progress = find_progress(session, wanted, viewer)
    return render_template(
        "review/triage.html",
        images=shown,
        origins=origins,
        closed=closed,
        progress=progress,
        count_limit=COUNT_LIMIT,
        address=write_wanted(wanted),
        after=write_position(position(shown[-1])) if len(images) > SHEET else None,
    )
