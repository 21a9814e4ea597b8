"""From checked fields to what is stored of them."""

from api.http.auth import Caller
from api.schemas.requests import NewSubmission, NewUpload
from core.vocabulary import Priority, Source
from store.intake.submissions import SubmissionRequest


def make_request(
    caller: Caller, fields: NewSubmission | NewUpload, *, upload_sha256: str | None = None
) -> SubmissionRequest:
    """Make what is stored of what was asked for.

    A reader waits before the picture where an extension asks, so that those go first.
    """
    usual = Priority.HIGH if caller.source is Source.EXTENSION else Priority.NORMAL
    return SubmissionRequest(
        source=caller.source if upload_sha256 is None else Source.UPLOAD,
        image_url=fields.image_url,
        upload_sha256=upload_sha256,
        page_url=fields.page_url,
        title=fields.title,
        listing_id=fields.listing_id,
        external_id=fields.external_id,
        callback_url=fields.callback_url,
        priority=fields.priority or usual,
    )
