"""Admin pages of clients and deliveries: keys and secrets once, everything visible, everything again."""

import re

import pytest
from sqlalchemy import select

from core.clock import now
from core.sayings.codes import FailureDetail
from core.sayings.saying import render, say
from core.vocabulary import EventKind, Role, Source, State
from store.clients.clients import find_key
from store.intake.submissions import SubmissionRequest
from store.market.hook_deliveries import find_delivery, keep_delivery
from store.outbox.callbacks import CallResult, claim_endpoint, fail, next_callback, next_in_turn
from store.outbox.client_events import NewEvent, add_events, place_events
from store.tables.client_tables import Client
from store.tables.marketplace_tables import Callback, CallbackAttempt, CallbackState, HookOutcome
from store.tables.review_tables import Event
from tests.api.review.conftest import Desk, Visit
from tests.spellings import ONE, SPELLINGS
from tests.submissions import add_submission
from worker.outbox.notify import LEASE

NASTY = "<script>alert(1)</script>"


def admin(desk: Desk) -> Visit:
    return desk.as_person("root@example.com", Role.ADMIN)


def test_a_client_is_added_and_its_secrets_are_shown_once(desk: Desk) -> None:
    visit = admin(desk)
    answer = visit.send(
        "/admin/clients",
        name=NASTY,
        source="marketplace",
        scheme="standard",
        callback_url="https://a.example/",
    )
    assert answer.status_code == 200, answer.text
    assert NASTY not in answer.text
    key, secret = re.findall(r'class="secret">([^<]+)<', answer.text)
    with desk.parts.database.reading() as session:
        found = find_key(session, key)
        assert found is not None
    page = visit.get(f"/admin/clients/{found.client_id}").text
    assert key not in page
    assert secret not in page
    assert "1 active secret" in page
    again = visit.send(f"/admin/clients/{found.client_id}/secrets").text
    assert "2 active secrets" in again
    visit.send(f"/admin/clients/{found.client_id}/secrets", retire="1")
    visit.send(f"/admin/clients/{found.client_id}/keys/{found.id}/revoked")
    with desk.parts.database.reading() as session:
        assert find_key(session, key) is None
    assert "1 active secret" in visit.get(f"/admin/clients/{found.client_id}").text
    visit.send(f"/admin/clients/{found.client_id}", weight="3", callback_url="https://b.example/")
    visit.send(f"/admin/clients/{found.client_id}/disabled", disabled="1")
    with desk.parts.database.reading() as session:
        row = session.get_one(Client, found.client_id)
    assert (row.weight, row.callback_url, row.disabled_at is None) == (3, "https://b.example/", False)


def test_a_key_is_good_for_what_was_chosen_and_a_quota_is_shown(desk: Desk) -> None:
    visit, client_id = admin(desk), desk.shop.client.id
    page = f"/admin/clients/{client_id}"
    (key,) = re.findall(r'class="secret">([^<]+)<', visit.send(f"{page}/keys", scope="submit").text)
    with desk.parts.database.reading() as session:
        found = find_key(session, key)
    assert found is not None
    assert found.scopes == {"submit"}
    assert visit.send(f"{page}/keys").status_code == 400
    visit.send(page, weight="1", quota="20", period="month")
    text = visit.get(page).text
    assert "0 of 20 images used, 20 left." in text
    assert '<td data-name="Scopes">submit</td>' in text
    assert "0 / 20 per month" in visit.get("/admin/clients").text
    visit.send(page, weight="1", quota="", period="month")
    assert "images used" not in visit.get(page).text


def test_a_listing_has_a_page_that_its_cases_lead_to(desk: Desk) -> None:
    visit, shop = desk.as_person("aiko@example.com"), desk.shop.client.id
    sha256 = desk.add_case(0.95, listing_id="L/1 月", title=NASTY)
    with desk.parts.database.writing() as session:
        waiting = SubmissionRequest(
            Source.API, image_url="https://a.example/w", listing_id="L/1 月", title=NASTY
        )
        add_submission(session, shop, waiting)
    (path,) = set(re.findall(r'href="(/review/listings/[^"]+)"', visit.get(f"/review/cases/{sha256}").text))
    page = visit.get(path).text
    assert f"/review/cases/{sha256}" in page
    assert "Flagged" in page
    assert "2 images · 1 waiting" in page
    assert NASTY not in page
    for nobody in (
        f"/review/listings/{shop}/other",
        "/review/listings/x/L",
        f"/review/listings/{'0' * 32}/L",
    ):
        assert visit.get(nobody).status_code == 404


def test_each_section_of_a_client_changes_what_it_shows_and_nothing_else(desk: Desk) -> None:
    visit, page = admin(desk), f"/admin/clients/{desk.shop.client.id}"
    owner = desk.add_person("owner@example.com")
    sections = (
        {"callback_url": "https://b.example/"},
        {"weight": "3", "quota": "20", "period": "month", "owner": owner, "explicit": "1"},
        {"declared_ai_share": "5", "words_ai": "robot", "words_assisted": "", "words_human": ""},
    )
    for fields in sections:
        assert visit.send(page, **fields).status_code == 303
    visit.send(f"{page}/disabled", disabled="1")
    for fields in ({}, *sections):
        assert visit.send(page, **fields).status_code == 303
        with desk.parts.database.reading() as session:
            row = session.get_one(Client, desk.shop.client.id)
        assert (row.callback_url, row.weight, row.owner_id) == ("https://b.example/", 3, owner)
        assert (row.quota and row.quota.limit, row.is_explicit, row.declared_ai_share) == (20, True, 5)
        assert row.declared_words is not None
        assert row.disabled_at is not None


def test_a_client_is_disabled_in_two_steps_and_enabled_again(desk: Desk) -> None:
    visit, page = admin(desk), f"/admin/clients/{desk.shop.client.id}"
    before = visit.get(page).text
    assert before.index(">Disable client</button>") > before.index("<summary>Disable this client</summary>")
    for disabled in ("1", "1", "0", "0"):
        visit.send(f"{page}/disabled", disabled=disabled)
        with desk.parts.database.reading() as session:
            assert (session.get_one(Client, desk.shop.client.id).disabled_at is not None) is (disabled == "1")
    visit.send(f"{page}/disabled", disabled="1")
    assert ">Enable client</button>" in visit.get(page).text
    with desk.parts.database.reading() as session:
        kinds = session.scalars(select(Event.kind).where(Event.kind.startswith("client_"))).all()
    assert sorted(kinds) == ["client_disabled", "client_disabled", "client_enabled"]


def test_wrong_fields_are_refused(desk: Desk) -> None:
    visit, shop = admin(desk), f"/admin/clients/{desk.shop.client.id}"
    for fields in (
        {"name": "", "source": "api", "scheme": "standard"},
        {"name": "a", "source": "cli?", "scheme": "standard"},
        {"name": "a", "source": "api", "scheme": "standard", "callback_url": "ftp://a"},
    ):
        assert visit.send("/admin/clients", **fields).status_code == 400
    assert visit.send(shop, weight="0").status_code == 400
    assert visit.send(shop, weight="1", quota="5", period="week").status_code == 400
    assert visit.send(f"{shop}/secrets", secret="whsec_").status_code == 400


@pytest.mark.parametrize("url", SPELLINGS)
def test_a_callback_url_is_kept_in_one_spelling(desk: Desk, url: str) -> None:
    admin(desk).send(f"/admin/clients/{desk.shop.client.id}", weight="1", callback_url=url)
    with desk.parts.database.reading() as session:
        assert session.get_one(Client, desk.shop.client.id).callback_url == ONE


def fail_a_call(desk: Desk, attempt: CallResult, *, is_gone: bool = True) -> tuple[str, str]:
    """Let a call to a client fail; give the ids of its event and its submission."""
    client_id = desk.shop.client.id
    with desk.parts.database.writing() as session:
        request = SubmissionRequest(
            Source.API, image_url="https://a.example/", callback_url="https://shop.example/"
        )
        row = add_submission(session, client_id, request)
        row.state = State.FAILED
        session.flush()
        add_events(session, EventKind.SUBMISSION_FAILED, [NewEvent(client_id, row.id)], at=now())
        place_events(session, client_id)
        turn = claim_endpoint(session, *next_in_turn(session, now(), limit=1), lease=LEASE, at=now())
        assert turn is not None
        callback = next_callback(session, turn, now())
        assert callback is not None
        fail(
            session,
            turn,
            callback,
            attempt,
            due_at=None,
            paused_until=None,
            is_gone=is_gone,
            lease=LEASE,
            at=now(),
        )
        return callback.event_id, row.id


@pytest.mark.slow
def test_a_failed_call_is_shown_with_its_answer_and_sent_again(desk: Desk) -> None:
    visit, database, client_id = admin(desk), desk.parts.database, desk.shop.client.id
    event_id, submission_id = fail_a_call(desk, CallResult(410, None, NASTY, 0.5))
    log = visit.get(f"/admin/deliveries?client={client_id}").text
    assert "No callbacks yet" in visit.get("/admin/deliveries?client=" + "0" * 32).text
    assert "failed" in log
    assert "endpoint disabled" in log
    page = visit.get(f"/admin/deliveries/{event_id}").text
    assert "410" in page
    assert "&lt;script&gt;" in page
    assert NASTY not in page
    assert submission_id in page
    assert visit.send(f"/admin/deliveries/{event_id}/replay").status_code == 303
    for act in ("test", "enable", "replay"):
        assert visit.send(f"/admin/clients/{client_id}/endpoints", act=act).status_code == 303
    with database.reading() as session:
        assert session.scalars(select(Callback.state)).all() == [CallbackState.WAITING]


def test_why_a_call_had_no_answer_is_read_in_the_readers_language(desk: Desk) -> None:
    visit, late = admin(desk), say(FailureDetail.HOST_TIMED_OUT, host="shop.example")
    event_id, _ = fail_a_call(desk, CallResult(None, late, "", 5.0), is_gone=False)
    page = f"/admin/deliveries/{event_id}"
    assert render(late) in visit.get(page).text
    assert render(late, "ja") in visit.get(page, headers={"Accept-Language": "ja"}).text
    with desk.parts.database.writing() as session:
        (attempt,) = session.scalars(select(CallbackAttempt))
        session.delete(attempt)
        session.add(
            CallbackAttempt(event_id=event_id, failure="timed_out: As an older version said it.", seconds=5)
        )
    assert "timed_out: As an older version said it." in visit.get(page).text


def test_a_delivery_in_is_shown_as_it_came_and_taken_in_again(desk: Desk) -> None:
    visit, database = admin(desk), desk.parts.database
    with database.writing() as session:
        delivery_id = keep_delivery(
            session,
            desk.shop.client.id,
            "0" * 64,
            topic="listing.created",
            headers={"webhook-id": NASTY},
            body=NASTY.encode() + b"\xff",
            outcome=HookOutcome.UNREADABLE,
            at=now(),
        )
    assert delivery_id is not None
    assert "listing.created" in visit.get(f"/admin/hooks?client={desk.shop.client.id}").text
    assert "No webhooks yet" in visit.get("/admin/hooks?client=" + "0" * 32).text
    page = visit.get(f"/admin/hooks/{delivery_id}").text
    assert NASTY not in page
    assert "&lt;script&gt;" in page
    assert visit.send(f"/admin/hooks/{delivery_id}/replay").status_code == 303
    with database.reading() as session:
        found = find_delivery(session, delivery_id)
    assert found is not None
    assert found.outcome is HookOutcome.PENDING


@pytest.mark.parametrize(
    ("source", "scheme", "says", "address"),
    [
        ("marketplace", "standard", "Send each new or changed listing", "v1/hooks/{id}"),
        ("marketplace", "shopify", "shopify.app.toml", "v1/hooks/{id}"),
        ("marketplace", "woocommerce", "Product created, updated, deleted and restored", "v1/hooks/{id}"),
        ("extension", "standard", "options of the browser extension", ""),
        ("api", "standard", "See every call of the API", ""),
    ],
)
def test_the_page_of_a_client_shows_the_next_step_with_the_address_to_copy(
    desk: Desk, source: str, scheme: str, says: str, address: str
) -> None:
    visit = admin(desk)
    secret = {} if scheme == "standard" else {"secret": "hush"}
    page = visit.send("/admin/clients", name="New shop", source=source, scheme=scheme, **secret).text
    with desk.parts.database.reading() as session:
        (client_id,) = session.scalars(select(Client.id).where(Client.name == "New shop"))
    assert says in page
    assert f'<code id="address">http://localhost/{address.format(id=client_id)}</code>' in page
    copied = set(re.findall(r'data-copy="([\w-]+)"', page))
    assert copied == {"new-key", "new-secret", "address"}
    assert all(f'id="{one}"' in page for one in copied)
    later = visit.get(f"/admin/clients/{client_id}").text
    assert set(re.findall(r'data-copy="([\w-]+)"', later)) == {"address"}
    visit.send(f"/admin/clients/{client_id}/disabled", disabled="1")
    assert 'id="address"' not in visit.get(f"/admin/clients/{client_id}").text
