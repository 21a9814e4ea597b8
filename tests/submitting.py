"""Fields of a submission request, so that helpers which pass them on are type-checked."""

from typing import TypedDict

from core.declarations import Declared
from core.vocabulary import Priority, Source


class RequestFields(TypedDict, total=False):
    """What `SubmissionRequest` takes, each field optional."""

    source: Source
    image_url: str | None
    upload_sha256: str | None
    page_url: str | None
    title: str | None
    listing_id: str | None
    external_id: str | None
    callback_url: str | None
    priority: Priority
    declared: Declared
