"""Every route of the whole application answers with the headers that keep a browser safe, to anybody."""

import re
from collections.abc import Iterator
from http import HTTPStatus

import pytest
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from core.vocabulary import Role
from store.people.passwords import hash_password
from store.tables.people_tables import Moderator
from tests.api.conftest import Web

CSP = "Content-Security-Policy"
PLACE = re.compile(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>")
PASSWORD = "seven lanterns float"
VALUES = {"sha256": "a" * 64, "client_id": "0" * 32, "path": "review.css", "filename": "review.css"}


def routes(web: Web) -> Iterator[tuple[Rule, str, str]]:
    """Every rule of the application, with a path and each method it accepts."""
    for rule in web.client.application.url_map.iter_rules():
        path = re.sub(
            r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", lambda found: VALUES.get(found[1], "0" * 32), rule.rule
        )
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method, path


def check(answer: TestResponse, what: str) -> None:
    headers = answer.headers
    assert answer.status_code < 500, what
    assert headers["X-Content-Type-Options"] == "nosniff", what
    assert headers["X-Frame-Options"] == "DENY" or "frame-ancestors 'none'" in headers[CSP], what
    assert "unsafe-inline" not in headers[CSP], what
    assert "unsafe-eval" not in headers[CSP], what
    assert "default-src 'none'" in headers[CSP] or "default-src 'self'" in headers[CSP], what
    assert headers["Referrer-Policy"] in {"no-referrer", "same-origin"}, what
    assert "Server" not in headers or "Python" not in headers["Server"], what
    for cookie in headers.getlist("Set-Cookie"):
        assert "HttpOnly" in cookie, what
        assert "SameSite=" in cookie, what


@pytest.mark.slow
def test_every_route_is_safe_for_a_stranger_and_shows_him_nothing(module_web: Web) -> None:
    seen = 0
    for rule, method, path in routes(module_web):
        answer = module_web.client.open(path, method=method, buffered=True)
        check(answer, f"{method} {rule.rule} to a stranger")
        seen += 1
        if rule.rule.startswith(("/review", "/admin", "/account")):
            wanted = {HTTPStatus.FOUND, HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.UNAUTHORIZED}
            assert answer.status_code in wanted, f"{method} {rule.rule}"
    assert seen > 60


@pytest.mark.slow
def test_every_route_is_safe_for_a_moderator_and_a_client(module_web: Web) -> None:
    with module_web.parts.database.writing() as session:
        person = Moderator(email="admin@example.com", role=Role.ADMIN, must_change_password=False)
        person.password_hash = hash_password(PASSWORD)
        session.add(person)
    page = module_web.client.get("/login").text
    token = re.search(r'name="form_token" value="(\w+)"', page)
    assert token
    form = {"form_token": token[1], "email": "admin@example.com", "password": PASSWORD}
    assert module_web.client.post("/login", data=form).status_code == HTTPStatus.FOUND
    shown = 0
    for rule, method, path in routes(module_web):
        if method != "GET" or "logout" in path:
            continue
        answer = module_web.get(path, buffered=True)
        check(answer, f"{method} {rule.rule} to an admin")
        shown += answer.status_code == HTTPStatus.OK
    assert shown > 15


@pytest.mark.parametrize("path", ["/nowhere", "/v1/nowhere", "/review/%00", "/static/../api/app.py"])
def test_what_is_not_there_is_answered_safely(module_web: Web, path: str) -> None:
    answer = module_web.client.get(path)
    check(answer, path)
    assert answer.status_code in {400, 404, 302}
