"""The queue: what waits for a person."""

from dataclasses import replace

from flask import Blueprint, render_template, request, url_for

from api.review.parts import ModelFacts, ReviewParts
from api.review.queue_address import read_position, read_wanted, write_position, write_wanted
from api.review.undo import undoable
from core.ids import is_id
from store.review_queue import (
    Sort,
    Tab,
    Wanted,
    count_cases,
    count_queue,
    find_origins,
    list_cases,
    list_failures,
    position,
)

PAGE = 48  # fills rows of 2, 3, 4, 6 and 8


def add_queue_pages(blueprint: Blueprint, parts: ReviewParts, facts: ModelFacts) -> None:
    """Add the queue and the list of failures."""
    line = facts.thresholds.flagged_from if facts.thresholds else 0.5

    @blueprint.get("/review")
    def queue() -> str:
        wanted = read_wanted(request.args, line=line)
        with parts.database.reading() as session:
            images = list_cases(
                session, wanted, after=read_position(request.args.get("after")), limit=PAGE + 1
            )
            shown = images[:PAGE]
            return render_template(
                "review/queue.html",
                wanted=wanted,
                address=write_wanted(wanted),
                images=shown,
                origins=find_origins(session, [image.sha256 for image in shown]),
                counts=count_queue(session),
                is_narrow=_is_narrow(wanted),
                matching=count_cases(session, wanted) if _is_narrow(wanted) else None,
                tabs=_tab_links(wanted),
                sorts=list(Sort),
                after=write_position(position(shown[-1])) if len(images) > PAGE else None,
                is_first=not request.args.get("after"),
                undo=undoable(session, request.args.get("done")),
            )

    @blueprint.get("/review/failures")
    def failures() -> str:
        before = request.args.get("before", "")
        with parts.database.reading() as session:
            found = list_failures(session, before_id=before if is_id(before) else None, limit=PAGE + 1)
            return render_template(
                "review/failures.html",
                submissions=found[:PAGE],
                counts=count_queue(session),
                tabs=_tab_links(Wanted()),
                before=found[PAGE - 1].id if len(found) > PAGE else None,
                is_first=not before,
            )


def _is_narrow(wanted: Wanted) -> bool:
    return bool(set(write_wanted(wanted)) - {"tab", "sort"})


def _tab_links(wanted: Wanted) -> dict[Tab, str]:
    """Keep the filters when the tab changes."""
    return {tab: url_for("review.queue", **write_wanted(replace(wanted, tab=tab))) for tab in Tab}
