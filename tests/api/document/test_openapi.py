"""The document says all of the API, and nothing else."""

import re
from typing import Any

import pytest

from api.http.parts import ApiParts
from api.schemas.problems import KINDS, ProblemCode
from api.schemas.requests import CURSOR
from api.v1.intake.cursors import write_cursor
from core.ids import new_id
from core.vocabulary import Scope
from tests.api.conftest import Web, make_web


@pytest.fixture
def document(sqlite_web: Web) -> dict[str, Any]:
    response = sqlite_web.client.get("/openapi.json")
    assert response.mimetype == "application/json"
    body: dict[str, Any] = response.get_json()
    return body


def test_every_route_of_the_api_is_described(sqlite_web: Web, document: dict[str, Any]) -> None:
    routes = {
        (re.sub(r"<(?:[^>:]+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in sqlite_web.client.application.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/v1/") or rule.rule in {"/livez", "/readyz", "/metrics"}
    }
    described = {(path, method) for path, operations in document["paths"].items() for method in operations}
    assert described == routes
    assert document["openapi"].startswith("3.1")


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    names = set(re.findall(r"#/components/schemas/([\w.]+)", str(document)))
    schemas = document["components"]["schemas"]
    assert names <= set(schemas)
    assert not [name for name in schemas if "." in name]
    assert set(schemas) - names <= set()


def test_every_operation_tells_its_problems_and_its_key(document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert operation["operationId"]
            assert operation["summary"]
            is_public = not path.startswith("/v1/")
            signed: list[dict[str, list[str]]] = [
                {name: []} for name in ("standardWebhooks", "shopify", "wooCommerce")
            ]
            if is_public or path.startswith("/v1/hooks"):
                assert operation["security"] == ([] if is_public else signed)
            else:
                ((scope,),) = [one["apiKey"] for one in operation["security"]]
                assert scope in set(Scope)
                assert "403" in operation["responses"]
            assert is_public or {"401", "429", "500", "503"} <= set(operation["responses"])
            for status, response in operation["responses"].items():
                if status >= "400":
                    assert list(response["content"]) == ["application/problem+json"]
    assert document["security"] == [{"apiKey": []}]
    assert document["components"]["schemas"]["ProblemCode"]["enum"] == [code.value for code in ProblemCode]


def test_both_ways_to_submit_are_described(document: dict[str, Any]) -> None:
    create = document["paths"]["/v1/submissions"]["post"]
    assert set(create["requestBody"]["content"]) == {"application/json", "multipart/form-data"}
    assert set(create["responses"]) >= {"200", "202", "400", "413", "415", "422"}
    assert [parameter["name"] for parameter in create["parameters"]] == ["Idempotency-Key"]
    upload = document["components"]["schemas"]["NewUpload"]
    assert upload["required"] == ["image"]
    assert "image" in upload["properties"]
    new = document["components"]["schemas"]["NewSubmission"]
    assert new["required"] == ["image_url"]
    assert new["additionalProperties"] is False


def test_every_field_of_an_answer_is_always_there(document: dict[str, Any]) -> None:
    for name in ("SubmissionAnswer", "VerdictAnswer", "ImageAnswer", "PageAnswer"):
        schema = document["components"]["schemas"][name]
        assert schema["required"] == list(schema["properties"])


@pytest.mark.slow
def test_every_application_of_a_process_has_the_whole_document(
    sqlite_parts: ApiParts, document: dict[str, Any]
) -> None:
    again = make_web(sqlite_parts).client
    assert again.get("/openapi.json").get_json() == again.get("/openapi.json").get_json() == document


def test_the_host_of_a_request_is_not_believed(sqlite_web: Web) -> None:
    text = sqlite_web.client.get("/openapi.json", headers={"Host": "evil.example"}).text
    assert "evil" not in text


def test_the_page_says_it_all_and_needs_nothing_from_afar(sqlite_web: Web, document: dict[str, Any]) -> None:
    response = sqlite_web.client.get("/docs")
    text = response.text
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for path in document["paths"]:
        assert path in text
    for name in document["components"]["schemas"]:
        assert f'id="{name}"' in text
    assert "<script" not in text
    assert "style=" not in text
    links = set(re.findall(r'(?:src|href)="(?!#)([^"]+)"', text))
    ours = {"/static/reference.css", "/openapi.json", "/docs", "/model", "/review"}
    assert {link for link in links - ours if not link.startswith("/assets/")} == {
        f"/docs/problems/{code}" for code in ProblemCode
    }
    with sqlite_web.client.get("/static/reference.css") as style:
        assert style.status_code == 200


def test_every_problem_has_its_page(sqlite_web: Web) -> None:
    for code, kind in KINDS.items():
        assert kind.title in sqlite_web.client.get(f"/docs/problems/{code}").text
    page = sqlite_web.client.get("/docs/problems/invalid_request").text
    assert "See <code>errors</code>." in page
    assert "`" not in page
    assert sqlite_web.client.get("/docs/problems/nothing").status_code == 404


def test_a_cursor_is_as_described() -> None:
    for _ in range(200):
        assert re.fullmatch(CURSOR, write_cursor(new_id()))
