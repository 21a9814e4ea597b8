"""A picture sent to a service of others: one at a time, by a moderator's click, noted in the audit log."""

import time
from http import HTTPStatus

from flask import redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from api.http.access import access
from api.http.parts import ApiParts, parts
from api.review.desk.queue_address import asked_address
from api.review.frame.blueprint import review
from api.review.frame.guard import me
from api.review.frame.page_error import PageError, not_found
from api.review.frame.permissions import Act
from core.clock import now
from core.outside_services import SENT_TYPES
from store.desk.outside_checks import ask_outside
from store.tables.case_tables import Image
from store.tables.review_tables import OutsideCheck

PATIENCE = 8.0  # seconds for a worker to send the picture and for the service to answer
LOOK_AGAIN = 1.0  # seconds; a bell may be missed


@review.post("/review/cases/<sha256>/outside")
@access(Act.ASK_OUTSIDE)
def send_outside(sha256: str) -> AnyResponse:
    """Send the picture of a case to a service, wait a little for its answer, and show the case again."""
    service = request.form.get("service", "")
    if service not in parts().outside_services:
        raise not_found(_("This service is not in the settings. Nothing was sent."))
    with parts().database.writing() as session:
        image = session.get(Image, sha256)
        if image is None:
            raise not_found(_("Case not found."))
        if image.purged_at is not None:
            raise PageError(
                HTTPStatus.CONFLICT, _("Picture not sent"), _("The picture was purged. Nothing was sent.")
            )
        if image.format.lower() not in SENT_TYPES:
            raise PageError(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                _("Picture not sent"),
                _("Services take PNG, JPEG and WebP only. Nothing was sent."),
            )
        check_id = ask_outside(session, sha256, service, moderator_id=me().id, at=now())
    if check_id is not None:
        _wait_for(parts(), check_id)
    address = url_for("review.case", sha256=sha256, **asked_address(), _anchor="outside")
    return redirect(address, HTTPStatus.SEE_OTHER)


def _wait_for(parts: ApiParts, check_id: str) -> None:
    with parts.listener.waiting_for(check_id) as bell:
        parts.sender.ask_outside(check_id)
        until = time.monotonic() + PATIENCE
        while not _is_answered(parts, check_id) and (left := until - time.monotonic()) > 0:
            bell.wait(min(left, LOOK_AGAIN))
            bell.clear()


def _is_answered(parts: ApiParts, check_id: str) -> bool:
    with parts.database.reading() as session:
        check = session.get(OutsideCheck, check_id)
        return check is None or check.answered_at is not None
