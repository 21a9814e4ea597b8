"""The one cookie of the review pages: a random token.

Before login it only binds form tokens to a browser; after login its SHA-256 names a row.
"""

from flask import Request, Response

from store.people.sessions import LIFETIME


def cookie_name(*, secure: bool) -> str:
    """Name the cookie; the prefix makes browsers refuse one set by a neighbour or without TLS."""
    return "__Host-kantei_session" if secure else "kantei_session"


def read_token(request: Request, *, secure: bool) -> str | None:
    """Take the token from the cookie, where there is one that could be ours."""
    token = request.cookies.get(cookie_name(secure=secure), "")
    return token if 32 <= len(token) <= 64 and token.isascii() else None


def send_token(response: Response, token: str, *, secure: bool) -> None:
    """Send a token to the browser, as a cookie."""
    response.set_cookie(
        cookie_name(secure=secure),
        token,
        max_age=int(LIFETIME.total_seconds()),
        path="/",
        secure=secure,
        httponly=True,
        samesite="Lax",
    )
