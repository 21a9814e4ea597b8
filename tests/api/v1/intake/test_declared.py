"""A declaration is kept with the submission, and what contradicts it stands beside it."""

import io
from typing import Any

import pytest

from api.http.parts import ApiParts
from api.schemas.answers import SubmissionAnswer
from store.base.database import Database
from tests.api.conftest import IMAGE_URL, Web, examine, make_web, problem


def read(web: Web, submission_id: str) -> dict[str, Any]:
    answer = web.get(f"/v1/submissions/{submission_id}")
    SubmissionAnswer.model_validate_json(answer.data)
    body: dict[str, Any] = answer.get_json()
    return body


@pytest.mark.parametrize(
    ("declared", "contradiction"),
    [("human", "declared_human_found_ai"), ("ai", "none"), ("assisted", "none"), (None, "none")],
)
def test_the_verdict_is_held_against_what_was_declared(
    web: Web, database: Database, declared: str | None, contradiction: str
) -> None:
    submission_id = web.submit(declared=declared)
    assert read(web, submission_id)["contradiction"] == "none"
    examine(database, submission_id)
    found = read(web, submission_id)
    assert (found["declared"], found["contradiction"]) == (declared or "unknown", contradiction)
    assert found["verdict"]["score"] == 0.973  # whatever was declared


def test_forms_and_batches_declare_too(sqlite_web: Web) -> None:
    form = {"image": (io.BytesIO(b"x"), "a.png"), "declared": "assisted"}
    assert sqlite_web.post("/v1/submissions", data=form).get_json()["declared"] == "assisted"
    entries = [{"image_url": IMAGE_URL, "declared": one} for one in ("ai", "maybe")]
    answer = sqlite_web.post("/v1/submissions/batch", json={"submissions": entries}).get_json()
    assert answer["results"][0]["submission"]["declared"] == "ai"
    assert answer["results"][1]["problem"]["errors"][0]["field"] == "declared"


@pytest.mark.parametrize("declared", ["machine", "AI", "", 1])
def test_an_unknown_declaration_is_an_error_of_its_field(sqlite_web: Web, declared: object) -> None:
    refused = problem(sqlite_web.post("/v1/submissions", json={"image_url": IMAGE_URL, "declared": declared}))
    assert (refused["code"], refused["errors"][0]["field"]) == ("invalid_request", "declared")


def test_a_key_used_with_another_declaration_is_a_mismatch(sqlite_web: Web) -> None:
    def send(**fields: object) -> int:
        body = {"image_url": IMAGE_URL, **fields}
        headers = {"Idempotency-Key": "one"}
        return sqlite_web.post("/v1/submissions", json=body, headers=headers).status_code

    assert [send(), send(declared="unknown"), send(declared=None), send(declared="ai")] == [
        202,
        200,
        200,
        422,
    ]


def test_another_client_sees_nothing_of_a_declaration(
    sqlite_web: Web, sqlite_parts: ApiParts, sqlite_database: Database
) -> None:
    examine(sqlite_database, sqlite_web.submit(declared="human"))
    other = make_web(sqlite_parts)
    own = other.submit()
    examine(sqlite_database, own)
    assert (read(other, own)["declared"], read(other, own)["contradiction"]) == ("unknown", "none")
    for web in (other, sqlite_web):  # a verdict is shared, so it has neither
        image = web.get("/v1/images/" + "a" * 64).get_json()
        assert "declared" not in str(sorted(image))
        assert "contradiction" not in str(sorted(image))
