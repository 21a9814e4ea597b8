"""Strict reading of request bodies: anything that two parsers could read differently is refused.

One JSON object in UTF-8, each name once, no NaN or Infinity, nesting and size bounded.
"""

import json
from collections.abc import Container
from typing import Any, NoReturn

from flask import Request
from flask.json.provider import DefaultJSONProvider
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from api.schemas.problems import FieldError, Problem, ProblemCode, invalid

KIB = 1024
SMALL_BODY = 128 * KIB  # a submission at its longest is 15 KiB, six times that with every character escaped
BATCH_BODY = 8 * KIB * KIB
MOST_VALUES = 100_000  # a body of empty lists would grow thirtyfold in memory
# All fields of a form that are no file; werkzeug also holds what it reads of a file (64 KiB at a time, and
# what was left over) against it, so that less would refuse every larger image.
FORM_MEMORY = 256 * KIB
FORM_PARTS = 32


class StrictJson(DefaultJSONProvider):
    """Reads JSON strictly, and writes it as Flask does."""

    def loads(self, s: str | bytes, **_kwargs: Any) -> Any:
        """Read a body. Errors: Problem (malformed_json, body_too_large)."""
        data = s.encode() if isinstance(s, str) else s
        if sum(data.count(mark) for mark in (b",", b"[", b"{")) > MOST_VALUES:
            raise Problem(ProblemCode.BODY_TOO_LARGE, f"The body has more than {MOST_VALUES:,} values.")
        try:
            return json.loads(
                data.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse_constant
            )
        # Recursion: nesting deeper than the interpreter's stack. ValueError also covers wrong UTF-8 and
        # integers too long for Python to read.
        except (ValueError, RecursionError) as error:
            detail = str(error) if isinstance(error, _StrictError) else None
            raise Problem(ProblemCode.MALFORMED_JSON, detail) from None


class StrictRequest(Request):
    """A request whose JSON body is complete, uncompressed and declared as JSON."""

    def get_json(self, *_: bool, **__: bool) -> dict[str, Any]:
        """The body as one JSON object. `force` and its like change nothing.

        Errors: `Problem` (unsupported_media_type, malformed_json, ...), RequestEntityTooLarge.
        """
        if not self.is_json:
            raise Problem(ProblemCode.UNSUPPORTED_MEDIA_TYPE, "Send the body as application/json.")
        body = self.json_module.loads(read_body(self))
        if not isinstance(body, dict):
            raise Problem(ProblemCode.MALFORMED_JSON, "The body must be a JSON object.")
        return body


def read_body(request: Request) -> bytes:
    """The complete body. Errors: `Problem` (bad_request), werkzeug's RequestEntityTooLarge."""
    refuse_encoding(request)
    try:
        data = request.get_data(cache=False)
    except OSError:  # the server's word for a connection that ended within a chunk
        raise Problem(ProblemCode.BAD_REQUEST, "The request body ended early.") from None
    # A server may pass on what came of a body that broke off, and that may be whole JSON by chance.
    if request.content_length not in {None, len(data)}:
        raise Problem(ProblemCode.BAD_REQUEST, "The body is shorter than its Content-Length.")
    return data


def read_form(
    request: Request,
    files_named: str,
    *,
    most_bytes: int,
    most_files: int = 1,
    is_required: bool = False,
    lists: Container[str] = (),
) -> tuple[dict[str, Any], list[FileStorage]]:
    """Fields and files of a `multipart/form-data` body. Fields in `lists` may be repeated.

    Files are spooled, and at their beginning. `most_bytes` is for all of them together. Errors: `Problem`
    (bad_request, invalid_request, ...), werkzeug's RequestEntityTooLarge as soon as the limit is passed.
    """
    refuse_encoding(request)
    request.max_content_length = most_bytes + FORM_MEMORY + 64 * KIB  # boundaries and headers of parts
    request.max_form_memory_size = FORM_MEMORY
    request.max_form_parts = FORM_PARTS + most_files
    try:
        files, form = request.files, request.form
    except OSError:  # as above
        raise Problem(ProblemCode.BAD_REQUEST, "The request body ended early.") from None
    except RequestEntityTooLarge:
        if not is_over_limit(request):  # too much text, or too many parts
            raise
        files_are = "file is" if most_files == 1 else "files are"
        in_total = "" if most_files == 1 else " in total"
        raise Problem(
            ProblemCode.BODY_TOO_LARGE, f"The {files_are} larger than {in_bytes(most_bytes)}{in_total}."
        ) from None
    errors = [wrong_field(name, "unknown field") for name in files if name != files_named]
    if errors and is_required and files_named not in files:
        errors.append(wrong_field(files_named, "required"))
    errors += [
        wrong_field(name, "must be given only once")
        for name in form
        if len(form.getlist(name)) > 1 and name not in lists
    ]
    # A part without a name has the name None, whatever werkzeug's types say.
    errors += [wrong_field("", "every part needs a name") for name in form if not name]
    if errors:
        raise invalid(tuple(errors))
    fields = {name: form.getlist(name) if name in lists else form[name] for name in form}
    return fields, files.getlist(files_named)


def is_over_limit(request: Request) -> bool:
    """True if the body itself is known to be larger than its path allows."""
    limit = request.max_content_length
    return limit is not None and (request.content_length or 0) > limit


def in_bytes(count: int) -> str:
    """A size exactly, in the largest unit that gives a whole number, such as `20 MiB`."""
    for unit, size in (("GiB", KIB**3), ("MiB", KIB**2), ("KiB", KIB)):
        if count and count % size == 0:
            return f"{count // size:,} {unit}"
    return f"{count:,} bytes"


def size_of(file: FileStorage) -> int:
    """Size of a spooled file in bytes; the file is left at its beginning."""
    size = file.stream.seek(0, 2)
    file.stream.seek(0)
    return size


def wrong_field(name: str | None, detail: str) -> FieldError:
    """What is wrong with a field of a form, or with one of its files."""
    return FieldError((name or "")[:100], ProblemCode.INVALID_REQUEST, detail)


def refuse_encoding(request: Request) -> None:
    """Refuse compressed bodies: nothing here unpacks them."""
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise Problem(ProblemCode.UNSUPPORTED_MEDIA_TYPE, "The body must not be compressed.")


class _StrictError(ValueError):
    """JSON that others may accept and we do not; the text is ours."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _StrictError("An object has the same field twice.")
    return found


def _refuse_constant(_name: str) -> NoReturn:
    raise _StrictError("NaN and Infinity are not allowed in JSON.")
