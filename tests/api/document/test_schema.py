"""Every operation answers as `/openapi.json` says, whatever it is sent (schemathesis).

`KANTEI_SCHEMA_EXAMPLES=1000 pytest tests/api/document/test_schema.py` looks longer.
"""

import json
import os
from collections.abc import Callable
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings

from api.http import auth
from core.vocabulary import Scheme
from store.clients.clients import NewClient
from store.intake.submissions import find_submission
from store.verdicts.images import heatmap_name
from tests.api.conftest import Web, examine
from tests.api.v1.market.hooks import add_market, standard_headers

EXAMPLES = int(os.environ.get("KANTEI_SCHEMA_EXAMPLES", "10"))
# Where there is nothing to find under a made-up id, an operation is asked for one that is there as well.
OWN = {"submission_id": "", "listing_id": "L-1", "sha256": "a" * 64}


@pytest.fixture(scope="module")
def document(module_web: Web) -> dict[str, Any]:
    found: dict[str, Any] = module_web.client.get("/openapi.json").get_json()
    return found


@pytest.fixture(scope="module")
def market(module_web: Web) -> NewClient:
    return add_market(module_web.parts.database, Scheme.STANDARD)


def run(check: Callable[[Any], None], operation: Any) -> None:
    """Send an operation what its schema allows, and what it does not."""
    bounded = settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    bounded(given(operation.as_strategy())(check))()  # type: ignore[no-untyped-call]  # hypothesis's own


def load_schema(web: Web) -> Any:
    """The document as schemathesis reads it, which is imported here: the fast lane can do without."""
    import schemathesis  # noqa: PLC0415

    return schemathesis.openapi.from_wsgi("/openapi.json", web.client.application)


def call(case: Any, headers: dict[str, str]) -> None:
    """Send one request, and hold the answer against the document."""
    from schemathesis.specs.openapi.checks import positive_data_acceptance  # noqa: PLC0415  # see `load_schema`

    answer = case.call(headers=headers)
    # Made-up keys come twice, and the same one for another request is refused, however good both are.
    is_reused = b"/docs/problems/idempotency_mismatch" in answer.content
    excluded = [positive_data_acceptance] if is_reused else []
    case.validate_response(answer, headers=headers, excluded_checks=excluded)


def keep_heatmap(web: Web, submission_id: str) -> None:
    """Paint one beforehand: there is no worker here to ask."""
    with web.parts.database.reading() as session:
        row = find_submission(session, submission_id)
    assert row is not None
    assert row.image_sha256 is not None
    web.parts.blobs.put_as(row.image_sha256, heatmap_name(row.verdict_id or ""), b"\x89PNG")


@pytest.mark.slow
def test_every_operation_answers_as_it_says(
    module_web: Web, market: NewClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "FAILURES_A_MINUTE", 1_000_000)  # it also asks without a key, often
    submission_id = module_web.submit(listing_id=OWN["listing_id"])
    examine(module_web.parts.database, submission_id)
    keep_heatmap(module_web, submission_id)
    own = {**OWN, "submission_id": submission_id, "client_id": market.client.id}
    seen = set()
    schema = load_schema(module_web)

    def check(case: Any) -> None:
        headers = {"Authorization": f"Bearer {module_web.key}"}
        call(case, headers)
        if case.path_parameters:
            case.path_parameters = {name: own[name] for name in case.path_parameters}
            if "client_id" in case.path_parameters:
                case.body = json.dumps(case.body).encode()
                headers = standard_headers(market.webhook_secret, case.body)
                case.media_type = None
            call(case, headers)

    for result in schema.get_all_operations():
        operation = result.ok()
        seen.add(operation.definition.raw["operationId"])
        run(check, operation)
    assert len(seen) >= 15, seen


@pytest.mark.slow
def test_every_example_is_what_its_schema_says(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    with_examples = {name: schema["examples"] for name, schema in schemas.items() if "examples" in schema}
    assert {"SubmissionAnswer", "EventAnswer", "Delivery", "NewSubmission", "ProblemAnswer"} <= set(
        with_examples
    )
    assert {"ReasonCodeAnswer", "EvidenceAnswer", "FailureAnswer"} <= set(with_examples)
    for name, examples in with_examples.items():
        whole = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        validator = jsonschema_rs.Draft202012Validator(whole)
        for example in examples:
            validator.validate(example)
            with pytest.raises(jsonschema_rs.ValidationError):
                validator.validate({**example, "surprise": object.__name__, next(iter(example)): [[]]})


def test_every_field_stands_in_an_example(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    shown: dict[str, set[str]] = {name: set() for name in schemas}

    def look(schema: dict[str, Any], value: Any) -> None:
        for one in [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())]:
            look(one, value)
        if isinstance(value, list):
            for entry in value:
                look(schema.get("items", {}), entry)
        if "$ref" in schema and isinstance(value, dict):
            name = schema["$ref"].rpartition("/")[2]
            fields = schemas[name].get("properties", {})
            shown[name] |= fields.keys() & value.keys()
            for field in fields.keys() & value.keys():
                look(fields[field], value[field])

    for name, schema in schemas.items():
        for example in schema.get("examples", ()):
            look({"$ref": name}, example)
    missing = {(name, one) for name in schemas for one in schemas[name].get("properties", {})} - {
        (name, one) for name, fields in shown.items() for one in fields
    }
    assert missing == set()


def test_the_example_of_a_delivery_is_taken_in(
    module_web: Web, market: NewClient, document: dict[str, Any]
) -> None:
    (example,) = document["components"]["schemas"]["Delivery"]["examples"]
    body = json.dumps(example).encode()
    path, headers = f"/v1/hooks/{market.client.id}", standard_headers(market.webhook_secret, body)
    answer = module_web.client.post(path, data=body, headers=headers)
    assert answer.get_json()["outcome"] == "accepted", answer.text


def test_call_backs_are_described(document: dict[str, Any]) -> None:
    assert set(document["webhooks"]) == {
        "submission.examined",
        "submission.failed",
        "verdict.changed",
        "decision.made",
        "decision.withdrawn",
        "appeal.resolved",
        "endpoint.test",
    }
