"""Every refusal at the door has its problem code, and stores nothing."""

import json
from typing import Any

import pytest

from api.http.parts import ApiParts
from store.base.database import Database
from store.intake.submissions import count_states
from tests.api.conftest import IMAGE_URL, RecordingSender, Web, make_web, problem

NO_ID = "0" * 32


@pytest.mark.parametrize("field", ["image_url", "page_url", "callback_url"])
@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "invalid_url"),
        ("a.png", "invalid_url"),
        ("/a.png", "invalid_url"),
        ("//example.com/a.png", "invalid_url"),
        ("https:///a.png", "invalid_url"),
        ("https://exa mple.com/", "invalid_url"),
        ("https://example.com:99999/", "invalid_url"),
        ("https://example.com/\x00", "invalid_url"),
        ("https://example.com/\n", "invalid_url"),
        ("http://[::1", "invalid_url"),
        ("ftp://example.com/a.png", "unsupported_scheme"),
        ("file:///etc/passwd", "unsupported_scheme"),
        ("javascript:alert(1)", "unsupported_scheme"),
        ("data:image/png;base64,AA==", "unsupported_scheme"),
        ("https://example.com/" + "a" * 8173, "url_too_long"),
        ("https://user:pass@example.com/a.png", "url_has_credentials"),
        ("https://user@example.com/a.png", "url_has_credentials"),
    ],
)
def test_a_bad_url_is_refused_with_its_own_code(sqlite_web: Web, field: str, url: str, code: str) -> None:
    response = sqlite_web.post("/v1/submissions", json={"image_url": IMAGE_URL, field: url})
    assert response.status_code == 422
    body = problem(response)
    assert body["code"] == code
    assert [(error["field"], error["code"]) for error in body["errors"]] == [(field, code)]


def test_a_url_of_the_greatest_length_is_taken(sqlite_web: Web) -> None:
    url = "https://example.com/" + "a" * 8172
    body = sqlite_web.get(f"/v1/submissions/{sqlite_web.submit(image_url=url)}").get_json()
    assert len(url) == 8192
    assert body["image_url"] == url


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"image_url": None},
        {"image_url": 5},
        {"image_url": [IMAGE_URL]},
        {"image_url": IMAGE_URL, "title": "a" * 501},
        {"image_url": IMAGE_URL, "title": "a\x00b"},
        {"image_url": IMAGE_URL, "title": "a\x1bb"},
        {"image_url": IMAGE_URL, "title": "a\x85b"},
        {"image_url": IMAGE_URL, "title": "\ud800"},
        {"image_url": IMAGE_URL, "title": 5},
        {"image_url": IMAGE_URL, "listing_id": ""},
        {"image_url": IMAGE_URL, "listing_id": "a" * 256},
        {"image_url": IMAGE_URL, "listing_id": 12345678901234567890},
        {"image_url": IMAGE_URL, "external_id": True},
        {"image_url": IMAGE_URL, "priority": "urgent"},
        {"image_url": IMAGE_URL, "priority": 1},
        {"image_url": IMAGE_URL, "callbackurl": IMAGE_URL},
        {"image_url": IMAGE_URL, "id": "a" * 32},
        {"image_url": IMAGE_URL, "source": "cli"},
        {"image_url": IMAGE_URL, "x" * 5000: 1},
    ],
)
def test_a_wrong_field_is_refused_by_name(sqlite_web: Web, fields: dict[str, Any]) -> None:
    response = sqlite_web.post("/v1/submissions", data=json.dumps(fields), content_type="application/json")
    assert response.status_code == 422
    body = problem(response)
    assert body["code"] == "invalid_request"
    wrong = next((name for name in fields if name != "image_url"), "image_url")
    assert body["errors"][0]["field"] == wrong[:100]


def test_ten_thousand_wrong_fields_get_a_short_answer(sqlite_web: Web) -> None:
    fields = {f"f{number}": 1 for number in range(5000)}
    response = sqlite_web.post("/v1/submissions", json=fields)
    assert len(problem(response)["errors"]) == 20


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b"5",
        b'{"image_url": "https://a.example/\xff"}',
        '{"image_url": "https://a.example/"}'.encode("utf-16"),
        b"\xef\xbb\xbf{}",
        b'{"image_url": "https://a.example/", "image_url": "https://b.example/"}',
        b'{"image_url": NaN}',
        b'{"image_url": -Infinity}',
        b'{"image_url": ' + b"9" * 5000 + b"}",
        b'{"a":' * 9000 + b"1" + b"}" * 9000,
        b"[" * 30_000,
    ],
)
def test_what_is_no_strict_json_object_is_malformed(sqlite_web: Web, body: bytes) -> None:
    response = sqlite_web.post("/v1/submissions", data=body, content_type="application/json")
    assert response.status_code == 400
    assert problem(response)["code"] == "malformed_json"


@pytest.mark.parametrize("path", ["/v1/submissions", "/v1/submissions/batch"])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
def test_another_content_type_is_refused(sqlite_web: Web, path: str, headers: dict[str, str]) -> None:
    response = sqlite_web.post(path, data=b"{}", headers=headers)
    assert response.status_code == 415
    assert problem(response)["code"] == "unsupported_media_type"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("?limit=many", "limit: must be an integer"),
        ("?limit=1.5", "limit: must be an integer"),
        ("?limit=0", "limit: must be at least 1"),
        ("?limit=999", "limit: must be at most 100"),
        ("?state=gone", "state: must be 'queued', 'processing', 'examined' or 'failed'"),
        ("?listing_id=", "listing_id: must have at least one character"),
        (f"?listing_id={'a' * 256}", "listing_id: must have at most 255 characters"),
        (f"/{NO_ID}?wait=soon", "wait: must be a number"),
        (f"/{NO_ID}?wait=nan", "wait: must be a number"),
        (f"/{NO_ID}?wait=-1", "wait: must be at least 0"),
    ],
)
def test_a_wrong_query_is_refused_in_plain_words(sqlite_web: Web, address: str, said: str) -> None:
    response = sqlite_web.get(f"/v1/submissions{address}")
    assert response.status_code == 422
    assert problem(response)["detail"] == said


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/batch", {"submissions": []}, "submissions: must have at least one entry"),
        ("/batch", {"submissions": [{}] * 1001}, "submissions: must have at most 1,000 entries"),
        ("/batch", {"submissions": {}}, "submissions: must be a list"),
        ("", {"image_url": IMAGE_URL, "title": "a" * 501}, "title: must have at most 500 characters"),
        ("", {"image_url": IMAGE_URL, "title": 1}, "title: must be a string"),
        (
            "",
            {"image_url": IMAGE_URL, "declared": "robot"},
            "declared: must be 'human', 'ai', 'assisted' or 'unknown'",
        ),
    ],
)
def test_a_wrong_body_is_refused_in_plain_words(
    sqlite_web: Web, path: str, body: dict[str, Any], said: str
) -> None:
    response = sqlite_web.post(f"/v1/submissions{path}", json=body)
    assert response.status_code == 422
    assert problem(response)["detail"] == said


def test_a_body_over_the_limit_is_too_large(sqlite_web: Web) -> None:
    response = sqlite_web.post("/v1/submissions", json={"image_url": IMAGE_URL, "title": "a" * 140_000})
    assert response.status_code == 413
    assert problem(response)["code"] == "body_too_large"
    assert problem(response)["detail"] == "The body is larger than 128 KiB."


def test_a_body_that_would_swell_in_memory_is_too_large(sqlite_web: Web) -> None:
    body = b'{"submissions":[' + b"[]," * 200_000 + b"[]]}"
    response = sqlite_web.post("/v1/submissions/batch", data=body, content_type="application/json")
    assert response.status_code == 413


def test_a_refusal_stores_and_sends_nothing(web: Web, database: Database, sender: RecordingSender) -> None:
    web.post("/v1/submissions", json={"image_url": "ftp://example.com/"})
    web.post("/v1/submissions", json={})
    web.post("/v1/submissions", data=b"{", content_type="application/json")
    with database.reading() as session:
        assert count_states(session) == {}
    assert sender.sent == []


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1", 404, "not_found"),
        ("GET", "/v1/nothing", 404, "not_found"),
        ("GET", "/v1/submissions/", 404, "not_found"),
        ("DELETE", "/v1/submissions", 405, "method_not_allowed"),
        ("PATCH", "/v1/submissions/" + "0" * 32, 405, "method_not_allowed"),
        ("GET", "/v1/submissions/batch", 405, "method_not_allowed"),
        ("POST", "/livez", 405, "method_not_allowed"),
        ("POST", "/readyz", 405, "method_not_allowed"),
        ("PUT", "/openapi.json", 405, "method_not_allowed"),
    ],
)
def test_unknown_paths_and_methods_are_problems(
    sqlite_web: Web, method: str, path: str, status: int, code: str
) -> None:
    response = sqlite_web.client.open(
        path, method=method, headers={"Authorization": f"Bearer {sqlite_web.key}"}
    )
    assert response.status_code == status
    assert problem(response)["code"] == code
    if status == 405:
        assert response.headers["Allow"]


def test_what_is_stored_is_never_what_was_refused(sqlite_parts: ApiParts) -> None:
    """What the strictest column takes: every text at its longest, in four-byte characters."""
    web = make_web(sqlite_parts)
    long = {"title": "🖼" * 500, "listing_id": "🖼" * 255, "external_id": "🖼" * 255}
    body = web.get(f"/v1/submissions/{web.submit(**long)}").get_json()
    assert {name: body[name] for name in long} == long
