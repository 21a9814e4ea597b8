"""Metrics and the reference can be given a key."""

import base64
from typing import Any

import pytest

from api.http.parts import ApiParts
from tests.api.conftest import Web, make_web, problem

KEY = "a key of the operator"
CLOSED = [("metrics_key", "/metrics"), ("docs_key", "/docs"), ("docs_key", "/openapi.json")]


def basic(password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"any:{password}".encode()).decode()}


@pytest.mark.parametrize(("setting", "path"), CLOSED)
def test_with_a_key_only_those_who_have_it_come_in(sqlite_parts: ApiParts, setting: str, path: str) -> None:
    changes: dict[str, Any] = {setting: KEY}
    client = make_web(sqlite_parts, **changes).client
    for headers in ({}, basic("wrong"), {"Authorization": "Bearer wrong"}, {"Authorization": "Basic %%%"}):
        response = client.get(path, headers=headers)
        assert response.status_code == 401, headers
        assert problem(response)["code"] == "unauthorized"
        assert response.headers["WWW-Authenticate"].startswith("Basic")
    for headers in (basic(KEY), {"Authorization": f"Bearer {KEY}"}):
        assert client.get(path, headers=headers).status_code == 200
    others = [one for name, one in CLOSED if name != setting]
    assert all(client.get(one).status_code == 200 for one in others)


def test_without_a_key_they_are_open(sqlite_web: Web) -> None:
    assert [sqlite_web.client.get(path).status_code for _, path in CLOSED] == [200] * 3
