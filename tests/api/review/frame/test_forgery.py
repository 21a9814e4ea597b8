"""Forms that another site sends do nothing."""

import re

import pytest
from sqlalchemy import func, select

from store.tables.case_tables import Decision
from tests.api.review.conftest import Desk, Visit, hidden
from tests.services import sqlite_alone


def _form(visit: Visit, sha256: str) -> dict[str, str]:
    page = visit.get(f"/review/cases/{sha256}").text
    names = ("form_token", "verdict_id", "decision_id")
    return {name: hidden(page, name) for name in names} | {"outcome": "human"}


def _decisions(desk: Desk) -> int:
    with desk.parts.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Decision)) or 0


@pytest.mark.parametrize("token", ["", "0" * 64, "é"])
@sqlite_alone
def test_a_form_without_its_token_does_nothing(desk: Desk, token: str) -> None:
    sha256, visit = desk.add_case(0.95), desk.as_person()
    form = _form(visit, sha256) | {"form_token": token}
    assert visit.client.post(f"/review/cases/{sha256}/decision", data=form).status_code == 400
    assert _decisions(desk) == 0


@sqlite_alone
def test_the_token_of_another_login_does_nothing(desk: Desk) -> None:
    sha256, mine, other = desk.add_case(0.95), desk.as_person(), desk.as_person("ren@example.com")
    form = _form(mine, sha256) | {"form_token": _form(other, sha256)["form_token"]}
    assert mine.client.post(f"/review/cases/{sha256}/decision", data=form).status_code == 400
    assert _decisions(desk) == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://[localhost"},
        {"Origin": "http://localhost.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
@sqlite_alone
def test_a_form_from_elsewhere_does_nothing(desk: Desk, headers: dict[str, str]) -> None:
    sha256, visit = desk.add_case(0.95), desk.as_person()
    answer = visit.client.post(f"/review/cases/{sha256}/decision", data=_form(visit, sha256), headers=headers)
    assert answer.status_code == 400
    assert _decisions(desk) == 0


def test_a_form_of_ours_is_taken(desk: Desk) -> None:
    sha256, visit = desk.add_case(0.95), desk.as_person()
    headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    answer = visit.client.post(f"/review/cases/{sha256}/decision", data=_form(visit, sha256), headers=headers)
    assert answer.status_code == 303
    assert _decisions(desk) == 1


@sqlite_alone
def test_every_form_on_every_page_carries_a_token(desk: Desk) -> None:
    sha256, visit = desk.add_case(0.95), desk.as_person()
    for path in ("/review", f"/review/cases/{sha256}", "/review/decisions", "/account/password"):
        page = visit.get(path).text
        forms = re.findall(r'<form[^>]*method="post".*?</form>', page, re.DOTALL)
        assert forms
        assert all('name="form_token"' in form for form in forms), path
