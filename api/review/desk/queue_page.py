"""The page of the review queue."""

from dataclasses import replace

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from api.http.parts import ApiParts, parts, shared
from api.review.desk.queue_address import read_position, read_wanted, write_position, write_wanted
from api.review.desk.queue_filters import filter_chips, saved_filters
from api.review.desk.search_page import found_page
from api.review.desk.thresholds import asked_filter
from api.review.desk.undo import undoable, undone
from api.review.frame.assignees import assignees
from api.review.frame.blueprint import review
from api.review.frame.guard import me
from api.review.frame.permissions import Act, may, queues_of
from api.review.frame.preference_pages import my_preferences
from api.review.frame.preferences import VIEWS
from core.clock import now
from store.desk.bulk_proposals import count_proposals
from store.desk.case_claims import find_holders
from store.desk.cases import hide_decisions
from store.desk.groups import SHOWN as IN_GROUP
from store.desk.groups import GroupBy, group_cases
from store.desk.progress import find_progress
from store.desk.queue_counts import NamedCounts
from store.desk.queue_filter import QueueFilter, Sort, Tab, Viewer
from store.desk.review_queue import (
    COUNT_LIMIT,
    client_names,
    count_queue,
    find_images,
    find_origins,
    list_digests,
    position,
)
from store.quality.checks import blind_for
from store.queues.assignments import find_assignments
from store.queues.named_queues import find_team, list_queues

GROUP_VIEWS = {"sellers": GroupBy.SELLER, "listings": GroupBy.LISTING, "looks": GroupBy.LOOK}
PAGE = 48  # fills rows of 2, 3, 4, 6 and 8


@review.get("/review")
def queue() -> str | AnyResponse:
    if query := request.args.get("q", "").strip():
        return found_page(query)
    if not request.args and my_preferences().mix:
        return redirect(url_for("review.queue", sort=Sort.MIXED.value))
    wanted = asked_filter()
    viewer = Viewer(me().id, now())
    after = read_position(request.args.get("after"))
    with parts().database.reading() as session:
        # From the top, one walk along the queue finds the page and counts what matches: the less matches, the
        # longer it is. The order by doubt walks four times, so it counts apart, unless the page holds all.
        lists_all = after is None and wanted.sort is not Sort.DOUBT
        listed = COUNT_LIMIT + 1 if lists_all else PAGE + 1
        digests = list_digests(session, wanted, viewer, after=after, limit=listed)
        is_counted = lists_all or (after is None and len(digests) <= PAGE)
        was_undone, undo_next = undone(session)
        view = _view()
        among = digests if is_counted and len(digests) <= PAGE else None
        groups = (
            group_cases(session, wanted, viewer, GROUP_VIEWS[view], among=among)
            if view in GROUP_VIEWS
            else []
        )
        listed_here = [one.sha256 for group in groups for one in group.cases[:IN_GROUP]] or digests[
            : PAGE + 1
        ]
        found_images = find_images(session, listed_here)
        images = [found_images[sha256] for sha256 in listed_here if sha256 in found_images]
        shown = images if groups else images[:PAGE]
        sha256s = [image.sha256 for image in shown]
        clients = client_names(session)
        queues = list_queues(session, member_id=queues_of(me()))
        named = find_team(session, wanted.queue_id) if wanted.queue_id and wanted.rule else None
        found = {
            "wanted": wanted,
            "address": write_wanted(wanted),
            "images": shown,
            "origins": find_origins(session, sha256s),
            "holders": find_holders(session, sha256s, viewer.at),
            "assignments": find_assignments(session, sha256s),
            "assignees": assignees(session, are_escalated=wanted.tab is Tab.ESCALATED),
            "counts": count_queue(session),
            "chips": filter_chips(wanted, clients),
            "saved": saved_filters(),
            "progress": find_progress(session, wanted, viewer, total=len(digests) if is_counted else None),
            "as_of": viewer.at,
            "count_limit": COUNT_LIMIT,
            "clients": clients,
            "queues": queues,
            "queue_counts": shared(_named_counts).read(
                session, {queue.id: read_wanted(queue.rule) for queue in queues}, viewer
            ),
            "named": named,
            "rule_chips": filter_chips(wanted.rule, clients) if wanted.rule else [],
            "may_manage_queues": may(me(), Act.MANAGE_QUEUES),
            "tabs": tab_links(wanted),
            "view": view,
            "is_grouped": view in GROUP_VIEWS,
            "groups": groups,
            "by_digest": {image.sha256: image for image in shown},
            "in_group": IN_GROUP,
            "proposals": count_proposals(session),
            "after": write_position(position(shown[-1])) if len(images) > PAGE and not groups else None,
            "is_first": after is None,
            "undone": was_undone,
            "undo": undoable(session, request.args.get("done")) or undo_next,
        }
        if wanted.tab is Tab.ALL:
            hide_decisions(shown, blind_for(session, viewer))
    return render_template("review/queue.html", **found)


def _named_counts(_: ApiParts) -> NamedCounts:
    return NamedCounts()


def _view() -> str:
    """The layout of the queue: as the address says, or else as the moderator prefers."""
    wanted = request.args.get("view", "")
    return wanted if wanted in (*VIEWS, *GROUP_VIEWS) else my_preferences().view


def tab_links(wanted: QueueFilter) -> dict[Tab, str]:
    """Keep the filters when the tab changes."""
    return {tab: url_for("review.queue", **write_wanted(replace(wanted, tab=tab))) for tab in Tab}
