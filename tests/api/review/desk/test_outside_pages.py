"""A moderator sends a picture to a service by a click, and reads its answer on the case."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from api.app import create_app
from api.review.desk import outside_pages
from core.clock import now
from core.sayings.codes import OutsideDetail
from core.sayings.saying import Saying, say
from core.vocabulary import Evidence, EvidenceKind, Grade, Label, Role
from store.desk.outside_checks import end_outside
from store.retention.erasure import erase_image
from store.tables.case_tables import Image
from store.tables.review_tables import OutsideCheck
from tests.api.conftest import RecordingSender
from tests.api.review.conftest import Desk
from tests.services import sqlite_alone

FOUND = Evidence(
    EvidenceKind.WATERMARK,
    Grade.DECLARED,
    Label.AI,
    "OpenAI",
    say(OutsideDetail.OUTSIDE_FOUND, service="OpenAI", mark="SynthID"),
    {"model": "gpt-image-2"},
)


@dataclass(kw_only=True)
class Answering(RecordingSender):
    """Sends to a worker whose service answers at once; with neither of both, never."""

    evidence: tuple[Evidence, ...] = ()
    failure: Saying | None = None
    asked: int = 0

    def ask_outside(self, check_id: str) -> None:
        self.asked += 1
        if self.evidence or self.failure:
            with self.database.writing() as session:
                end_outside(session, check_id, at=now(), evidence=self.evidence, failure=self.failure)


@pytest.fixture(autouse=True)
def no_patience() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outside_pages, "PATIENCE", 0.0)
        yield


def connected(desk: Desk, sender: Answering, *services: str) -> Desk:
    """The same desk, where pictures may be sent to services."""
    parts = replace(desk.parts, sender=sender, outside_services=services or ("OpenAI",))
    app = create_app(parts)
    app.testing = True
    return Desk(app, parts, desk.shop, desk.people)


@sqlite_alone
def test_it_is_off_unless_the_operator_names_a_service(desk: Desk) -> None:
    sha256, visit = desk.add_case(0.5), desk.as_person()
    assert 'id="outside"' not in visit.get(f"/review/cases/{sha256}").text
    answer = visit.send(f"/review/cases/{sha256}/outside", service="OpenAI")
    assert answer.status_code == 404
    assert "Nothing was sent." in answer.text


def test_the_answer_is_graded_evidence_on_the_case(desk: Desk) -> None:
    sender = Answering(desk.parts.database, evidence=(FOUND,))
    desk = connected(desk, sender)
    sha256, visit = desk.add_case(0.5), desk.as_person()
    page = visit.get(f"/review/cases/{sha256}").text
    assert "Send to OpenAI" in page
    assert "The audit log records that you sent it." in page
    answer = visit.send(f"/review/cases/{sha256}/outside", service="OpenAI")
    assert answer.status_code == 303
    assert answer.location.endswith(f"/review/cases/{sha256}#outside")
    page = visit.get(f"/review/cases/{sha256}").text
    assert "OpenAI found its own mark (SynthID) in this picture." in page
    assert "gpt-image-2" in page
    assert "An answer does not change the finding." in page
    assert "Send to OpenAI" not in page
    visit.send(f"/review/cases/{sha256}/outside", service="OpenAI")
    assert sender.asked == 1, "a picture that was answered for is not sent again"


def test_the_log_names_who_sent_it_and_where_to(desk: Desk) -> None:
    desk = connected(desk, Answering(desk.parts.database, evidence=(FOUND,)))
    sha256 = desk.add_case(0.5)
    desk.as_person().send(f"/review/cases/{sha256}/outside", service="OpenAI")
    log = desk.as_person("lead@example.com", Role.LEAD).get("/admin/log?kind=sent_outside").text
    assert "Sent a picture to another service" in log
    assert "aiko@example.com" in log
    assert "OpenAI" in log


def test_a_failure_is_told_and_the_picture_may_be_sent_again(desk: Desk) -> None:
    refused = say(OutsideDetail.OUTSIDE_KEY_REFUSED, service="OpenAI")
    desk = connected(desk, Answering(desk.parts.database, failure=refused))
    sha256, visit = desk.add_case(0.5), desk.as_person()
    visit.send(f"/review/cases/{sha256}/outside", service="OpenAI")
    page = visit.get(f"/review/cases/{sha256}").text
    assert "OpenAI refused the API key." in page
    assert "Send to OpenAI" in page


def test_without_an_answer_yet_the_page_says_so_and_nothing_is_sent_twice(desk: Desk) -> None:
    sender = Answering(desk.parts.database)
    desk = connected(desk, sender)
    sha256, visit = desk.add_case(0.5), desk.as_person()
    for _ in range(2):
        visit.send(f"/review/cases/{sha256}/outside", service="OpenAI")
    page = visit.get(f"/review/cases/{sha256}").text
    assert "there is no answer yet" in page
    assert "Send to OpenAI" not in page
    assert sender.asked == 1


@sqlite_alone
def test_only_a_form_of_ours_from_someone_logged_in_sends_a_picture(desk: Desk) -> None:
    sender = Answering(desk.parts.database, evidence=(FOUND,))
    desk = connected(desk, sender)
    sha256 = desk.add_case(0.5)
    address, form = f"/review/cases/{sha256}/outside", {"service": "OpenAI"}
    assert desk.visit().send(address, "/login", **form).status_code == 401
    assert desk.as_person().client.post(address, data=form).status_code == 400, "without the form's token"
    assert desk.as_person().get(address).status_code == 405
    assert sender.asked == 0


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [({"purged_at": now()}, 409, "The picture was purged."), ({"format": "gif"}, 422, "PNG, JPEG and WebP")],
)
@sqlite_alone
def test_what_cannot_be_sent_is_refused(
    desk: Desk, change: dict[str, object], status: int, said: str
) -> None:
    sender = Answering(desk.parts.database, evidence=(FOUND,))
    desk = connected(desk, sender)
    sha256, visit = desk.add_case(0.5), desk.as_person()
    with desk.parts.database.writing() as session:
        for name, value in change.items():
            setattr(session.get_one(Image, sha256), name, value)
    assert "Send to OpenAI" not in visit.get(f"/review/cases/{sha256}").text
    answer = visit.send(f"/review/cases/{sha256}/outside", service="OpenAI")
    assert answer.status_code == status
    assert said in answer.text
    assert visit.send(f"/review/cases/{'0' * 64}/outside", service="OpenAI").status_code == 404
    assert sender.asked == 0


def test_erasing_a_picture_erases_what_was_answered_about_it(desk: Desk) -> None:
    desk = connected(desk, Answering(desk.parts.database, evidence=(FOUND,)))
    sha256 = desk.add_case(0.5)
    desk.as_person().send(f"/review/cases/{sha256}/outside", service="OpenAI")
    erase_image(desk.parts.database, desk.parts.blobs, sha256)
    with desk.parts.database.reading() as session:
        assert session.query(OutsideCheck).count() == 0
