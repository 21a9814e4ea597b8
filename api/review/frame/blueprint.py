"""The blueprint of all review pages, and the headers that each of them has.

Each page's module adds its views when it is imported; `api.review.pages` lists the modules.
"""

from apiflask import APIBlueprint
from flask import Response

# No inline script or style, nothing from elsewhere, no one may frame us.
POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
# An image is only ever an image: opened by itself it may load, run and frame nothing.
IMAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

review = APIBlueprint("review", __name__, template_folder="../../templates", enable_openapi=False)


@review.after_request
def harden(response: Response) -> Response:
    """Add the headers; a view may have set its own policy or caching before."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers.setdefault("Cache-Control", "no-store")
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    # Not "no-referrer": with it browsers send forms with `Origin: null`.
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), browsing-topics=()"
    return response
