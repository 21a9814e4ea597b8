"""Files that show how a picture was made: taken in to disk, kept by digest, and never opened."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from flask import Request
from werkzeug.datastructures import FileStorage

from api.http.bodies import FORM_MEMORY, FORM_PARTS, KIB, refuse_encoding
from api.http.parts import FileLimits
from api.schemas.problems import FieldError, Problem, ProblemCode, invalid, unavailable
from api.v1.appeals.file_kinds import HEAD, file_kind
from store.appeals.appeal_files import NewFile, unwanted
from store.base.database import Database
from store.bytes.blobs import BlobStore

OVERHEAD = FORM_MEMORY + 64 * KIB  # other fields, boundaries and part headers beside the files
NAME_LENGTH = 200
LISTS = {"evidence_urls"}
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


@dataclass(frozen=True, slots=True)
class AppealForm:
    """A form's fields as they came, and its files, spooled and at their beginning."""

    fields: dict[str, Any]
    files: tuple[FileStorage, ...]


def read_appeal_form(request: Request, limits: FileLimits) -> AppealForm:
    """Read `multipart/form-data` with any number of file parts `files`.

    What a page's file field sends when nothing was chosen is passed over. Errors: `Problem`,
    werkzeug's RequestEntityTooLarge (as soon as the limit is passed).
    """
    refuse_encoding(request)
    request.max_content_length = limits.bytes + OVERHEAD
    request.max_form_memory_size = FORM_MEMORY
    request.max_form_parts = FORM_PARTS + limits.files
    try:
        files, form = request.files, request.form
    except OSError:  # the server's word for a connection that ended within a chunk
        raise Problem(ProblemCode.BAD_REQUEST, "The request body ended early.") from None
    errors = [_error(name, "unknown field") for name in files if name != "files"]
    errors += [
        _error(name, "must be given only once")
        for name in form
        if len(form.getlist(name)) > 1 and name not in LISTS
    ]
    # A part without a name has the name None, whatever werkzeug's types say.
    errors += [_error("", "every part needs a name") for name in form if not name]
    sent = tuple(file for file in files.getlist("files") if file.filename)
    if len(sent) > limits.files:
        errors.append(_error("files", f"at most {limits.files} files"))
    if errors:
        raise invalid(tuple(errors))
    if sum(size_of(file) for file in sent) > limits.bytes:
        raise Problem(
            ProblemCode.BODY_TOO_LARGE, f"The files are larger than {limits.bytes:,} bytes in total."
        )
    fields = {name: form.getlist(name) if name in LISTS else form[name] for name in form}
    return AppealForm(fields, sent)


def keep_files(files: Iterable[FileStorage], blobs: BlobStore) -> tuple[NewFile, ...]:
    """Put files among the blobs. Errors: Problem where there is no room."""
    try:
        return tuple(_keep(file, blobs) for file in files)
    except OSError:
        raise unavailable() from None


def drop_files(files: Iterable[NewFile], database: Database, blobs: BlobStore) -> None:
    """Forget files whose appeal came to nothing, unless something else names the same bytes."""
    with database.reading() as session:
        digests = unwanted(session, [file.sha256 for file in files])
    for sha256 in digests:
        blobs.delete(sha256)


def size_of(file: FileStorage) -> int:
    """Measure a spooled file, and leave it at its beginning."""
    size = file.stream.seek(0, 2)
    file.stream.seek(0)
    return size


def clean_name(name: str | None) -> str:
    """Give the last part of a file's name, without what hides or reorders text."""
    last = re.split(r"[/\\]", name or "")[-1]
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", last).strip()[:NAME_LENGTH] or "?"


def _keep(file: FileStorage, blobs: BlobStore) -> NewFile:
    size = size_of(file)
    kind = file_kind(file.stream.read(HEAD))
    file.stream.seek(0)
    return NewFile(clean_name(file.filename), kind, size, blobs.put_stream(cast(BinaryIO, file.stream)))


def _error(field: str | None, detail: str) -> FieldError:
    return FieldError((field or "")[:100], ProblemCode.INVALID_REQUEST, detail)
