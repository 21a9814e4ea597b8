"""Cross-origin answers: for the extensions that an operator names, and nobody else.

An extension that was granted this host needs none of it; one that was not, sends its key from its
own origin (WHATWG Fetch, "CORS protocol"). Cookies are never allowed along.
"""

from flask import Flask, Response, request

ALLOWED = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key",
    "Access-Control-Max-Age": "600",
}
EXPOSED = "Location, Retry-After"


def share_with_extensions(app: Flask, origins: frozenset[str]) -> None:
    """Let the named origins call `/v1`; without any, nothing is added."""
    if not origins:
        return

    @app.before_request
    def answer_preflight() -> Response | None:
        if request.method == "OPTIONS" and _is_named():
            return Response(status=204, headers=ALLOWED)
        return None

    @app.after_request
    def share(response: Response) -> Response:
        if request.path.startswith("/v1/"):
            response.vary.add("Origin")
            if _is_named():
                response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
                response.headers["Access-Control-Expose-Headers"] = EXPOSED
        return response

    def _is_named() -> bool:
        return request.path.startswith("/v1/") and request.headers.get("Origin") in origins
