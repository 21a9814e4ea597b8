"""A lead takes others' lists of hashes in, forgets them, and hands decisions out; the log tells of each."""

import io
import re
from collections.abc import Callable

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from api.review.known.known_pages import MIB, MOST_MIB
from core.known.known_image import KnownImage, PictureHash
from core.vocabulary import Label, Role
from store.known.hash_lists import all_lists
from store.known.known_images import find_known
from store.tables.review_tables import Event
from tests.api.review.conftest import Desk, Visit, hidden
from tests.reporting import report

Decide = Callable[..., TestResponse]
ONE, TWO = "0f" * 32, "a5" * 32


def _send(visit: Visit, data: bytes, name: str = "list.csv", **values: str) -> TestResponse:
    token = hidden(visit.get("/admin/known").text, "form_token")
    form = {"form_token": token, "source": "Partner", "label": "", **values, "file": (io.BytesIO(data), name)}
    return visit.client.post("/admin/known", data=form, content_type="multipart/form-data")


def _known(desk: Desk, digits: str) -> list[KnownImage]:
    with desk.parts.database.reading() as session:
        return find_known(session, PictureHash(digits, 100), but="0" * 64)


def _log(desk: Desk) -> list[tuple[str, str, dict[str, object]]]:
    with desk.parts.database.reading() as session:
        rows = session.scalars(select(Event).where(Event.kind.startswith("list_")).order_by(Event.id))
        return [(row.kind, row.subject, row.detail) for row in rows]


@pytest.fixture
def lead(desk: Desk) -> Visit:
    return desk.as_person("lead@example.com", Role.LEAD)


def test_a_list_comes_in_and_can_be_forgotten(desk: Desk, lead: Visit) -> None:
    data = f"signal_type,signal_str,tags\npdq,{ONE},ai\npdq,{TWO},\nurl,x,ai\n".encode()
    page = _send(lead, data).text
    assert "1 hash imported. The list “Partner” now has 1." in page
    assert "1: a different signal type" in page
    assert "1: no “ai” or “human” tag" in page
    assert _known(desk, TWO) == []
    again = _send(lead, data, label="human").text
    assert "2 hashes imported. The list “Partner” now has 2." in again
    assert [one.label for one in _known(desk, TWO)] == [Label.HUMAN]
    with desk.parts.database.reading() as session:
        (kept,) = all_lists(session)
    assert lead.send(f"/admin/known/{kept.id}/forgotten").status_code == 303
    assert _known(desk, ONE) == []
    assert lead.send(f"/admin/known/{kept.id}/forgotten").status_code == 404
    assert [line[:2] for line in _log(desk)] == [
        ("list_imported", "Partner"),
        ("list_imported", "Partner"),
        ("list_forgotten", "Partner"),
    ]
    log = lead.get("/admin/log").text
    assert "Imported a hash list" in log
    assert "lead@example.com" in log


def test_what_people_decided_goes_out_in_either_form(desk: Desk, lead: Visit, decide: Decide) -> None:
    for score, digits, outcome in ((0.95, ONE, "ai"), (0.94, TWO, "human")):
        decide(lead, desk.add_case(score, picture_hash=PictureHash(digits, 90)), outcome)
    assert "0 human and 0 AI decisions" in lead.get("/admin/known").text
    report(desk.parts.database)
    assert "1 human and 1 AI decisions" in lead.get("/admin/known").text
    answer = lead.send("/admin/known/export", form="csv")
    assert set(re.findall(r"pdq,(\w{64}),\w+,(\w+)", answer.text)) == {(ONE, "ai"), (TWO, "human")}
    assert answer.headers["Content-Disposition"] == 'attachment; filename="kantei-known.csv"'
    lines = lead.send("/admin/known/export", form="jsonl", label="human").text.splitlines()
    assert len(lines) == 1
    assert TWO in lines[0]
    assert lead.send("/admin/known/export", form="html").status_code == 400
    assert [(kind, detail["label"]) for kind, _, detail in _log(desk)] == [
        ("list_exported", "all"),
        ("list_exported", "human"),
    ]


def test_what_is_no_list_is_refused_in_words(desk: Desk, lead: Visit) -> None:
    for data, name, source in (
        (b"{}", "list.json", "Partner"),
        (b"\xff\xfe\x00", "list.txt", "Partner"),
        (ONE.encode(), "list.txt", " "),
        (ONE.encode(), "list.txt", "a\u202eb"),
        (b"", "", "Partner"),
    ):
        assert _send(lead, data, name, source=source, label="ai").status_code == 400, name
    large = lead.client.post(
        "/admin/known", data=b"x" * (MOST_MIB * MIB + 1), content_type="multipart/form-data; boundary=x"
    )
    assert large.status_code == 413
    assert _known(desk, ONE) == []
