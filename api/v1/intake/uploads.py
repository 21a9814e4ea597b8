"""Reading an upload: the image is written to disk as it arrives, never held whole in memory."""

from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from flask import Request

from api.http.bodies import in_bytes, read_form, size_of, wrong_field
from api.schemas.problems import Problem, ProblemCode, invalid


@dataclass(frozen=True, slots=True)
class Upload:
    """The image part, spooled and at its beginning, and the other fields as they came."""

    image: BinaryIO
    fields: dict[str, Any]


def read_upload(request: Request, max_image_bytes: int) -> Upload:
    """Read `multipart/form-data` with one file part `image`.

    Errors: `Problem`, werkzeug's RequestEntityTooLarge (as soon as the limit is passed).
    """
    fields, files = read_form(request, "image", most_bytes=max_image_bytes, is_required=True)
    if len(files) != 1:
        detail = "must be given only once" if files else "must be a file part with a file name"
        raise invalid((wrong_field("image", detail),))
    size = size_of(files[0])
    if size > max_image_bytes:
        raise Problem(ProblemCode.BODY_TOO_LARGE, f"The file is larger than {in_bytes(max_image_bytes)}.")
    if size == 0:
        raise invalid((wrong_field("image", "the file must not be empty"),))
    return Upload(cast(BinaryIO, files[0].stream), fields)
