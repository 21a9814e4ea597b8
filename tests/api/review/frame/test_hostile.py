"""What strangers write does nothing, what other sites send does nothing, and another's ids open nothing."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest
from sqlalchemy import select

from core.ids import new_id
from core.vocabulary import Role
from store.base.database import Database
from store.base.table import Table
from store.bytes.blobs import FolderBlobs
from store.clients.clients import NewClient, find_key
from store.tables.client_tables import ApiKey
from tests.api.review.conftest import Desk, Visit, draw, make_desk
from tests.api.review.filling import fill, html_pages

# Moments at the ends of the calendar that are none in UTC.
EDGES = ("0001-01-01T00:00:00%2B23:59", "9999-12-31T23:59:59-23:59")
TRAP = (
    '"><script>alert(1)</script><img src=x onerror=alert(1)><svg/onload=alert(1)>'
    "</textarea></title>'-alert(1)-'\u202egnp.exe"
)
# A field holds what it is to save, to the letter, and turns the direction of nothing around it.
HELD_IN_FIELD = re.compile(r'(<input[^>]* value=")[^"]*')
RAW = ("<script>alert", "<img src=x", "<svg/", "</textarea></title>", "\u202e", 'href="javascript:')


class _Scripts(HTMLParser):
    """Collects all of a page that a browser would run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in {"style", "iframe", "object", "embed"} or (tag == "script" and "src" not in given):
            self.found.append(tag)
        for name, value in attrs:
            runs = re.match(r"\s*(javascript|data|vbscript):", value or "", re.IGNORECASE)
            if name.startswith("on") or name == "style" or (name in {"href", "src", "action"} and runs):
                self.found.append(f"{tag} {name}={value}")


def scripts(page: str) -> list[str]:
    """List what a browser would run of a page, but for the desk's own file."""
    parser = _Scripts()
    parser.feed(page)
    return parser.found


@pytest.fixture
def desk(sqlite_database: Database, blobs: FolderBlobs, sqlite_shop: NewClient) -> Desk:
    return make_desk(sqlite_database, blobs, sqlite_shop, heatmap=draw((1, 1, 1)))


@pytest.fixture
def admin(desk: Desk) -> Visit:
    return desk.as_person("root@example.com", Role.ADMIN)


@pytest.mark.slow
def test_no_page_runs_what_strangers_wrote(desk: Desk, admin: Visit) -> None:
    filled = fill(desk, TRAP)
    assert filled.endpoints(desk.app) >= html_pages(desk.app) - {"review.seller"}, "a page is not looked at"
    held = set()
    pages = [*filled.pages, "/review/decisions.csv", "/admin/log.csv", "/admin/quality.csv"]
    for page in pages:
        for language in ("en", "ja"):
            shown = admin.get(page, headers={"Accept-Language": language}).text
            if page.endswith(".csv"):
                continue
            around = HELD_IN_FIELD.sub(r"\1", shown)
            assert not [raw for raw in RAW if raw in around], page
            assert scripts(shown) == [], page
            if "&lt;script&gt;alert(1)" in shown:
                held.add(page.partition("?")[0])
    # The trap lay there: on each page that shows what strangers wrote.
    assert len(held) >= 14, held


@pytest.mark.parametrize("moment", EDGES)
def test_a_moment_that_is_none_in_utc_is_no_moment(desk: Desk, admin: Visit, moment: str) -> None:
    sha256 = desk.add_case(0.5)
    for page in (
        f"/review/fresh?since={moment}",
        f"/review?after=0.5~0.5~{moment}~{sha256}",
        f"/admin/log?before={moment}~{new_id()}",
    ):
        assert admin.get(page).status_code == 200, page
    assert admin.send(f"/review/cases/{sha256}/release", claimed_at=unquote(moment)).status_code < 400


def test_a_hostile_seller_has_a_harmless_page(desk: Desk, admin: Visit) -> None:
    fill(desk, TRAP)
    query = {"client": desk.shop.client.id, "seller": TRAP[:200]}
    shown = admin.client.get("/review/sellers", query_string=query).text
    assert "&lt;script&gt;alert(1)" in shown
    assert not [raw for raw in RAW if raw in shown]


def _everything(desk: Desk) -> dict[str, list[tuple[object, ...]]]:
    """Read all that is stored, but for what a mere look leaves behind."""
    with desk.parts.database.reading() as session:
        return {
            name: sorted((tuple(row) for row in session.execute(select(table))), key=repr)
            for name, table in Table.metadata.tables.items()
        }


def _forms(desk: Desk, values: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Every address that takes a form."""
    with desk.app.test_request_context():
        adapter = desk.app.url_map.bind("localhost")
        for rule in desk.app.url_map.iter_rules():
            if "POST" in (rule.methods or ()) and rule.endpoint.startswith("review."):
                names = {name: values[name] for name in rule.arguments}
                yield rule.endpoint, adapter.build(rule.endpoint, names, "POST")


@pytest.mark.slow
@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_no_form_of_another_site_changes_anything(desk: Desk, admin: Visit, headers: dict[str, str]) -> None:
    values = fill(desk).values
    token = re.search(r'name="form_token" value="(\w+)"', admin.get("/account/password").text)
    assert token
    form = {"form_token": token[1], "outcome": "human", "act": "approve", "note": "x", "reason": "x"}
    form |= {"verdict_id": values["verdict_id"], "decision_id": "", "language": "ja", "role": "admin"}
    form |= {"golden": "1", "second": "1", "email": "x@example.com", "weight": "3", "name": "x"}
    before, forms = _everything(desk), dict(_forms(desk, values))
    assert len(forms) > 30
    for endpoint, address in forms.items():
        answer = admin.client.post(address, data=form, headers=headers)
        assert answer.status_code == 400, endpoint
    assert _everything(desk) == before
    # From a page of ours the same forms do what they say.
    for endpoint in ("review.settle_policy", "review.forget_known", "review.drop_golden"):
        assert admin.client.post(forms[endpoint], data=form).status_code == 303, endpoint
    after = _everything(desk)
    assert {name for name in before if before[name] != after[name]} >= {"policy_changes", "hash_lists"}


@pytest.mark.slow
def test_the_ids_of_others_open_nothing(desk: Desk, admin: Visit) -> None:
    values, other = fill(desk).values, desk.as_person("ren@example.com")
    answer = admin.send("/admin/clients", name="Other", source="api", scheme="standard")
    (key, _) = re.findall(r'class="secret">([^<]+)<', answer.text)
    with desk.parts.database.reading() as session:
        found = find_key(session, key)
    assert found is not None
    # Another client's key, listing and seller.
    admin.send(f"/admin/clients/{values['client_id']}/keys/{found.id}/revoked")
    with desk.parts.database.reading() as session:
        assert session.get_one(ApiKey, found.id).revoked_at is None
    assert other.get(f"/review/listings/{found.client_id}/L-4711").status_code == 404
    assert other.get(f"/review/sellers?client={found.client_id}&seller=Ren").status_code == 404
    assert other.get(f"/review/sellers?client={values['client_id']}&seller=Ren").status_code == 200
    # Another moderator's decision: neither the bar that offers to take it back nor the act.
    decision = values["decision_id"]
    assert "/undo" not in other.get(f"/review?done={decision}").text
    assert other.send(f"/review/decisions/{decision}/undo").status_code == 404
    # Another image's heat map, another appeal's file, and a link that was made for nothing.
    assert other.get(f"/review/images/{values['decided']}/heatmap/{values['verdict_id']}").status_code == 404
    assert other.get(f"/review/images/{values['sha256']}/heatmap/{values['verdict_id']}").status_code == 200
    assert other.get(f"/review/appeals/{'0' * 32}/files/{values['file_id']}").status_code == 404
    # The last letter of a token holds bits that mean nothing, so another one is changed.
    forged = values["token"][:-6] + ("A" if values["token"][-6] != "A" else "B") + values["token"][-5:]
    assert desk.visit().get(f"/appeal/{forged}").status_code == 404
    # Lists are a lead's.
    assert other.send(f"/admin/known/{values['list_id']}/forgotten").status_code == 403
