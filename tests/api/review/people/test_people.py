"""Admins look after people, and the log after everybody."""

import csv
import io
import re
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from core.clock import now
from core.vocabulary import Role
from store.base.locking import lock_row
from store.people.moderators import find_moderator, set_disabled
from store.tables.people_tables import Moderator
from tests.api.review.conftest import Desk, Visit
from tests.services import postgresql_alone
from tests.store.races import meet


def _person(desk: Desk, email: str) -> Moderator:
    with desk.parts.database.reading() as session:
        found = find_moderator(session, email)
    assert found
    return found


def _log(visit: Visit, query: str = "") -> list[dict[str, str]]:
    text = visit.get(f"/admin/log.csv{query}").text.removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text)))


def test_an_admin_adds_somebody_who_can_log_in_once_with_what_is_shown(desk: Desk) -> None:
    admin = desk.as_person("boss@example.com", Role.ADMIN)
    page = admin.send("/admin/moderators", email="Ren@example.com", role="lead").text
    shown = re.search(r'<code class="secret">([^<]+)</code>', page)
    assert shown
    assert _person(desk, "ren@example.com").role is Role.LEAD
    visit = desk.visit()
    assert visit.log_in("ren@example.com", shown[1]).status_code == 302
    assert visit.get("/review").location == "/account/password"
    assert shown[1] not in admin.get("/admin/moderators").text
    for email in ("ren@example.com", "nobody", "a\x00b@example.com "):
        assert admin.send("/admin/moderators", email=email, role="lead").status_code in {200, 422}
    assert admin.send("/admin/moderators", email="x@example.com", role="king").status_code == 400


def test_a_changed_role_holds_at_once(desk: Desk) -> None:
    admin, ren = desk.as_person("boss@example.com", Role.ADMIN), desk.as_person("ren@example.com")
    assert ren.get("/admin/log").status_code == 403
    admin.send(f"/admin/moderators/{desk.people['ren@example.com']}/role", role="lead")
    assert ren.get("/admin/log").status_code == 200


def test_who_is_shut_out_is_out_at_once_and_can_be_let_in_again(desk: Desk) -> None:
    admin, ren = desk.as_person("boss@example.com", Role.ADMIN), desk.as_person("ren@example.com")
    address = f"/admin/moderators/{desk.people['ren@example.com']}/disabled"
    admin.send(address, disabled="1")
    assert ren.get("/review").status_code == 302
    assert desk.visit().log_in("ren@example.com").status_code == 401
    admin.send(address, disabled="0")
    assert desk.visit().log_in("ren@example.com").status_code == 302


def test_a_new_one_time_password_replaces_the_old_one(desk: Desk) -> None:
    admin, ren = desk.as_person("boss@example.com", Role.ADMIN), desk.as_person("ren@example.com")
    page = admin.send(f"/admin/moderators/{desk.people['ren@example.com']}/password").text
    assert 'class="secret"' in page
    assert ren.get("/review").status_code == 302
    assert desk.visit().log_in("ren@example.com").status_code == 401
    assert _person(desk, "ren@example.com").must_change_password


def test_nobody_locks_themselves_out(desk: Desk) -> None:
    admin = desk.as_person("boss@example.com", Role.ADMIN)
    mine = desk.people["boss@example.com"]
    assert admin.send(f"/admin/moderators/{mine}/role", role="moderator").status_code == 409
    assert admin.send(f"/admin/moderators/{mine}/disabled", disabled="1").status_code == 409
    assert admin.get("/admin/moderators").status_code == 200


def test_the_log_tells_who_did_what_to_whom(desk: Desk) -> None:
    admin = desk.as_person("boss@example.com", Role.ADMIN)
    admin.send("/admin/moderators", email="ren@example.com", role="moderator")
    ren = _person(desk, "ren@example.com").id
    admin.send(f"/admin/moderators/{ren}/role", role="lead")
    rows = [(row["kind"], row["moderator"], row["subject"], row["detail"]) for row in _log(admin)]
    assert rows[:2] == [
        ("role_changed", "boss@example.com", "ren@example.com", '{"role": "lead"}'),
        ("moderator_added", "boss@example.com", "ren@example.com", '{"role": "moderator"}'),
    ]
    assert [row["kind"] for row in _log(admin, "?kind=role_changed")] == ["role_changed"]
    assert _log(admin, "?to=2001-01-01") == []
    page = admin.get("/admin/log").text
    assert "Changed a moderator's role" in page
    assert "ren@example.com" in page


def test_a_log_for_outsiders_names_nobody(desk: Desk) -> None:
    admin = desk.as_person("boss@example.com", Role.ADMIN)
    admin.send("/admin/moderators", email="ren@example.com", role="moderator")
    for path in ("/admin/log.csv?names=hidden", "/review/decisions.csv?names=hidden"):
        assert "@" not in admin.get(path).text
    rows = _log(admin, "?names=hidden")
    names = {row["moderator"] for row in rows}
    assert len(names) == 1
    assert names.pop().startswith("moderator-")


@pytest.mark.postgresql
@postgresql_alone
def test_of_two_admins_who_disable_each_other_at_the_same_moment_one_remains(desk: Desk) -> None:
    first = desk.add_person("boss@example.com", Role.ADMIN)
    second = desk.as_person("vice@example.com", Role.ADMIN)
    disable = partial(second.send, f"/admin/moderators/{first}/disabled", disabled="1")
    with ThreadPoolExecutor(1) as aside:
        with desk.parts.database.writing() as session:
            for one in sorted((first, desk.people["vice@example.com"])):
                lock_row(session, Moderator, one)
            set_disabled(session, desk.people["vice@example.com"], now())
            answer = aside.submit(disable)
            meet(desk.parts.database, answer)
        assert answer.result(10).status_code == 403
    assert _person(desk, "boss@example.com").disabled_at is None
