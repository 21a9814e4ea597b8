"""The audit log: decisions, undos, appeals, checks, logins, changes; for leads."""

import json
from collections.abc import Iterator
from datetime import datetime

from flask import Response, render_template, request
from sqlalchemy.orm import Session

from api.http.access import access
from api.http.parts import parts
from api.review.frame.blueprint import review
from api.review.frame.csv_text import csv_file
from api.review.frame.days import exact_moment, first_moment, moment_after
from api.review.frame.filters import iso
from api.review.frame.guard import me
from api.review.frame.permissions import Act
from api.review.frame.pseudonyms import naming
from api.review.frame.words import EVENTS
from core.clock import now
from core.ids import is_id
from store.desk.decisions import UNDOABLE
from store.desk.queue_filter import Viewer
from store.desk.review_queue import client_names
from store.people.audit_log import DECISION, RESOLVED, ActFilter, ActLine, every_act, list_acts
from store.people.moderators import list_moderators
from store.quality.checks import blind_for

PAGE = 100


@review.get("/admin/log")
@access(Act.SEE_LOG)
def events() -> str:
    before = _read_place(request.args.get("before"))
    with parts().database.reading() as session:
        lines = list_acts(session, _read_filter(session), before=before, limit=PAGE + 1)
        people, clients = list_moderators(session), client_names(session)
    return render_template(
        "review/events.html",
        lines=lines[:PAGE],
        clients=clients,
        moderators=people,
        emails={one.id: one.email for one in people},
        given={name: value for name, value in request.args.items() if value and name != "before"},
        before=_write_place(lines[PAGE - 1]) if len(lines) > PAGE else None,
        is_first=before is None,
    )


@review.get("/admin/log.csv")
@access(Act.SEE_LOG)
def events_csv() -> Response:
    name = naming(parts().secret_key, hidden=request.args.get("names") == "hidden")
    with parts().database.reading() as session:
        wanted = _read_filter(session)
    # An export leaves the desk: no ruling is in it that can still be undone.
    settled = now() - UNDOABLE

    def rows() -> Iterator[tuple[object, ...]]:
        yield "act", "at", "kind", "moderator", "subject", "detail"
        with parts().database.reading() as session:
            for line in every_act(session, wanted):
                if line.kind in {DECISION, RESOLVED} and line.at > settled:
                    continue
                # The subject of a login is an address, too.
                subject = name(line.subject) if "@" in line.subject else line.subject
                detail = json.dumps(line.detail, ensure_ascii=False) if line.detail else ""
                yield line.id, iso(line.at), line.kind, name(line.who), subject, detail

    return csv_file("kantei-log.csv", rows())


def _read_filter(session: Session) -> ActFilter:
    """Read what is wanted; nothing is told of what is before this person as a check."""
    args = request.args
    moderator, kind = args.get("moderator", ""), args.get("kind", "")
    return ActFilter(
        kind=kind if kind in EVENTS else None,
        moderator_id=moderator if is_id(moderator) else None,
        since=first_moment(args.get("from")),
        until=moment_after(args.get("to")),
        hidden=frozenset(blind_for(session, Viewer(me().id, now()))),
    )


def _read_place(text: str | None) -> tuple[datetime, str] | None:
    """Read a place in the log; what is none is the top."""
    moment, _, act = (text or "").partition("~")
    at = exact_moment(moment)
    return (at, act) if at is not None and is_id(act) else None


def _write_place(line: ActLine) -> str:
    return f"{line.at.isoformat()}~{line.id}"
