"""Files that show how a picture was made: written to disk, stored by digest, and never opened."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from flask import Request
from werkzeug.datastructures import FileStorage

from api.http.bodies import in_bytes, read_form, size_of, wrong_field
from api.http.parts import FileLimits
from api.schemas.problems import Problem, ProblemCode, invalid, unavailable
from api.v1.appeals.file_kinds import HEAD, file_kind
from store.appeals.appeal_files import NewFile, unwanted
from store.base.database import Database
from store.bytes.blobs import BlobStore

NAME_LENGTH = 200
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
    fields, files = read_form(
        request, "files", most_bytes=limits.bytes, most_files=limits.files, lists={"evidence_urls"}
    )
    sent = tuple(file for file in files if file.filename)
    if len(sent) > limits.files:
        raise invalid((wrong_field("files", f"at most {limits.files} files"),))
    if sum(size_of(file) for file in sent) > limits.bytes:
        raise Problem(
            ProblemCode.BODY_TOO_LARGE, f"The files are larger than {in_bytes(limits.bytes)} in total."
        )
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


def clean_name(name: str | None) -> str:
    """The last part of a file's name, without characters that hide or reorder text."""
    last = re.split(r"[/\\]", name or "")[-1]
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", last).strip()[:NAME_LENGTH] or "?"


def _keep(file: FileStorage, blobs: BlobStore) -> NewFile:
    size = size_of(file)
    kind = file_kind(file.stream.read(HEAD), file.filename or "")
    file.stream.seek(0)
    return NewFile(clean_name(file.filename), kind, size, blobs.put_stream(cast(BinaryIO, file.stream)))
