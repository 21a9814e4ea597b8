"""Keys are good for what they were made for, and for nothing else."""

import re

import pytest

from api.http.access import access_of
from api.http.parts import ApiParts
from core.vocabulary import Scope, Source
from store.clients.clients import add_key
from store.tables.client_tables import Client
from tests.api.conftest import IMAGE_URL, Web, make_web, problem

NOBODYS = "/v1/submissions/" + "0" * 32
ASKS = [
    ("post", "/v1/submissions", Scope.SUBMIT),
    ("post", "/v1/submissions/batch", Scope.SUBMIT),
    ("get", "/v1/submissions", Scope.READ),
    ("get", NOBODYS, Scope.READ),
    ("get", f"{NOBODYS}/heatmap", Scope.READ),
    ("get", f"{NOBODYS}/statement", Scope.READ),
    ("get", f"{NOBODYS}/statement/dsa", Scope.READ),
    ("post", "/v1/reports", Scope.SUBMIT),
    ("get", "/v1/listings/7", Scope.READ),
    ("get", "/v1/quota", Scope.READ),
    ("post", f"{NOBODYS}/appeal", Scope.APPEAL),
    ("post", f"{NOBODYS}/appeal-link", Scope.APPEAL),
    ("get", "/v1/images/" + "0" * 64, Scope.IMAGES),
    ("get", "/v1/events", Scope.EVENTS),
    ("get", "/v1/endpoints", Scope.EVENTS),
]


@pytest.mark.parametrize(("method", "path", "scope"), ASKS)
def test_a_key_opens_only_what_its_scopes_name(
    sqlite_web: Web, sqlite_parts: ApiParts, method: str, path: str, scope: Scope
) -> None:
    with sqlite_parts.database.writing() as session:
        client = session.query(Client).one()
        only, others = add_key(session, client, [scope]), add_key(session, client, set(Scope) - {scope})
    assert getattr(Web(sqlite_web.client, only), method)(path).status_code not in {401, 403}
    refused = getattr(Web(sqlite_web.client, others), method)(path)
    assert (refused.status_code, problem(refused)["code"]) == (403, "insufficient_scope")
    assert f'scope="{scope}"' in refused.headers["WWW-Authenticate"]


def test_every_route_behind_a_key_says_what_it_needs(sqlite_web: Web) -> None:
    app = sqlite_web.client.application
    needs = [
        (rule.rule, access_of(app.view_functions[rule.endpoint]).needs)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/v1/")
    ]
    unsaid = {path for path, scope in needs if scope is None}
    assert unsaid == {"/v1/hooks/<string:client_id>"}  # signed, not keyed
    tested = {(method, re.sub(r"0{32,}|(?<=listings/)7", "*", path)) for method, path, _ in ASKS}
    assert len(tested) == len(needs) - len(unsaid)


def test_a_route_that_forgot_to_say_what_it_needs_is_nobodys(
    sqlite_web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    views = sqlite_web.client.application.view_functions
    monkeypatch.setitem(views, "quota.read", lambda: "everybody's")
    refused = sqlite_web.get("/v1/quota")
    assert (refused.status_code, problem(refused)["code"]) == (403, "insufficient_scope")


def test_an_extensions_key_submits_reads_its_own_and_appeals(sqlite_parts: ApiParts) -> None:
    web = make_web(sqlite_parts, source=Source.EXTENSION)
    assert web.post("/v1/submissions", json={"image_url": IMAGE_URL}).status_code == 202
    assert web.get("/v1/submissions").status_code == 200
    for path in ("/v1/events", "/v1/endpoints", "/v1/images/" + "0" * 64):
        assert web.get(path).status_code == 403
    assert web.post(f"{NOBODYS}/appeal", json={"reason": "Drawn by me."}).status_code == 404


def test_a_key_without_scopes_is_not_made(sqlite_web: Web, sqlite_parts: ApiParts) -> None:
    with sqlite_parts.database.writing() as session, pytest.raises(ValueError, match="scope"):
        add_key(session, session.query(Client).one(), [])
