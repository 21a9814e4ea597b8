"""Protection against forms that another site sends in a moderator's name (CSRF).

Three fences: the cookie is SameSite=Lax, the browser's own word on where a form comes from must be
us, and every form carries a token that only a page of ours for this very browser could show.
"""

import hmac
from urllib.parse import urlsplit

from flask import Request
from flask_babel import gettext as _

from api.review.frame.page_error import refused
from core.keys import KeyPurpose, derive

FIELD = "form_token"
HEADER = "X-Form-Token"


def form_token(secret_key: str, token: str) -> str:
    """The form token that belongs to a browser's cookie."""
    return hmac.digest(derive(secret_key, KeyPurpose.FORM_TOKENS), token.encode(), "sha256").hex()


def refuse_forgery(request: Request, secret_key: str, token: str | None) -> None:
    """Let a form of ours pass. Errors: PageError (400) for any other."""
    if not _comes_from_us(request):
        raise refused(
            _("Form not accepted"), _("This form was sent from another site, so nothing was changed.")
        )
    given = request.headers.get(HEADER) or request.form.get(FIELD) or ""
    if token is None or not hmac.compare_digest(form_token(secret_key, token).encode(), given.encode()):
        raise refused(
            _("This form has expired"),
            _("Nothing was changed. Go back, reload the page and send the form again."),
        )


def _comes_from_us(request: Request) -> bool:
    """Compare hosts, not schemes: behind a TLS proxy we may not know our own."""
    origin = request.headers.get("Origin")
    if origin is not None:
        try:
            return urlsplit(origin).netloc == request.host
        except ValueError:  # no browser sends such a one
            return False
    return request.headers.get("Sec-Fetch-Site", "same-origin") in {"same-origin", "none"}
