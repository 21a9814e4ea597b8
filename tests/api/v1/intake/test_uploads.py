"""Bytes instead of an address."""

import hashlib
import random
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from urllib3 import encode_multipart_formdata

from api.http.bodies import in_bytes
from api.http.parts import ApiParts
from store.base.database import Database
from store.bytes.blobs import BlobsUnavailableError, FolderBlobs
from store.intake.submissions import count_states, find_submission
from tests.api.conftest import IMAGE_URL, MAX_IMAGE_BYTES, RecordingSender, Web, make_web, problem

DATA = b"\x89PNG not really"


def upload(web: Web, data: bytes = DATA, **fields: Any) -> Any:
    return web.post("/v1/submissions", data={"image": (BytesIO(data), "a.png"), **fields})


def test_an_upload_is_kept_by_its_digest(
    web: Web, blobs: FolderBlobs, database: Database, sender: RecordingSender
) -> None:
    response = upload(web, title="絵", listing_id="l", priority="high")
    assert response.status_code == 202
    body = response.get_json()
    assert (body["source"], body["image_url"], body["title"]) == ("upload", None, "絵")
    with database.reading() as session:
        row = find_submission(session, body["id"])
    assert row is not None
    sha256 = hashlib.sha256(DATA).hexdigest()
    assert row.upload_sha256 == sha256
    assert blobs.get(sha256) == DATA
    assert [submission_id for submission_id, _ in sender.sent] == [body["id"]]


def test_an_upload_may_say_where_it_was_found(web: Web) -> None:
    assert upload(web, image_url=IMAGE_URL).get_json()["image_url"] == IMAGE_URL


def test_the_largest_image_is_taken_and_one_byte_more_is_not(sqlite_web: Web) -> None:
    assert upload(sqlite_web, b"a" * MAX_IMAGE_BYTES).status_code == 202
    response = upload(sqlite_web, b"a" * (MAX_IMAGE_BYTES + 1))
    assert response.status_code == 413
    assert problem(response)["code"] == "body_too_large"
    assert problem(response)["detail"] == f"The file is larger than {in_bytes(MAX_IMAGE_BYTES)}."


@pytest.mark.parametrize("fill", ["random", "zeros", "newlines", "dashes"])
def test_a_large_image_is_taken_whatever_its_bytes(sqlite_parts: ApiParts, fill: str) -> None:
    size = 3_000_000
    image = {
        "random": random.Random(1).randbytes(size),
        "zeros": bytes(size),
        "newlines": b"\n" * size,
        "dashes": b"\r\n--" * (size // 4),
    }[fill]
    web = make_web(replace(sqlite_parts, max_image_bytes=size))
    # Encoded here: werkzeug's test client would spool it to a file that it never closes.
    body, content_type = encode_multipart_formdata({"image": ("a.png", image)})
    response = web.post("/v1/submissions", data=body, content_type=content_type)
    assert response.status_code == 202
    assert sqlite_parts.blobs.get(hashlib.sha256(image).hexdigest()) == image


def test_a_body_far_over_the_limit_is_too_large(sqlite_web: Web) -> None:
    response = upload(sqlite_web, b"a" * (MAX_IMAGE_BYTES * 2))
    assert response.status_code == 413
    assert problem(response)["code"] == "body_too_large"
    assert problem(response)["detail"] == f"The file is larger than {in_bytes(MAX_IMAGE_BYTES)}."


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({}, "image"),
        ({"image": "text"}, "image"),
        ({"image": (BytesIO(b""), "a.png")}, "image"),
        ({"image": [(BytesIO(b"a"), "a"), (BytesIO(b"b"), "b")]}, "image"),
        ({"image": (BytesIO(b"a"), "a"), "other": (BytesIO(b"b"), "b")}, "other"),
        ({"image": (BytesIO(b"a"), "a"), "colour": "red"}, "colour"),
        ({"image": (BytesIO(b"a"), "a"), "title": ["a", "b"]}, "title"),
        ({"image": (BytesIO(b"a"), "a"), "title": "a\x00"}, "title"),
        ({"image": (BytesIO(b"a"), "a"), "priority": "urgent"}, "priority"),
    ],
)
def test_a_wrong_form_is_refused_by_name(sqlite_web: Web, form: dict[str, Any], field: str) -> None:
    response = sqlite_web.post("/v1/submissions", data=form, content_type="multipart/form-data")
    assert response.status_code == 422
    assert field in [error["field"] for error in problem(response)["errors"]]


def test_a_wrong_name_of_the_file_says_which_was_expected(sqlite_web: Web) -> None:
    form = {"picture": (BytesIO(b"a"), "a.png")}
    response = sqlite_web.post("/v1/submissions", data=form, content_type="multipart/form-data")
    assert problem(response)["detail"] == "picture: unknown field; image: required"


@pytest.mark.parametrize(
    ("count", "said"), [(20 * 2**20, "20 MiB"), (2**30, "1 GiB"), (1536, "1,536 bytes"), (4096, "4 KiB")]
)
def test_a_limit_is_named_exactly(count: int, said: str) -> None:
    assert in_bytes(count) == said


@pytest.mark.parametrize("name", ['; name=""', "", '; filename="a.png"'])
def test_a_part_without_a_name_is_refused(sqlite_web: Web, name: str) -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\na\r\n'
        b"--b\r\nContent-Disposition: form-data" + name.encode() + b"\r\n\r\na\r\n--b--\r\n"
    )
    response = sqlite_web.post("/v1/submissions", data=body, content_type="multipart/form-data; boundary=b")
    assert response.status_code == 422
    assert [error["field"] for error in problem(response)["errors"]] == [""]


@pytest.mark.parametrize(
    "form",
    [
        {"title": "a" * 400_000},
        {f"f{number}": "x" for number in range(100)},
    ],
)
def test_a_form_of_much_text_or_many_parts_is_too_large(sqlite_web: Web, form: dict[str, Any]) -> None:
    response = upload(sqlite_web, **form)
    assert response.status_code == 413
    assert problem(response)["code"] == "body_too_large"


@pytest.mark.parametrize(
    "content_type",
    ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=b"],
)
def test_a_form_that_is_none_is_refused(sqlite_web: Web, content_type: str) -> None:
    response = sqlite_web.post("/v1/submissions", data=b"--x\r\n\r\n", content_type=content_type)
    assert response.status_code in {400, 422}
    problem(response)


def test_a_full_disk_stores_no_row_and_asks_to_come_back(
    sqlite_parts: ApiParts, sqlite_database: Database, tmp_path: Path
) -> None:
    class FullDisk(FolderBlobs):
        def put_stream(self, stream: BinaryIO) -> str:
            raise BlobsUnavailableError("No space left on device")

    response = upload(make_web(sqlite_parts, blobs=FullDisk(tmp_path / "full")))
    assert response.status_code == 503
    assert response.headers["Retry-After"]
    assert "space" not in response.text
    with sqlite_database.reading() as session:
        assert count_states(session) == {}


def test_the_same_bytes_twice_are_kept_once(sqlite_web: Web, tmp_path: Path) -> None:
    for _ in range(2):
        assert upload(sqlite_web).status_code == 202
    kept = [path.name for path in (tmp_path / "blobs").rglob("*") if path.is_file()]
    assert kept == [hashlib.sha256(DATA).hexdigest()]
