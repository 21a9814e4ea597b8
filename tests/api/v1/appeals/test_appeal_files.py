"""An appellant may show how a picture was made: files are kept as they came, and opened by nobody."""

import hashlib
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from urllib3 import encode_multipart_formdata
from werkzeug.test import TestResponse

from api.http.parts import ApiParts, FileLimits
from api.v1.appeals.file_kinds import file_kind
from api.v1.appeals.sent_files import clean_name
from core.vocabulary import FileKind
from store.base.database import Database
from store.bytes.blobs import FolderBlobs
from store.tables.appeal_tables import Appeal, AppealFile
from tests.api.conftest import Web, examine, make_web, problem

REASON = "I drew this; the layers are here."
PSD = b"8BPS\x00\x01" + bytes(500)
LINKS = ["https://artist.example/wip", "https://video.example/1"]


@pytest.fixture
def examined(web: Web, database: Database) -> str:
    submission_id = web.submit()
    examine(database, submission_id)
    return f"/v1/submissions/{submission_id}/appeal"


def send(web: Web, path: str, files: list[tuple[str, bytes]], **fields: Any) -> TestResponse:
    # Encoded here: werkzeug's test client would spool it to a file that it never closes.
    parts: list[tuple[str, Any]] = [("files", (name, data)) for name, data in files]
    for name, value in ({"reason": REASON} | fields).items():
        parts += [(name, one) for one in (value if isinstance(value, list) else [value])]
    body, content_type = encode_multipart_formdata(parts)
    return web.post(path, data=body, content_type=content_type)


def blobs_in(blobs: FolderBlobs) -> int:
    return sum(path.is_file() for path in blobs._root.rglob("*"))


def test_files_and_addresses_are_kept_with_the_appeal(
    web: Web, examined: str, database: Database, blobs: FolderBlobs
) -> None:
    answer = send(web, examined, [("線画.psd", PSD), ("a.mp4", b"\0\0\0\x18ftypmp42")], evidence_urls=LINKS)
    assert answer.status_code == 201, answer.text
    body = answer.get_json()
    assert [(file["name"], file["bytes"]) for file in body["files"]] == [("線画.psd", 506), ("a.mp4", 12)]
    assert (body["evidence_url"], body["evidence_urls"]) == (None, LINKS)
    with database.reading() as session:
        rows = session.scalars(select(AppealFile).order_by(AppealFile.id)).all()
        kept = session.scalar(select(Appeal))
    assert kept is not None
    assert kept.evidence_urls == LINKS
    assert [(row.appeal_id, row.kind) for row in rows] == [
        (body["id"], FileKind.PHOTOSHOP),
        (body["id"], FileKind.VIDEO),
    ]
    assert rows[0].sha256 == hashlib.sha256(PSD).hexdigest()
    assert blobs.get(rows[0].sha256) == PSD


def test_json_may_name_several_addresses(web: Web, examined: str, database: Database) -> None:
    answer = web.post(examined, json={"reason": REASON, "evidence_url": LINKS[0], "evidence_urls": LINKS[1:]})
    assert answer.status_code == 201
    assert answer.get_json()["files"] == []
    with database.reading() as session:
        kept = session.scalar(select(Appeal))
    assert kept is not None
    assert kept.evidence_urls == LINKS


def test_a_file_field_with_nothing_chosen_is_no_file(web: Web, examined: str) -> None:
    answer = send(web, examined, [("", b"")])
    assert (answer.status_code, answer.get_json()["files"]) == (201, [])


@pytest.mark.parametrize(
    ("files", "fields", "status"),
    [
        ([("a", b"x")] * 4, {}, 422),
        ([("a", bytes(150_000)), ("b", bytes(150_000))], {}, 413),
        ([("a", bytes(2_000_000))], {}, 413),
        ([("a", b"x")], {"other": ("b", b"x")}, 422),
        ([("a", b"x")], {"reason": ""}, 422),
        ([("a", b"x")], {"reason": ["one", "two"]}, 422),
        ([("a", b"x")], {"evidence_url": "javascript:alert(1)"}, 422),
        ([("a", b"x")], {"evidence_urls": ["https://a.example/", "ftp://b.example/"]}, 422),
        ([("a", b"x")], {"evidence_urls": ["https://a.example/"] * 11}, 422),
    ],
)
def test_what_is_too_much_or_wrong_is_refused_and_leaves_nothing(
    sqlite_parts: ApiParts,
    blobs: FolderBlobs,
    files: list[tuple[str, bytes]],
    fields: dict[str, Any],
    status: int,
) -> None:
    web = make_web(replace(sqlite_parts, file_limits=FileLimits(files=3, bytes=200_000)))
    submission_id = web.submit()
    examine(sqlite_parts.database, submission_id)
    answer = send(web, f"/v1/submissions/{submission_id}/appeal", files, **fields)
    assert answer.status_code == status
    problem(answer)
    assert blobs_in(blobs) == 0


def test_a_refused_appeal_keeps_no_bytes_but_those_that_somebody_else_named(
    web: Web, examined: str, blobs: FolderBlobs
) -> None:
    assert send(web, examined, [("a.psd", PSD)]).status_code == 201
    again = send(web, examined, [("a.psd", PSD), ("b.psd", PSD + b"more")])
    assert (again.status_code, problem(again)["code"]) == (409, "appeal_open")
    assert blobs.get(hashlib.sha256(PSD).hexdigest()) == PSD
    assert blobs_in(blobs) == 1


def test_nothing_is_kept_for_a_submission_of_somebody_else(
    api_parts: ApiParts, examined: str, blobs: FolderBlobs
) -> None:
    answer = send(make_web(api_parts), examined, [("a.psd", PSD)])
    assert (answer.status_code, problem(answer)["code"]) == (404, "not_found")
    assert blobs_in(blobs) == 0


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\Users\\aiko\\線画.psd", "線画.psd"),
        ("../../etc/passwd", "passwd"),
        ("a\u202egnp.exe", "a\ufffdgnp.exe"),
        ("\x00\n", "\ufffd\ufffd"),
        ("x" * 500, "x" * 200),
        ("", "?"),
        (None, "?"),
    ],
)
def test_names_lose_their_folders_and_what_reorders_them(given: str | None, kept: str) -> None:
    assert clean_name(given) == kept


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"8BPS\0\1", FileKind.PHOTOSHOP),
        (b"CSFCHUNK\0", FileKind.CLIP_STUDIO),
        (b"PK\3\4" + bytes(26) + b"mimetypeapplication/x-krita", FileKind.KRITA),
        (b"PK\3\4" + bytes(26) + b"mimetypeimage/openraster", FileKind.OPENRASTER),
        (b"PK\3\4" + bytes(100), FileKind.ARCHIVE),
        (b"\x89PNG\r\n\x1a\n", FileKind.PICTURE),
        (b"RIFF\0\0\0\0WEBP", FileKind.PICTURE),
        (b"\0\0\0\x20ftypavif", FileKind.PICTURE),
        (b"\0\0\0\x20ftypisom", FileKind.VIDEO),
        (b"MZ\x90", FileKind.PROGRAM),
        (b"#!/bin/sh", FileKind.PROGRAM),
        (b"<svg onload=alert(1)>", FileKind.UNKNOWN),
        (b"", FileKind.UNKNOWN),
    ],
)
def test_a_kind_is_told_from_the_first_bytes(head: bytes, kind: FileKind) -> None:
    assert file_kind(head) is kind
