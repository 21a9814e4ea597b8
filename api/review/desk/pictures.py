"""Image bytes for moderators, always from our own store, never from where they were found."""

from http import HTTPStatus

from flask import Response, request
from flask_babel import gettext as _
from werkzeug.wsgi import wrap_file

from api.http.parts import parts
from api.review.frame.blueprint import IMAGE_POLICY, review
from api.review.frame.page_error import PageError, not_found
from api.v1.verdicts.heatmaps import obtain_heatmap
from store.bytes.blobs import THUMBNAIL, BlobStore
from store.tables.case_tables import Image, Verdict

# The type comes from what our decoder found, never from the file's own word or its name.
TYPES = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "gif": "image/gif",
    "avif": "image/avif",
    "bmp": "image/bmp",
}

# An empty frame, crossed out, in a grey that is seen on light and dark.
GONE = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">
<g fill="none" stroke="#8b8577" stroke-width="1">
<rect x="18" y="18" width="28" height="28" rx="3"/>
<path d="M18 40l9-9 8 8 5-5 6 6M16 16l32 32"/>
</g></svg>"""

# The address is the digest of the bytes, so they can never change under it.
FOR_EVER = "private, max-age=31536000, immutable"


@review.get("/review/images/<sha256>")
def picture(sha256: str) -> Response:
    if request.if_none_match.contains(sha256):
        return _fresh(sha256)
    with parts().database.reading() as session:
        image = session.get(Image, sha256)
    content_type = TYPES.get(image.format.lower()) if image else None
    if image is None or content_type is None or image.purged_at is not None:
        raise not_found(_("Image not found."))
    try:
        file = parts().blobs.open(sha256)
    except KeyError:
        raise not_found(_("The image has been purged.")) from None
    response = Response(wrap_file(request.environ, file), mimetype=content_type, direct_passthrough=True)
    response.content_length = image.bytes
    return _headers(response, sha256, f"{sha256[:16]}.{image.format.lower()}")


@review.get("/review/images/<sha256>/thumbnail")
def thumbnail(sha256: str) -> Response:
    etag = f"{sha256}-thumbnail"
    if request.if_none_match.contains(etag):
        return _fresh(etag)
    found = find_thumbnail(parts().blobs, sha256)
    if found is None:
        try:
            response = picture(sha256)
        except PageError as error:
            # In a grid, a picture that says so is better than the browser's sign for a broken one.
            response = Response(GONE, error.status, mimetype="image/svg+xml")
            response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        # The thumbnail may be made later.
        response.headers["Cache-Control"] = "private, max-age=60"
        return response
    return _headers(Response(found, mimetype="image/jpeg"), etag, f"{sha256[:16]}-{THUMBNAIL}")


@review.get("/review/images/<sha256>/heatmap/<verdict_id>")
def heatmap(sha256: str, verdict_id: str) -> Response:
    with parts().database.reading() as session:
        verdict = session.get(Verdict, verdict_id)
    if verdict is None or verdict.image_sha256 != sha256:
        raise not_found(_("Heat map not found."))
    data = obtain_heatmap(parts(), sha256, verdict_id)
    if data is None:
        raise PageError(
            HTTPStatus.SERVICE_UNAVAILABLE,
            _("Heat map not available"),
            _("The heat map could not be created. Try again in a moment."),
        )
    return _headers(Response(data, mimetype="image/png"), verdict_id, f"{sha256[:16]}-heatmap.png")


def find_thumbnail(blobs: BlobStore, sha256: str) -> bytes | None:
    """The small picture of an image, a JPEG."""
    try:
        return blobs.get(sha256, THUMBNAIL)
    except KeyError:
        return None


def _fresh(etag: str) -> Response:
    return _headers(Response(status=304), etag, None)


def _headers(response: Response, etag: str, name: str | None) -> Response:
    response.set_etag(etag)
    response.headers["Cache-Control"] = FOR_EVER
    response.headers["Content-Security-Policy"] = IMAGE_POLICY
    if name is not None:
        response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response
