"""Appeals: a client asks for another review, or creates a link with which the artist can."""

from collections.abc import Sequence

from apiflask import APIBlueprint
from flask import Response, request
from sqlalchemy.orm import Session

from api.document.openapi import FORM, JSON, problems, reads
from api.http.access import access
from api.http.appeal_tokens import LIFETIME, make_appeal_token
from api.http.auth import admit
from api.http.parts import parts
from api.http.rendering import json_response
from api.schemas.answers import AppealAnswer, AppealFileAnswer, AppealLinkAnswer
from api.schemas.problems import BODY_PROBLEMS, URL_PROBLEMS, Problem, ProblemCode
from api.schemas.requests import NewAppeal, NewAppealForm
from api.schemas.validation import check
from api.v1.appeals.sent_files import drop_files, keep_files, read_appeal_form
from api.v1.intake.submission_routes import own_submission
from core.clock import now
from core.vocabulary import Scope, State
from store.appeals.appeal_files import NewFile
from store.appeals.appeals import AppealOpenError, NothingToAppealError, add_appeal
from store.tables.appeal_tables import Appeal
from store.tables.submission_tables import Submission

routes = APIBlueprint("appeals", __name__, url_prefix="/v1/submissions")
routes.before_request(admit)


@routes.post("/<string(length=32):submission_id>/appeal")
@routes.output(AppealAnswer, status_code=201, description="Opened. A moderator will review it.")
@routes.doc(
    operation_id="createAppeal",
    extensions=problems(
        *BODY_PROBLEMS,
        *URL_PROBLEMS,
        ProblemCode.NOT_FOUND,
        ProblemCode.NOT_EXAMINED,
        ProblemCode.APPEAL_OPEN,
        ProblemCode.NOTHING_TO_APPEAL,
    )
    | reads({JSON: NewAppeal, FORM: NewAppealForm}),
)
@access(Scope.APPEAL)
def create(submission_id: str) -> Response:
    """Ask for a review by a moderator who has not decided this image before."""
    if request.mimetype == "multipart/form-data":
        form = read_appeal_form(request, parts().file_limits)
        fields, sent = check(NewAppeal, form.fields), form.files
    else:
        fields, sent = check(NewAppeal, request.get_json()), ()
    with parts().database.reading() as session:
        _find(session, submission_id)
    files = keep_files(sent, parts().blobs)  # bytes before rows, like everywhere
    try:
        with parts().database.writing() as session:
            appeal = add_appeal(
                session,
                _find(session, submission_id),
                reason=fields.reason,
                evidence_urls=fields.addresses,
                files=files,
            )
            answer = _answer(appeal, fields, files)
    except (AppealOpenError, NothingToAppealError) as error:
        drop_files(files, parts().database, parts().blobs)
        is_open = isinstance(error, AppealOpenError)
        raise Problem(ProblemCode.APPEAL_OPEN if is_open else ProblemCode.NOTHING_TO_APPEAL) from None
    return json_response(answer, 201)


@routes.post("/<string(length=32):submission_id>/appeal-link")
@routes.output(AppealLinkAnswer, status_code=201, description="Created. The link is not stored.")
@routes.doc(
    operation_id="createAppealLink",
    extensions=problems(ProblemCode.NOT_FOUND, ProblemCode.NOT_EXAMINED),
)
@access(Scope.APPEAL)
def create_link(submission_id: str) -> Response:
    """Create a link to a page where the artist can appeal without a key or a login.

    Anyone with the link can see the picture's thumbnail and verdict, have one open appeal at a time, and
    read its result. The link expires after 190 days; create another one if it is needed for longer.
    """
    with parts().database.reading() as session:
        _find(session, submission_id)
    token = make_appeal_token(parts().secret_key, submission_id)
    answer = AppealLinkAnswer(page=f"/appeal/{token}", expires_at=now() + LIFETIME)
    return json_response(answer, 201)


def _find(session: Session, submission_id: str) -> Submission:
    """What can be appealed against. Errors: Problem (not_found, not_examined)."""
    found = own_submission(session, submission_id)
    if found.state is not State.EXAMINED:
        raise Problem(ProblemCode.NOT_EXAMINED)
    return found


def _answer(appeal: Appeal, fields: NewAppeal, files: Sequence[NewFile]) -> AppealAnswer:
    return AppealAnswer(
        id=appeal.id,
        submission_id=appeal.submission_id,
        state="open",
        reason=appeal.reason,
        evidence_url=fields.evidence_url,
        evidence_urls=fields.evidence_urls,
        files=[AppealFileAnswer(name=file.name, bytes=file.bytes, sha256=file.sha256) for file in files],
        created_at=appeal.created_at,
    )
