"""Style sheets and scripts, under an address that changes when they do, so that they cache for ever."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, send_from_directory, url_for

from api.review.frame.access import public

FOLDER = Path(__file__).parents[2] / "static" / "review"


@cache
def version() -> str:
    """Give the digest of all assets together: modules import each other by relative address."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(FOLDER).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def asset(name: str) -> str:
    """Give the address of an asset."""
    return url_for("review.assets", given=version(), name=name)


def add_assets(blueprint: Blueprint) -> None:
    """Serve the assets and let templates name them."""

    @blueprint.get("/assets/<given>/<path:name>")
    @public
    def assets(given: str, name: str) -> Response:
        response = send_from_directory(FOLDER, name, max_age=0)
        if given == version():
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response

    blueprint.app_context_processor(lambda: {"asset": asset})
