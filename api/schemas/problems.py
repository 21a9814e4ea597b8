"""What can go wrong, as a closed set that clients may rely on (RFC 9457).

A problem's `type` is a page of ours, `/docs/problems/<code>`, that says what it means.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from core.clients.quota import MOST_CALLBACK_URLS, QuotaState


class ProblemCode(StrEnum):
    """What went wrong."""

    BAD_REQUEST = "bad_request"
    MALFORMED_JSON = "malformed_json"
    UNAUTHORIZED = "unauthorized"
    INSUFFICIENT_SCOPE = "insufficient_scope"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    BODY_TOO_LARGE = "body_too_large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    INVALID_REQUEST = "invalid_request"
    INVALID_URL = "invalid_url"
    UNSUPPORTED_SCHEME = "unsupported_scheme"
    URL_TOO_LONG = "url_too_long"
    URL_HAS_CREDENTIALS = "url_has_credentials"
    INVALID_CURSOR = "invalid_cursor"
    IDEMPOTENCY_MISMATCH = "idempotency_mismatch"
    NOT_EXAMINED = "not_examined"
    APPEAL_OPEN = "appeal_open"
    NOTHING_TO_APPEAL = "nothing_to_appeal"
    RATE_LIMITED = "rate_limited"
    QUOTA_EXHAUSTED = "quota_exhausted"
    INTERNAL_ERROR = "internal_error"
    UNAVAILABLE = "unavailable"


# What every operation that reads a body can find wrong with it, and with the URLs in it.
BODY_PROBLEMS = (
    ProblemCode.MALFORMED_JSON,
    ProblemCode.BODY_TOO_LARGE,
    ProblemCode.UNSUPPORTED_MEDIA_TYPE,
    ProblemCode.INVALID_REQUEST,
)
URL_PROBLEMS = (
    ProblemCode.INVALID_URL,
    ProblemCode.UNSUPPORTED_SCHEME,
    ProblemCode.URL_TOO_LONG,
    ProblemCode.URL_HAS_CREDENTIALS,
)


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """What is the same for every problem with one code; `meaning` is also its default detail."""

    status: int
    title: str
    meaning: str


KINDS: Mapping[ProblemCode, ProblemKind] = MappingProxyType(
    {
        ProblemCode.BAD_REQUEST: ProblemKind(400, "Bad request", "The request could not be understood."),
        ProblemCode.MALFORMED_JSON: ProblemKind(
            400, "Malformed JSON", "The body must be a single JSON object in UTF-8 (RFC 8259)."
        ),
        ProblemCode.UNAUTHORIZED: ProblemKind(
            401, "Unauthorized", "A valid API key is required, as `Authorization: Bearer <key>`."
        ),
        ProblemCode.INSUFFICIENT_SCOPE: ProblemKind(
            403, "Insufficient scope", "This API key does not have the scope for this request."
        ),
        ProblemCode.NOT_FOUND: ProblemKind(
            404, "Not found", "Nothing was found at this address, or this key has no access to it."
        ),
        ProblemCode.METHOD_NOT_ALLOWED: ProblemKind(
            405,
            "Method not allowed",
            "This method is not supported here. The `Allow` header lists the supported methods.",
        ),
        ProblemCode.BODY_TOO_LARGE: ProblemKind(
            413, "Body too large", "The body, or one part of it, is larger than the limit for this path."
        ),
        ProblemCode.UNSUPPORTED_MEDIA_TYPE: ProblemKind(
            415,
            "Unsupported media type",
            "The body must use this path's content type and must not be compressed.",
        ),
        ProblemCode.INVALID_REQUEST: ProblemKind(
            422, "Invalid request", "Some fields are missing, unknown or invalid. See `errors`."
        ),
        ProblemCode.INVALID_URL: ProblemKind(422, "Invalid URL", "A field is not an absolute URL."),
        ProblemCode.UNSUPPORTED_SCHEME: ProblemKind(
            422, "Unsupported scheme", "Only http and https URLs are accepted."
        ),
        ProblemCode.URL_TOO_LONG: ProblemKind(
            422, "URL too long", "A URL is longer than the limit for its field."
        ),
        ProblemCode.URL_HAS_CREDENTIALS: ProblemKind(
            422, "URL has credentials", "A URL must not contain a user name or password."
        ),
        ProblemCode.INVALID_CURSOR: ProblemKind(
            422,
            "Invalid cursor",
            "The cursor is not valid. Use the `next_cursor` from a previous page, unchanged.",
        ),
        ProblemCode.IDEMPOTENCY_MISMATCH: ProblemKind(
            422, "Idempotency mismatch", "This `Idempotency-Key` was already used with a different request."
        ),
        ProblemCode.NOT_EXAMINED: ProblemKind(
            409, "Not examined", "This submission has no verdict yet, so it cannot be appealed."
        ),
        ProblemCode.APPEAL_OPEN: ProblemKind(
            409, "Appeal open", "This submission already has an open appeal."
        ),
        ProblemCode.NOTHING_TO_APPEAL: ProblemKind(
            409,
            "Nothing to appeal",
            "A moderator has decided that a person drew this picture, so there is nothing to appeal.",
        ),
        ProblemCode.RATE_LIMITED: ProblemKind(
            429, "Rate limited", "Too many requests. Try again after `Retry-After` seconds."
        ),
        ProblemCode.QUOTA_EXHAUSTED: ProblemKind(
            429,
            "Quota exhausted",
            "The client has used its quota (see `quota`). Try again after `Retry-After` seconds.",
        ),
        ProblemCode.INTERNAL_ERROR: ProblemKind(
            500, "Internal error", "Something went wrong on the server. The error was logged."
        ),
        ProblemCode.UNAVAILABLE: ProblemKind(
            503,
            "Unavailable",
            "A service that Kantei needs is not responding. Try again after `Retry-After` seconds.",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field; `field` is its path, such as `image_url`."""

    field: str
    code: ProblemCode
    detail: str


class Problem(Exception):  # noqa: N818 - RFC 9457's word
    """A request is answered with a problem; every text in it is ours and fit for a client."""

    def __init__(
        self,
        code: ProblemCode,
        detail: str | None = None,
        *,
        errors: tuple[FieldError, ...] = (),
        headers: Mapping[str, str] | None = None,
        quota: QuotaState | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail or KINDS[code].meaning
        self.errors = errors
        self.headers = dict(headers or {})
        self.quota = quota


def invalid(errors: tuple[FieldError, ...]) -> Problem:
    """Make one problem of one or more field errors; a single fault keeps its own code."""
    codes = {error.code for error in errors}
    code = codes.pop() if len(codes) == 1 else ProblemCode.INVALID_REQUEST
    detail = "; ".join(f"{error.field}: {error.detail}" for error in errors[:5])
    return Problem(code, detail, errors=errors)


def quota_exhausted(state: QuotaState, at: datetime) -> Problem:
    """The problem of a used-up quota: what the quota is, and when it resets."""
    resets_at = state.resets_at.isoformat().replace("+00:00", "Z")
    return Problem(
        ProblemCode.QUOTA_EXHAUSTED,
        f"{state.used} images submitted; the quota is {state.quota.limit} per {state.quota.period} "
        f"and resets at {resets_at}.",
        headers={"Retry-After": str(max(1, math.ceil((state.resets_at - at).total_seconds())))},
        quota=state,
    )


def too_many_callback_urls() -> Problem:
    """A submission names one callback URL too many for its client."""
    detail = (
        f"your submissions already use {MOST_CALLBACK_URLS} callback URLs, which is the limit; "
        "use one of those, or omit this field"
    )
    return invalid((FieldError("callback_url", ProblemCode.INVALID_REQUEST, detail),))


def unavailable(retry_after: int = 5) -> Problem:
    """The problem of a service that is not responding, and when to try again (seconds)."""
    return Problem(ProblemCode.UNAVAILABLE, headers={"Retry-After": str(retry_after)})
