"""The log of what is no decision: logins, takeovers, changes of people; for leads."""

import json
from collections.abc import Iterator

from flask import Blueprint, Response, render_template, request

from api.review.access import needs
from api.review.csv_text import csv_lines
from api.review.days import first_moment, moment_after
from api.review.filters import iso
from api.review.parts import ReviewParts
from api.review.permissions import Act
from api.review.pseudonyms import naming
from api.review.words import EVENTS
from core.ids import is_id
from store.event_log import EventFilter, every_event, list_events
from store.moderators import list_moderators

PAGE = 100


def add_event_pages(blueprint: Blueprint, parts: ReviewParts) -> None:
    """Add the log and its CSV."""

    @blueprint.get("/admin/log")
    @needs(Act.SEE_LOG)
    def events() -> str:
        before = request.args.get("before", "")
        with parts.database.reading() as session:
            lines = list_events(
                session, _read_filter(), before_id=before if is_id(before) else None, limit=PAGE + 1
            )
            people = list_moderators(session)
        return render_template(
            "review/events.html",
            lines=lines[:PAGE],
            moderators=people,
            given={name: value for name, value in request.args.items() if value and name != "before"},
            before=lines[PAGE - 1].event.id if len(lines) > PAGE else None,
            is_first=not before,
        )

    @blueprint.get("/admin/log.csv")
    @needs(Act.SEE_LOG)
    def events_csv() -> Response:
        wanted, hidden = _read_filter(), request.args.get("names") == "hidden"
        name = naming(parts.secret_key, hidden=hidden)

        def rows() -> Iterator[tuple[object, ...]]:
            yield "event", "at", "kind", "moderator", "subject", "detail"
            with parts.database.reading() as session:
                for line in every_event(session, wanted):
                    event = line.event
                    # The subject of a login is an address, too.
                    subject = name(event.subject) if "@" in event.subject else event.subject
                    detail = json.dumps(event.detail, ensure_ascii=False) if event.detail else ""
                    yield event.id, iso(event.created_at), event.kind, name(line.email), subject, detail

        response = Response(csv_lines(rows()), mimetype="text/csv")
        response.headers["Content-Disposition"] = 'attachment; filename="kantei-log.csv"'
        return response


def _read_filter() -> EventFilter:
    args = request.args
    moderator, kind = args.get("moderator", ""), args.get("kind", "")
    return EventFilter(
        kind=kind if kind in EVENTS else None,
        moderator_id=moderator if is_id(moderator) else None,
        since=first_moment(args.get("from")),
        until=moment_after(args.get("to")),
    )
