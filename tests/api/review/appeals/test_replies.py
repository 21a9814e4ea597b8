"""A moderator's reply: begun from a template, told with the decision, and called back."""

import io
from collections.abc import Callable

import pytest
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse

from core.vocabulary import EventKind
from store.appeals import appeal_messages
from store.outbox.client_events import event_json, find_event
from store.tables.appeal_tables import AppealMessage
from store.tables.case_tables import Decision
from store.tables.marketplace_tables import ClientEvent
from tests.api.review.appeals.test_artist import address, appeals
from tests.api.review.appeals.test_artist_files import PSD
from tests.api.review.conftest import Desk, Visit, hidden
from tests.reporting import report

Decide = Callable[..., TestResponse]
REPLY = "Thank you for the layers.\nThey <b>convince</b> us."


def _read_form(page: str) -> dict[str, str]:
    return {name: hidden(page, name) for name in ("form_token", "verdict_id", "decision_id", "said")}


def _answer(visit: Visit, sha256: str, outcome: str, reply: str) -> TestResponse:
    page = visit.get(f"/review/cases/{sha256}").text
    form = _read_form(page) | {"outcome": outcome, "reply": reply, "note": ""}
    return visit.client.post(f"/review/cases/{sha256}/decision", data=form)


@pytest.fixture
def appealed(desk: Desk, decide: Decide) -> tuple[str, str]:
    """A picture decided AI whose artist has appealed: its SHA-256 and the artist's page."""
    sha256 = desk.add_case(0.95)
    decide(desk.as_person(), sha256, "ai")
    report(desk.parts.database)
    page = address(desk, sha256)
    desk.visit().send(page, page, reason="I drew it.")
    return sha256, page


def _told(desk: Desk) -> list[dict[str, object]]:
    with desk.parts.database.reading() as session:
        query = select(ClientEvent.id).where(ClientEvent.kind == EventKind.APPEAL_RESOLVED)
        found = [find_event(session, event_id) for event_id in session.scalars(query)]
        return [event_json(event)["data"]["appeal"] for event in found if event]


def test_a_reply_is_told_with_the_decision_to_the_artist_and_to_the_client(
    desk: Desk, appealed: tuple[str, str]
) -> None:
    sha256, page = appealed
    ren, artist = desk.as_person("ren@example.com"), desk.visit()
    assert _answer(ren, sha256, "human", REPLY).status_code == 303
    assert "convince" not in artist.get(page).text
    assert "convince" in ren.get(f"/review/cases/{sha256}").text
    report(desk.parts.database)
    shown = artist.get(page).text
    assert "They &lt;b&gt;convince&lt;/b&gt; us." in shown
    assert "Reply from the moderators" in shown
    assert "ren@example.com" not in shown
    (appeal,) = appeals(desk)
    (told,) = _told(desk)
    assert told["id"] == appeal.id
    assert (told["outcome"], told["reply"]) == ("human", REPLY)
    assert told["resolved_at"]


def test_what_was_undone_is_never_read_outside(desk: Desk, appealed: tuple[str, str]) -> None:
    sha256, page = appealed
    ren, artist = desk.as_person("ren@example.com"), desk.visit()
    done = _answer(ren, sha256, "ai", "Never to be read.").location.split("done=")[1]
    ren.send(f"/review/decisions/{done}/undo")
    assert _answer(ren, sha256, "human", "").status_code == 303
    report(desk.parts.database)
    assert "Never to be read." not in artist.get(page).text
    assert [one["reply"] for one in _told(desk)] == [None]


def test_a_moderator_asks_for_more_without_deciding(desk: Desk, appealed: tuple[str, str]) -> None:
    sha256, page = appealed
    ren, artist = desk.as_person("ren@example.com"), desk.visit()
    path = f"/review/appeals/{appeals(desk)[0].id}/reply"
    assert f'formaction="{path}"' in ren.get(f"/review/cases/{sha256}").text
    assert ren.send(path, reply="  ").status_code == 400
    assert ren.send(path, reply="x" * 2001).status_code == 400
    assert ren.send(path, reply="Could you add the layers?").status_code == 303
    assert "Could you add the layers?" in artist.get(page).text
    assert appeals(desk)[0].resolved_at is None
    artist.send(page, page, reason="Here they are.")
    assert "Here they are." in ren.get(f"/review/cases/{sha256}").text
    assert _answer(ren, sha256, "human", "").status_code == 303
    late = ren.send(path, reply="Too late.")
    assert late.status_code == 409
    assert "has been answered since" in late.text


@pytest.mark.parametrize("more", ["words", "file"])
def test_what_an_artist_adds_after_the_page_is_not_turned_down_unread(
    desk: Desk, appealed: tuple[str, str], more: str
) -> None:
    (sha256, page), ren, artist = appealed, desk.as_person("ren@example.com"), desk.visit()
    case = f"/review/cases/{sha256}"
    form = _read_form(ren.get(case).text) | {"outcome": "ai", "note": "my words", "reply": "my answer"}
    token = hidden(artist.get(page).text, "form_token")
    sent = {"reason": "My layers"} if more == "words" else {"files": [FileStorage(io.BytesIO(PSD), "a.psd")]}
    assert artist.client.post(page, data={"form_token": token} | sent).status_code == 303
    refused = ren.client.post(f"{case}/decision", data=form)
    assert refused.status_code == 409
    assert ("My layers" if more == "words" else "a.psd") in refused.text
    assert "my words</textarea>" in refused.text
    assert "my answer</textarea>" in refused.text
    assert appeals(desk)[0].resolved_at is None
    again = ren.client.post(f"{case}/decision", data=form | _read_form(refused.text))
    assert again.status_code == 303


def test_templates_come_in_both_languages_the_artists_first(desk: Desk) -> None:
    sha256 = desk.add_case(0.95)
    page, artist = address(desk, sha256), desk.visit()
    token = hidden(artist.get(page).text, "form_token")
    form = {"form_token": token, "reason": "自分で描きました。"}
    artist.client.post(page, data=form, headers={"Accept-Language": "ja"})
    case = desk.as_person().get(f"/review/cases/{sha256}").text
    assert "The artist read their page in 日本語." in case
    assert case.index('<p lang="ja"') < case.index('<p lang="en"')


def test_a_reply_to_a_case_that_is_escalated_is_kept_for_the_lead(
    desk: Desk, appealed: tuple[str, str]
) -> None:
    sha256, page = appealed
    assert _answer(desk.as_person("ren@example.com"), sha256, "escalate", "I am not sure.").status_code == 303
    report(desk.parts.database)
    assert "I am not sure." not in desk.visit().get(page).text
    with desk.parts.database.reading() as session:
        notes = list(session.scalars(select(Decision.note).order_by(Decision.id)))
    assert notes[-1] == "Draft of a reply:\nI am not sure."


def test_an_appeal_has_room_for_so_much_and_nothing_is_lost_at_its_end(
    desk: Desk, appealed: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(appeal_messages, "MOST_SENT", 2)
    (_, page), artist = appealed, desk.visit()
    for word in ("first", "second"):
        assert artist.send(page, page, reason=word).status_code == 303
    full = artist.send(page, page, reason="third")
    assert full.status_code == 422
    assert "This appeal cannot take more messages or files. Nothing was sent." in full.text
    assert ">third</textarea>" in full.text
    with desk.parts.database.reading() as session:
        assert list(session.scalars(select(AppealMessage.text).order_by(AppealMessage.id))) == [
            "first",
            "second",
        ]
