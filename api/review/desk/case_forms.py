"""Reading the forms of a decision."""

from flask import request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from api.review.frame.filters import number
from api.review.frame.page_error import refused
from core.ids import is_id
from core.usual_grounds import LONGEST_CODE
from core.vocabulary import Outcome
from store.desk.decisions import Seen
from store.desk.grounds import find_ground
from store.tables.ground_tables import Ground

NOTE_LENGTH = 2000


def read_outcome() -> Outcome:
    """Read what was decided. Errors: PageError."""
    try:
        return Outcome(request.form.get("outcome", ""))
    except ValueError:
        raise refused(
            _("Decision not saved"), _("Choose human, AI, AI-assisted or escalate. No decision was saved.")
        ) from None


def read_seen(sha256: str) -> Seen:
    """Read what the moderator had before their eyes. Errors: PageError."""
    verdict_id, decision_id = request.form.get("verdict_id", ""), request.form.get("decision_id", "")
    if not is_id(verdict_id) or (decision_id and not is_id(decision_id)):
        raise refused(_("Decision not saved"), _("The form was incomplete. Nothing was changed."))
    return Seen(sha256, verdict_id, decision_id or None)


def read_said() -> str:
    """Read what of open appeals was on the moderator's screen (`name_said`); a sheet shows none."""
    return request.form.get("said", "")


def read_ground(session: Session) -> Ground | None:
    """Read the ground; None for the usual one. Errors: PageError for one that is not on the list."""
    code = request.form.get("ground", "")
    ground = find_ground(session, code[:LONGEST_CODE]) if code else None
    if code and ground is None:
        raise refused(_("Decision not saved"), _("Choose a ground from the list. No decision was saved."))
    return ground


def read_note() -> str:
    """Read the note. Errors: PageError where it is too long."""
    note = request.form.get("note", "").replace("\r\n", "\n").replace("\x00", "").strip()
    if len(note) > NOTE_LENGTH:
        raise refused(
            _("Note not saved"),
            _("The note is too long. Use at most %(limit)s characters.", limit=number(NOTE_LENGTH)),
        )
    return note
