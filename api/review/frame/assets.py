"""Style sheets and scripts, under an address that changes when they do, so that they cache for ever."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Response, send_from_directory, url_for

from api.http.access import access
from api.review.frame.blueprint import review

FOLDER = Path(__file__).parents[2] / "static" / "review"


@cache
def version() -> str:
    """The digest of all assets together, since modules import each other by relative address."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(FOLDER).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


@review.get("/assets/<given>/<path:name>")
@access(public=True)
def assets(given: str, name: str) -> Response:
    response = send_from_directory(FOLDER, name, max_age=0)
    if given == version():
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@review.app_template_global()
def asset(name: str) -> str:
    """The address of an asset."""
    return url_for("review.assets", given=version(), name=name)
