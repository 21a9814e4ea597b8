"""Extensions that an operator names may call across origins, and nobody else."""

from dataclasses import replace

import pytest

from api.http.parts import ApiParts
from tests.api.conftest import Web, make_web

OURS = "chrome-extension://abcdefghijklmnopabcdefghijklmnop"
PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}


@pytest.fixture
def sharing(sqlite_parts: ApiParts) -> Web:
    return make_web(replace(sqlite_parts, extension_origins=frozenset({OURS})))


def ask(web: Web, origin: str, path: str = "/v1/submissions") -> dict[str, str]:
    answer = web.client.get(path, headers={"Origin": origin, "Authorization": f"Bearer {web.key}"})
    return dict(answer.headers)


def test_a_named_extension_may_read_answers(sharing: Web) -> None:
    headers = ask(sharing, OURS)
    assert headers["Access-Control-Allow-Origin"] == OURS
    assert "Access-Control-Allow-Credentials" not in headers
    assert "Origin" in headers["Vary"]


@pytest.mark.parametrize("origin", ["https://example.com", "chrome-extension://somebodyelse", "null"])
def test_nobody_else_may(sharing: Web, origin: str) -> None:
    assert "Access-Control-Allow-Origin" not in ask(sharing, origin)
    preflight = sharing.client.options("/v1/submissions", headers={"Origin": origin, **PREFLIGHT})
    assert "Access-Control-Allow-Origin" not in preflight.headers


def test_a_named_extension_is_let_ask_before_it_sends(sharing: Web) -> None:
    answer = sharing.client.options("/v1/submissions", headers={"Origin": OURS, **PREFLIGHT})
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == OURS
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]


def test_review_pages_are_never_shared(sharing: Web) -> None:
    assert "Access-Control-Allow-Origin" not in ask(sharing, OURS, "/login")


def test_without_a_named_extension_nothing_is_shared(sqlite_parts: ApiParts) -> None:
    assert "Access-Control-Allow-Origin" not in ask(make_web(sqlite_parts), OURS)
