"""Cross-origin requests: allowed only for the extensions that the operator names.

An extension that was granted this host needs none of it; one that was not, sends its key from its
own origin (WHATWG Fetch, "CORS protocol"). Cookies are never allowed along.
"""

from flask import Blueprint, Response, request

from api.http.parts import parts

ALLOWED = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key",
    "Access-Control-Max-Age": "600",
}
EXPOSED = "Location, Retry-After"


hooks = Blueprint("cors", __name__)


@hooks.before_app_request
def answer_preflight() -> Response | None:
    """Let a browser ask whether a named origin may call `/v1`."""
    if request.method == "OPTIONS" and _is_named():
        return Response(status=204, headers=ALLOWED)
    return None


@hooks.after_app_request
def share(response: Response) -> Response:
    """Let a named origin read the answer; where none is named, nothing is added."""
    if parts().extension_origins and request.path.startswith("/v1/"):
        response.vary.add("Origin")
        if _is_named():
            response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
            response.headers["Access-Control-Expose-Headers"] = EXPOSED
    return response


def _is_named() -> bool:
    return request.path.startswith("/v1/") and request.headers.get("Origin") in parts().extension_origins
