"""Security headers of every response, unless its route sets stricter ones."""

from flask import Response, request

# An answer in JSON is shown by no page; where a browser opens it all the same, nothing in it may act.
INERT = "default-src 'none'; frame-ancestors 'none'"
DEFAULTS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": INERT,
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}


def add_headers(response: Response) -> Response:
    """Add what is missing."""
    for name, value in DEFAULTS.items():
        response.headers.setdefault(name, value)
    if request.path.startswith("/v1/"):
        response.headers.setdefault("Cache-Control", "no-store")  # for the key's holder alone
    return response
