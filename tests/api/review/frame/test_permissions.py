"""The permission matrix, cell by cell."""

import pytest
from flask import Flask

from api.review.frame.permissions import MATRIX, RANKS, Act
from core.vocabulary import Role
from tests.api.review.conftest import Desk, hidden
from tests.services import sqlite_alone

ROLES = list(Role)
# Every page that is closed to somebody, by the act it needs; all others are open to every moderator.
CLOSED = {
    "review.events": Act.SEE_LOG,
    "review.events_csv": Act.SEE_LOG,
    **dict.fromkeys(
        (
            "review.policy",
            "review.policy_csv",
            "review.propose_policy",
            "review.settle_policy",
            "review.grounds",
            "review.save_ground",
        ),
        Act.MANAGE_POLICY,
    ),
    **dict.fromkeys(
        (
            "review.quality",
            "review.quality_csv",
            "review.set_quality",
            "review.make_golden",
            "review.drop_golden",
        ),
        Act.MANAGE_QUALITY,
    ),
    **dict.fromkeys(("review.readers", "review.set_muted"), Act.MANAGE_READERS),
    **dict.fromkeys(
        (
            *("review.queues", "review.named_queue", "review.add_named_queue"),
            *("review.save_named_queue", "review.delete_named_queue"),
        ),
        Act.MANAGE_QUEUES,
    ),
    "review.assign": Act.ASSIGN_CASES,
    **dict.fromkeys(
        ("review.known", "review.import_known", "review.export_known", "review.forget_known"),
        Act.MANAGE_KNOWN,
    ),
    **dict.fromkeys(("review.moderators", "review.reset_factor"), Act.RESET_FACTORS),
    "review.add_person": Act.MANAGE_MODERATORS,
    "review.change_role": Act.MANAGE_MODERATORS,
    "review.shut_out": Act.MANAGE_MODERATORS,
    "review.give_password": Act.MANAGE_MODERATORS,
    **dict.fromkeys(
        (
            *(
                "review.clients",
                "review.client",
                "review.add_new_client",
                "review.change_client",
                "review.disable_client",
            ),
            *("review.add_client_key", "review.revoke_client_key", "review.rotate_secret"),
            *("review.change_endpoints", "review.deliveries", "review.delivery", "review.replay_call"),
            *("review.hooks", "review.hook", "review.replay_hook"),
        ),
        Act.MANAGE_CLIENTS,
    ),
}
PUBLIC = {
    "review.home",
    "review.login",
    "review.log_in",
    "review.second_factor",
    "review.show_second_factor",
    "review.log_in_with_passkey",
    "review.sign_in",
    "review.finish_sign_in",
    "review.switch_language",
    "review.model",
    "review.model_plot",
    "review.assets",
    "review.artist",
    "review.artist_thumbnail",
    "review.send_artist_appeal",
}
# What every moderator may read and do. A new page is named here, or above, before this module passes.
OPEN = {
    f"review.{name}"
    for name in (
        *(
            "queue",
            "fresh",
            "triage",
            "proposals",
            "settle_proposal",
            "save_filter",
            "delete_filter",
            "failures",
            "retry_failures",
            "case",
            "decide_case",
            "claim",
            "release",
            "take",
            "send_outside",
            "appeals",
            "appeal_file",
            "send_reply",
        ),
        *("preview_bulk", "decide_bulk", "undo_batch", "undo_decision", "picture", "thumbnail", "heatmap"),
        *("decisions", "decisions_csv", "stats", "stats_csv", "listing", "seller"),
        *("change_decision_ground", "desk", "arrange", "password", "change_password", "log_out"),
        *("security", "authenticator", "add_authenticator", "remove_authenticator"),
        *("renew_recovery_codes", "end_other_login", "add_new_passkey", "remove_own_passkey"),
    )
}


@sqlite_alone
def test_every_page_is_somebodys(desk: Desk) -> None:
    found = {one for one in desk.app.view_functions if one.startswith("review.")}
    assert found == OPEN | PUBLIC | set(CLOSED)
    assert not OPEN & PUBLIC
    assert not set(CLOSED) & (OPEN | PUBLIC)


def _pages(app: Flask, method: str) -> dict[str, str]:
    """An address for every page of the desk."""
    values = {"sha256": "0" * 64, "decision_id": "0" * 32, "batch_id": "0" * 32, "verdict_id": "0" * 32}
    values |= dict.fromkeys(("client_id", "key_id", "event_id", "delivery_id", "change_id"), "0" * 32)
    values |= dict.fromkeys(("appeal_id", "file_id", "moderator_id", "passkey_id"), "0" * 32)
    values |= {"given": "x", "token": "x", "name": "desk.css"}
    values |= dict.fromkeys(("golden_id", "list_id", "proposal_id", "queue_id"), "0" * 32)
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        return {
            rule.endpoint: adapter.build(
                rule.endpoint, {name: values[name] for name in rule.arguments}, method
            )
            for rule in app.url_map.iter_rules()
            if method in (rule.methods or ()) and rule.endpoint.startswith("review.")
        }


def _reaches(role: Role, endpoint: str) -> bool:
    return RANKS[role] >= RANKS[MATRIX[CLOSED.get(endpoint, Act.REVIEW)]]


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_each_role_reads_exactly_what_the_matrix_says(desk: Desk, role: Role) -> None:
    visit = desk.as_person(f"{role}@example.com", role)
    for endpoint, address in _pages(desk.app, "GET").items():
        status = visit.get(address).status_code
        assert (status != 403) == _reaches(role, endpoint), endpoint
        assert status < 500, endpoint


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_each_role_does_exactly_what_the_matrix_says(desk: Desk, role: Role) -> None:
    visit = desk.as_person(f"{role}@example.com", role)
    for endpoint, address in _pages(desk.app, "POST").items():
        if endpoint in {"review.log_out", "review.log_in"}:
            continue
        status = visit.send(address).status_code
        assert (status != 403) == _reaches(role, endpoint), endpoint
        assert status < 500, endpoint


@pytest.mark.slow
@sqlite_alone
def test_a_stranger_reads_and_does_nothing(desk: Desk) -> None:
    visit = desk.visit()
    for endpoint, address in _pages(desk.app, "GET").items():
        if endpoint not in PUBLIC:
            assert visit.get(address).status_code in {302, 401}, endpoint
    for endpoint, address in _pages(desk.app, "POST").items():
        if endpoint not in PUBLIC:
            assert visit.send(address, "/login").status_code == 401, endpoint


@pytest.mark.parametrize("role", ROLES)
def test_what_was_escalated_waits_for_somebody_senior(desk: Desk, role: Role) -> None:
    sha256 = desk.add_case(0.95)
    asker = desk.as_person("asker@example.com")
    page = asker.get(f"/review/cases/{sha256}").text
    names = ("form_token", "verdict_id", "decision_id")
    form = {name: hidden(page, name) for name in names}
    asker.client.post(f"/review/cases/{sha256}/decision", data=form | {"outcome": "escalate"})
    visit = desk.as_person(f"{role}@example.com", role)
    page = visit.get(f"/review/cases/{sha256}").text
    form = {name: hidden(page, name) for name in names} | {"outcome": "human"}
    box = f"{sha256}~{form['verdict_id']}~{form['decision_id']}"
    preview = visit.send("/review/bulk/preview", case=box, outcome="ai").text
    status = visit.client.post(f"/review/cases/{sha256}/decision", data=form).status_code
    if role is Role.MODERATOR:
        assert "needs a lead" in preview
        assert "left_out=1" in visit.send("/review/bulk", case=box, outcome="ai").location
        assert status == 403
    else:
        assert "Decide AI for 1 case?" in preview
        assert status == 303


@pytest.mark.parametrize("role", ROLES)
@sqlite_alone
def test_the_navigation_shows_what_is_open(desk: Desk, role: Role) -> None:
    page = desk.as_person(f"{role}@example.com", role).get("/review").text
    assert ('href="/admin/log"' in page) == _reaches(role, "review.events")
    assert ('href="/admin/policy"' in page) == _reaches(role, "review.policy")
    assert ('href="/admin/moderators"' in page) == _reaches(role, "review.moderators")


# Whose second factor each role resets: nobody their own, and a lead only a moderator's.
RESETS = {
    Role.MODERATOR: set(),
    Role.LEAD: {Role.MODERATOR},
    Role.ADMIN: {Role.MODERATOR, Role.LEAD, Role.ADMIN},
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("other", ROLES)
@sqlite_alone
def test_a_second_factor_is_reset_by_somebody_senior(desk: Desk, role: Role, other: Role) -> None:
    visit, person = desk.as_person("a@example.com", role), desk.add_person("b@example.com", other)
    status = visit.send(f"/admin/moderators/{person}/factor").status_code
    assert status == (303 if other in RESETS[role] else 403)
