"""Whether another attempt at a failed submission can succeed, and what would help where it cannot."""

from collections.abc import Mapping

from api.http.parts import FetchRules
from api.review.frame.words import N_
from core.sayings.allowing import may_be_allowed
from core.sayings.codes import FailureDetail
from core.sayings.saying import Saying, SayingCode
from core.sayings.stored import read_saying
from core.urls import MAX_IMAGE_URL, UrlError, parse_web_url
from core.vocabulary import FailureCode
from store.tables.submission_tables import Submission

_DAMAGED = N_("Ask for an undamaged copy of the file and submit that.")
_SMALLER_FILE = N_("Submit a smaller file.")
_SMALLER_PICTURE = N_("Submit a smaller copy of the picture.")
_ADDRESS = N_("Correct the address and submit the picture again.")
_PICTURE_ADDRESS = N_(
    "Submit the address of the picture itself, or a JPEG, PNG, WebP, GIF, AVIF or BMP file."
)
# By the cause where it is known, and else by its kind. What is in neither can pass by itself, or at the host.
_BY_DETAIL: Mapping[SayingCode, str] = {
    FailureDetail.LISTING_DELETED: N_("Nothing needs to be done: nobody is waiting for this picture."),
    FailureDetail.UPLOAD_NOT_STORED: N_("Submit the file again."),
    FailureDetail.FILE_EMPTY: _DAMAGED,
    FailureDetail.PICTURE_DAMAGED: _DAMAGED,
    FailureDetail.FEW_ROWS: _DAMAGED,
    FailureDetail.FILE_TOO_LARGE: N_("Submit a smaller file, or raise KANTEI_MAX_IMAGE_BYTES."),
    FailureDetail.PIXELS_OVER_LIMIT: N_("Submit a smaller copy of the picture, or raise KANTEI_MAX_PIXELS."),
    FailureDetail.PORT_REFUSED: N_(
        "Submit another address of the picture, or add the port to KANTEI_FETCH_PORTS."
    ),
    FailureDetail.URL_MALFORMED: _ADDRESS,
    FailureDetail.URL_SCHEME: _ADDRESS,
    FailureDetail.URL_TOO_LONG: _ADDRESS,
    FailureDetail.URL_CREDENTIALS: _ADDRESS,
}
_BY_CODE: Mapping[FailureCode, str] = {
    FailureCode.UNSAFE_ADDRESS: N_("Submit a public address of the picture, or the file itself."),
    FailureCode.TOO_LARGE: _SMALLER_FILE,
    FailureCode.NOT_AN_IMAGE: _PICTURE_ADDRESS,
    FailureCode.TOO_MANY_PIXELS: _SMALLER_PICTURE,
}
_ALLOWABLE = N_("Submit a public address of the picture, or allow this one with KANTEI_FETCH_ALLOW.")


def what_helps(failed: Submission, rules: FetchRules) -> str | None:
    """What would help, for translation, where another attempt would fail; None where one may succeed."""
    says = read_saying(failed.failure_says)
    if isinstance(says, Saying) and _is_permitted_now(says, failed.image_url, rules):
        return None
    if may_be_allowed(says):
        return _ALLOWABLE
    by_detail = _BY_DETAIL.get(says.code) if isinstance(says, Saying) else None
    return by_detail or (_BY_CODE.get(failed.failure_code) if failed.failure_code else None)


def _is_permitted_now(says: Saying, image_url: str | None, rules: FetchRules) -> bool:
    """True if a setting was in the way, and has been changed since."""
    limit, pixels, port = (says.values.get(name) for name in ("limit", "pixels", "port"))
    if says.code is FailureDetail.FILE_TOO_LARGE:
        return isinstance(limit, int) and rules.max_image_bytes > limit
    if says.code is FailureDetail.PIXELS_OVER_LIMIT:
        return isinstance(pixels, int) and rules.max_pixels >= pixels
    if says.code is FailureDetail.PORT_REFUSED:
        return port in rules.ports
    return may_be_allowed(says) and _is_allowed(image_url, rules)


def _is_allowed(image_url: str | None, rules: FetchRules) -> bool:
    """True if the operator allows this place, or may allow what its name leads to."""
    try:
        url = parse_web_url(image_url or "", limit=MAX_IMAGE_URL)
    except UrlError:
        return False
    if (url.host, url.port) in rules.allow.hosts:
        return True
    networks, address = rules.allow.networks, url.address
    return any(address in network for network in networks) if address is not None else bool(networks)
