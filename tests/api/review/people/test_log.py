"""One log of every act, with who and when; filterable, and without names where wanted."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from api.review.people import audit_pages
from core.clock import now
from core.vocabulary import Outcome, Role, Scope
from kantei.__main__ import kantei
from store.appeals.appeals import add_appeal
from store.desk.decisions import UNDOABLE, Seen
from store.desk.decisions import decide as save_decision
from store.intake.submissions import find_submission
from store.people.audit_notes import note_event
from store.retention.erasure import ErasureError, erase_image, erase_person, trim_records
from store.tables.case_tables import Decision, Image
from store.tables.quality_tables import Check
from store.tables.review_tables import Event, Undo
from store.tables.submission_tables import Submission
from tests.api.review.conftest import PASSWORD, Desk, Visit

Decide = Callable[..., TestResponse]


@pytest.fixture(autouse=True)
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once nothing can be undone any more: before, no ruling is in the file."""
    monkeypatch.setattr(audit_pages, "now", lambda: now() + UNDOABLE)


def _log(visit: Visit, query: str = "") -> list[dict[str, str]]:
    text = visit.get(f"/admin/log.csv{query}").text.removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text)))


def _appeal(desk: Desk, sha256: str) -> None:
    with desk.parts.database.writing() as session:
        row = session.query(Submission).filter_by(image_sha256=sha256).one()
        found = find_submission(session, row.id)
        assert found is not None
        add_appeal(session, found, reason="I drew this.")


def _decide_many(desk: Desk, count: int) -> None:
    """Decide new cases without opening the page of each."""
    digests = [desk.add_case(0.9, colour=(index, 3, 3)) for index in range(count)]
    with desk.parts.database.writing() as session:
        for image in session.scalars(select(Image).where(Image.sha256.in_(digests))).all():
            assert image.verdict_id is not None
            save_decision(
                session,
                Seen(image.sha256, image.verdict_id, None),
                moderator_id=desk.people["root@example.com"],
                outcome=Outcome.AI,
                note="",
                at=now(),
            )


def _do_everything(desk: Desk, decide: Decide) -> tuple[Visit, set[str]]:
    """Do one of every act; give an admin's visit, and the acts that the log has to tell of."""
    root = desk.as_person("root@example.com", Role.ADMIN)
    lead = desk.as_person("lead@example.com", Role.LEAD)
    aiko = desk.as_person("aiko@example.com")
    desk.visit().log_in("aiko@example.com", "wrong")
    sha256, other = desk.add_case(0.95), desk.add_case(0.96)
    done = decide(aiko, sha256, "ai").location.split("done=")[1]
    aiko.send(f"/review/decisions/{done}/undo")
    decide(aiko, sha256, "ai")
    _appeal(desk, sha256)
    lead.open(f"/review/cases/{sha256}")
    root.send(f"/review/cases/{sha256}/takeover")
    decide(root, sha256, "human")
    decide(lead, other, "human")
    lead.send(f"/admin/quality/golden/{other}", outcome="human", note="x")
    lead.send("/admin/quality", golden="5", second="5")
    retired = re.search(r"golden/(\w{32})/retired", lead.get("/admin/quality").text)
    assert retired
    lead.send(f"/admin/quality/golden/{retired[1]}/retired")
    lead.get("/admin/policy")
    for act, answerer in (("approve", root), ("refuse", root), ("withdraw", lead)):
        lead.send(
            "/admin/policy", clear_points="20", flagged_points="80" if act == "approve" else "70", reason="x"
        )
        change = re.search(r"/admin/policy/changes/(\w{32})", lead.get("/admin/policy").text)
        assert change
        assert answerer.send(f"/admin/policy/changes/{change[1]}", act=act).status_code == 303
    root.send("/admin/moderators", email="new@example.com", role="moderator")
    person = desk.people["aiko@example.com"]
    root.send(f"/admin/moderators/{person}/role", role="lead")
    root.send(f"/admin/moderators/{person}/disabled", disabled="1")
    root.send(f"/admin/moderators/{person}/disabled", disabled="0")
    root.send(f"/admin/moderators/{person}/password")
    client = f"/admin/clients/{desk.shop.client.id}"
    root.send("/admin/clients", name="Another", source="api", scheme="standard")
    root.send(client, weight="2")
    root.send(f"{client}/keys", scope=next(iter(Scope)).value)
    key = re.search(r"/keys/(\w{32})/revoked", root.get(client).text)
    assert key
    root.send(f"{client}/keys/{key[1]}/revoked")
    root.send(f"{client}/secrets")
    root.send(f"{client}/secrets", retire="1")
    lead.send("/account/password", old=PASSWORD, new="nine cranes at dusk", again="nine cranes at dusk")
    lead.send("/logout")
    return root, {
        *("login", "login_failed", "logout", "takeover", "decision", "undo", "appeal", "appeal_resolved"),
        *("golden_added", "golden_retired", "quality_changed"),
        *("policy_proposed", "policy_approved", "policy_refused", "policy_withdrawn"),
        *("moderator_added", "role_changed", "moderator_disabled", "moderator_enabled", "password_reset"),
        *("client_added", "client_changed", "key_added", "key_revoked", "secret_added", "secrets_retired"),
    }


@pytest.mark.slow
def test_every_act_is_in_the_log_with_who_and_when_or_without_names(desk: Desk, decide: Decide) -> None:
    root, acts = _do_everything(desk, decide)
    lines = _log(root)
    assert acts - {line["kind"] for line in lines} == set()
    for line in lines:
        assert line["at"]
        # Who failed to log in, and a client that appeals, are no moderators of ours.
        assert line["moderator"] or line["kind"] in {"login_failed", "appeal"}, line
    assert [line["at"] for line in lines] == sorted((line["at"] for line in lines), reverse=True)
    page = root.get("/admin/log").text
    assert "Decided a case" in page
    assert "Answered an appeal" in page
    # It can be read without names, too.
    unnamed = root.get("/admin/log.csv?names=hidden").text
    assert "@example.com" not in unnamed
    assert len(set(re.findall(r"moderator-\w{12}", unnamed))) >= 3


@pytest.mark.slow
def test_the_log_can_be_filtered_and_read_page_by_page(desk: Desk, decide: Decide) -> None:
    root, _ = _do_everything(desk, decide)
    assert {line["kind"] for line in _log(root, "?kind=undo")} == {"undo"}
    lead = desk.people["lead@example.com"]
    assert {line["moderator"] for line in _log(root, f"?moderator={lead}")} == {"lead@example.com"}
    assert _log(root, f"?to={(now() - timedelta(days=2)).date()}") == []
    _decide_many(desk, 70)
    seen: list[str] = []
    address: str | None = "/admin/log"
    while address:
        text = root.get(address).text
        seen += re.findall(r"<tr><td class=\"nowrap\"><time datetime=\"([^\"]+)\"", text)
        following = re.search(r'rel="next" data-key="next" href="([^"]+)"', text)
        address = following[1].replace("&amp;", "&") if following else None
    assert audit_pages.PAGE < len(seen) == len(_log(root))
    assert seen == sorted(seen, reverse=True)


@pytest.mark.slow
def test_what_is_done_on_the_command_line_is_logged_as_that(desk: Desk, tmp_path: Path) -> None:
    url = desk.parts.database.url.render_as_string(hide_password=False).replace("+psycopg", "")
    env = {"KANTEI_DATABASE_URL": url, "KANTEI_DATA_DIR": str(tmp_path), "KANTEI_SECRET_KEY": "x" * 40}
    client = desk.shop.client.id
    desk.add_person("owner@example.com")
    for command in (
        ["client", "add", "By hand"],
        ["client", "rotate", client],
        ["client", "rotate", client, "--retire"],
        ["client", "key", client],
        ["client", "change", client, "--owner", "owner@example.com"],
        ["moderator", "add", "hand@example.com"],
    ):
        result = CliRunner().invoke(kantei, command, env=env)
        assert result.exit_code == 0, (command, result.output, result.exception)
    root = desk.as_person("root@example.com", Role.ADMIN)
    lines = [line for line in _log(root) if "command line" in line["detail"]]
    kinds = ["client_added", "secret_added", "secrets_retired", "key_added", "client_changed"]
    assert [line["kind"] for line in reversed(lines)] == [*kinds, "moderator_added"]
    assert "Command line" in root.get("/admin/log").text


@pytest.mark.slow
def test_old_lines_and_texts_are_forgotten_and_acts_stay(desk: Desk, decide: Decide) -> None:
    root, _ = _do_everything(desk, decide)
    with desk.parts.database.writing() as session:
        for table in (Event, Decision, Undo):
            session.execute(update(table).values(created_at=now() - timedelta(days=800)))
        session.execute(update(Decision).values(note="She told me so."))
        session.execute(update(Check).values(note="x"))
        trimmed = trim_records(session, now() - timedelta(days=730))
    assert trimmed.events > 20
    assert trimmed.texts == 4
    kinds = {line["kind"] for line in _log(root)}
    assert {"decision", "undo", "appeal_resolved"} <= kinds
    assert "login" not in kinds
    assert "She told me so." not in root.get("/review/decisions.csv").text


def test_a_picture_and_a_person_can_be_erased_and_the_decision_stays(desk: Desk, decide: Decide) -> None:
    root, aiko = desk.as_person("root@example.com", Role.ADMIN), desk.as_person("aiko@example.com")
    sha256 = desk.add_case(0.95, title="A name of somebody")
    decide(aiko, sha256, "human", "She told me so.")
    _appeal(desk, sha256)
    with pytest.raises(ErasureError, match="appeal"):
        erase_image(desk.parts.database, desk.parts.blobs, sha256)
    decide(root, sha256, "human")
    assert erase_image(desk.parts.database, desk.parts.blobs, sha256) == 1
    with pytest.raises(KeyError):
        desk.parts.blobs.get(sha256)
    name = erase_person(desk.parts.database, "aiko@example.com")
    text = root.get("/review/decisions.csv").text + root.get("/admin/log.csv").text
    for trace in ("aiko@example.com", "She told me so.", "A name of somebody", "I drew this."):
        assert trace not in text, trace
    assert text.count(sha256) >= 2
    assert name in text
    assert "A name of somebody" not in root.get(f"/review/cases/{sha256}").text
    assert aiko.get("/review").status_code == 302
    assert desk.visit().log_in("aiko@example.com").status_code == 401
    for unknown in ("0" * 64, "x"):
        with pytest.raises(ErasureError):
            erase_image(desk.parts.database, desk.parts.blobs, unknown)


def test_the_file_leaves_out_what_can_still_be_undone(
    desk: Desk, decide: Decide, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = desk.as_person("root@example.com", Role.ADMIN)
    decide(root, desk.add_case(0.95), "ai")
    assert [line["kind"] for line in _log(root, "?kind=decision")] == ["decision"]
    monkeypatch.setattr(audit_pages, "now", now)
    assert _log(root, "?kind=decision") == []
    assert "Decided a case" in root.get("/admin/log").text


@pytest.mark.parametrize(
    ("by", "words"),
    [("command line", "Command line"), ("openid", "Single sign-on"), ("sweeper", "Daily purge")],
)
def test_who_acted_without_a_login_is_said_in_words(desk: Desk, by: str, words: str) -> None:
    with desk.parts.database.writing() as session:
        note_event(session, "purged", moderator_id=None, at=now(), detail={"by": by})
    page = desk.as_person("root@example.com", Role.ADMIN).get("/admin/log").text
    assert f"<bdi>{words}</bdi>" in page
