"""Open appeals, oldest first, the files sent with them, and replies."""

from http import HTTPStatus

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse
from werkzeug.wsgi import wrap_file

from api.http.parts import parts
from api.review.desk.queue_page import tab_links
from api.review.desk.reply_forms import read_reply
from api.review.frame.blueprint import review
from api.review.frame.guard import me
from api.review.frame.page_error import PageError, not_found, refused
from core.clock import now
from core.ids import is_id
from store.appeals.appeal_files import find_file
from store.appeals.appeal_messages import add_message, find_open_appeal
from store.appeals.appeal_resolution import barred_from
from store.appeals.appeals import list_open_appeals
from store.desk.queue_filter import QueueFilter
from store.desk.review_queue import count_queue, find_images, find_origins
from store.people.audit_notes import note_event
from store.tables.appeal_tables import AppealFile

PAGE = 25
FILE_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
_LAYERS = {"psd", "psb", "clip", "kra", "ora", "sai", "sai2", "mdp", "procreate", "xcf", "lip", "fla", "tvpp"}
_PICTURES = {"png", "jpg", "jpeg", "webp", "gif", "avif", "bmp", "tif", "tiff", "heic"}
_FILMS = {"mp4", "m4v", "mov", "webm", "mkv", "avi"}
ENDINGS = _LAYERS | _PICTURES | _FILMS | {"zip", "7z", "rar", "gz"}


@review.get("/review/appeals")
def appeals() -> str:
    after = request.args.get("after", "")
    with parts().database.reading() as session:
        found = list_open_appeals(session, after_id=after if is_id(after) else "", limit=PAGE + 1)
        shown = found[:PAGE]
        sha256s = [appeal.image_sha256 for appeal in shown]
        known = {
            "appeals": shown,
            "images": find_images(session, sha256s),
            "origins": find_origins(session, sha256s),
            "barred": barred_from(session, sha256s, me().id),
            "counts": count_queue(session),
            "tabs": tab_links(QueueFilter()),
            "after": shown[-1].id if len(found) > PAGE else None,
            "is_first": not after,
        }
    return render_template("review/appeals.html", **known)


@review.get("/review/appeals/<appeal_id>/files/<file_id>")
def appeal_file(appeal_id: str, file_id: str) -> Response:
    with parts().database.reading() as session:
        found = find_file(session, appeal_id, file_id)
    try:
        file = parts().blobs.open(found.sha256) if found else None
    except KeyError:
        file = None
    if found is None or file is None:
        raise not_found(_("File not found."))
    response = Response(
        wrap_file(request.environ, file), mimetype="application/octet-stream", direct_passthrough=True
    )
    response.content_length = found.bytes
    # A name of ours: the appellant's may pretend, or be a program's.
    response.headers.set("Content-Disposition", "attachment", filename=file_name(found))
    response.headers["Content-Security-Policy"] = FILE_POLICY
    return response


def file_name(file: AppealFile) -> str:
    """Name a file on a moderator's disk; only endings of drawing programs, pictures and films are kept."""
    ending = file.name.rpartition(".")[2].lower()
    return f"appeal-{file.appeal_id[-6:]}-{file.sha256[:12]}.{ending if ending in ENDINGS else 'bin'}"


@review.post("/review/appeals/<appeal_id>/reply")
def send_reply(appeal_id: str) -> AnyResponse:
    """Write to the artist without deciding, as when a file is missing."""
    reply = read_reply()
    if not reply:
        raise refused(_("Reply not sent"), _("Write a reply first. Nothing was sent."))
    with parts().database.writing() as session:
        appeal = find_open_appeal(session, appeal_id)
        if appeal is None:
            raise PageError(
                HTTPStatus.CONFLICT,
                _("Reply not sent"),
                _("This appeal has been answered since you opened it. Nothing was sent."),
            )
        add_message(session, appeal.id, reply, at=now(), moderator_id=me().id)
        sha256 = appeal.image_sha256
        note_event(session, "appeal_replied", moderator_id=me().id, at=now(), subject=sha256)
    return redirect(url_for("review.case", sha256=sha256, tab="appeals"), HTTPStatus.SEE_OTHER)
