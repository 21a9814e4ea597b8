"""Reading an upload: the image goes to disk while it arrives, never whole into memory."""

from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from flask import Request

from api.http.bodies import FORM_MEMORY, FORM_PARTS, KIB, refuse_encoding
from api.schemas.problems import FieldError, Problem, ProblemCode, invalid

OVERHEAD = FORM_MEMORY + 32 * KIB  # other fields, boundaries and part headers beside the image


@dataclass(frozen=True, slots=True)
class Upload:
    """The image part, spooled and at its beginning, and the other fields as they came."""

    image: BinaryIO
    fields: dict[str, Any]


def read_upload(request: Request, max_image_bytes: int) -> Upload:
    """Read `multipart/form-data` with one file part `image`.

    Errors: `Problem`, werkzeug's RequestEntityTooLarge (as soon as the limit is passed).
    """
    refuse_encoding(request)
    request.max_content_length = max_image_bytes + OVERHEAD
    request.max_form_memory_size = FORM_MEMORY
    request.max_form_parts = FORM_PARTS
    try:
        files, form = request.files, request.form
    except OSError:  # the server's word for a connection that ended within a chunk
        raise Problem(ProblemCode.BAD_REQUEST, "The request body ended early.") from None
    errors = [_error(name, "unknown field") for name in files if name != "image"]
    errors += [_error(name, "must be given only once") for name in form if len(form.getlist(name)) > 1]
    # A part without a name has the name None, whatever werkzeug's types say.
    errors += [_error("", "every part needs a name") for name in form if not name]
    parts = files.getlist("image")
    if not parts:
        errors.append(_error("image", "must be a file part with a file name"))
    elif len(parts) > 1:
        errors.append(_error("image", "must be given only once"))
    if errors:
        raise invalid(tuple(errors))
    image = cast(BinaryIO, parts[0].stream)
    size = image.seek(0, 2)
    image.seek(0)
    if size > max_image_bytes:
        raise Problem(ProblemCode.BODY_TOO_LARGE, f"The image is larger than {max_image_bytes:,} bytes.")
    if size == 0:
        raise invalid((_error("image", "the file must not be empty"),))
    return Upload(image, form.to_dict())


def _error(field: str | None, detail: str) -> FieldError:
    return FieldError((field or "")[:100], ProblemCode.INVALID_REQUEST, detail)
