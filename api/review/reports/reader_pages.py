"""Readers who report pictures: how often each was right, and who is muted."""

from http import HTTPStatus

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from api.http.access import access
from api.http.parts import parts
from api.review.frame.blueprint import review
from api.review.frame.guard import me
from api.review.frame.page_error import not_found
from api.review.frame.permissions import Act
from core.clock import now
from core.ids import is_id, is_sha256
from store.people.audit_notes import note_event
from store.reports.reader_reports import mute_reader, reader_records, unmute_reader


@review.get("/admin/readers")
@access(Act.MANAGE_READERS)
def readers() -> str:
    with parts().database.reading() as session:
        records = reader_records(session)
    return render_template("review/readers.html", records=records)


@review.post("/admin/readers/mute")
@access(Act.MANAGE_READERS)
def set_muted() -> AnyResponse:
    """Mute a reader, or let their reports ask for a look again."""
    client_id, reader = request.form.get("client", ""), request.form.get("reader", "")
    if not is_id(client_id) or not is_sha256(reader):
        raise not_found(_("Reader not found."))
    is_muting = request.form.get("muted") == "1"
    with parts().database.writing() as session:
        if not reader_records(session, readers=[reader], limit=1):
            raise not_found(_("Reader not found."))
        if is_muting:
            is_changed = mute_reader(session, client_id, reader, moderator_id=me().id, at=now())
        else:
            is_changed = unmute_reader(session, client_id, reader)
        if is_changed:
            kind = "reader_muted" if is_muting else "reader_unmuted"
            note_event(session, kind, moderator_id=me().id, at=now(), subject=f"reader-{reader[:12]}")
    return redirect(url_for("review.readers"), HTTPStatus.SEE_OTHER)
