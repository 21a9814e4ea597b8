"""Known images: importing and deleting lists of hashes, exporting decisions; for leads."""

import io
from http import HTTPStatus

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from api.http.access import access
from api.http.parts import parts
from api.review.frame.blueprint import review
from api.review.frame.guard import me
from api.review.frame.page_error import PageError, not_found, refused
from api.review.frame.permissions import Act
from core.known.hash_files import FORMS, read_hashes
from core.vocabulary import Label
from store.known.hash_lists import (
    Taken,
    all_lists,
    count_decided,
    decided_hashes,
    find_list,
    forget_list,
    take_list,
)
from store.known.hash_lists import note_export as note

NAME_LENGTH = 200
MIB = 1024 * 1024
MOST_MIB = 8  # about a hundred thousand hashes, which a request can take in; more on the command line
OWN_NAME = "kantei"
TYPES = {"csv": "text/csv", "jsonl": "application/jsonl"}


@review.get("/admin/known")
@access(Act.MANAGE_KNOWN)
def known() -> str:
    return _show()


@review.post("/admin/known")
@access(Act.MANAGE_KNOWN, body_limit=MOST_MIB * MIB)
def import_known() -> str:
    file, name = request.files.get("file"), request.form.get("source", "").strip()
    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        raise _refused(_("Enter the source of the list. Nothing was imported."))
    if file is None or not file.filename:
        raise _refused(_("Choose a file. Nothing was imported."))
    try:
        with io.TextIOWrapper(file.stream, encoding="utf-8-sig", newline="") as text:
            entries = read_hashes(file.filename, text, _label())
            done = take_list(parts().database, name, entries, moderator_id=me().id)
    except ValueError:
        raise _refused(
            _("The file format is not supported. Hashes read before the error were kept.")
        ) from None
    return _show(done, name)


@review.post("/admin/known/export")
@access(Act.MANAGE_KNOWN)
def export_known() -> Response:
    form, label = request.form.get("form", ""), _label()
    if form not in FORMS:
        raise _refused(_("Choose a format. Nothing was exported."))
    with parts().database.writing() as session:
        note(session, moderator_id=me().id, label=label)
    response = Response(FORMS[form](decided_hashes(parts().database, label), OWN_NAME))
    response.mimetype = TYPES[form]
    response.headers["Content-Disposition"] = f'attachment; filename="kantei-known.{form}"'
    return response


@review.post("/admin/known/<list_id>/forgotten")
@access(Act.MANAGE_KNOWN)
def forget_known(list_id: str) -> AnyResponse:
    with parts().database.writing() as session:
        found = find_list(session, list_id)
        if found is None:
            raise not_found(_("List not found."))
        forget_list(session, found.name, moderator_id=me().id)
    return redirect(url_for("review.known"), HTTPStatus.SEE_OTHER)


def _show(done: Taken | None = None, name: str = "") -> str:
    with parts().database.reading() as session:
        lists, decided = all_lists(session), count_decided(session)
    return render_template(
        "review/known.html",
        lists=lists,
        decided=decided,
        done=done,
        name=name,
        name_length=NAME_LENGTH,
        most_mib=MOST_MIB,
    )


def _label() -> Label | None:
    """Read which label is meant; none of them is both."""
    return next((label for label in Label if label.value == request.form.get("label")), None)


def _refused(message: str) -> PageError:
    return refused(_("List not processed"), message)
