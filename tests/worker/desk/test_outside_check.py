"""A picture goes to a service once, and what it answers in the documented form becomes graded evidence."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from core.clock import now
from core.outside_services import OutsideService
from core.sayings.codes import FailureDetail, OutsideDetail
from core.sayings.saying import Saying, SayingCode
from core.sayings.stored import read_saying
from core.settings.setting_values import FetchAllow
from core.vocabulary import Evidence, EvidenceKind, Finding, Grade, Judgement, Label, Role, read_evidence
from store.base.database import Database
from store.bytes.blobs import FolderBlobs
from store.bytes.image_facts import ImageFacts
from store.desk.outside_checks import LOST, ask_outside, claim_outside, list_outside
from store.people.moderators import add_moderator
from store.tables.case_tables import Image
from store.tables.review_tables import Event, OutsideCheck
from store.verdicts.images import record_verdict
from tests.provenance.writing import png
from tests.servers import Server
from tests.worker.outbound.outside import LOOPBACK
from tests.worker.test_sweep import FakeBell
from worker.desk.outside_check import OutsideChecker
from worker.outbound.post import Poster

PICTURE = png()
CREATED = {"object": "content_provenance_check", "created_at": 1_790_000_000}
SYNTHID = {"type": "synthid", "outcome": "detected", "model": "gpt-image-2", "generated_at": None}
MANIFEST = {
    "type": "c2pa",
    "outcome": "detected",
    "validation_state": "trusted",
    "issuer": "OpenAI OpCo, LLC",
    "model": "gpt-image-2",
    "generated_at": "2026-11-01T00:00:00Z",
}
NOTHING = [
    {"type": "c2pa", "outcome": "not_detected", "validation_state": "not_present"},
    {"type": "synthid", "outcome": "not_detected"},
]


class House:
    """A case, a moderator, and the way to a service."""

    def __init__(
        self, database: Database, blobs: FolderBlobs, url: str, allow: FetchAllow = LOOPBACK
    ) -> None:
        self.database, self.bell = database, FakeBell()
        self.sha256 = blobs.put(PICTURE)
        with database.writing() as session:
            self.aiko = add_moderator(session, email="aiko@example.com", role=Role.MODERATOR).moderator.id
            facts = ImageFacts(self.sha256, 8, 8, "png", len(PICTURE))
            judged = Judgement(Finding.UNCERTAIN, None, "p", ())
            record_verdict(session, facts, score=0.5, model="m", judgement=judged, evidence=())
        self.poster = Poster(allow=allow, ports=frozenset({80, 443}), timeout=5.0)
        services = {"OpenAI": OutsideService("OpenAI", url, "sk-test")}
        self.checker = OutsideChecker(
            database, blobs, self.poster, services, self.bell, timedelta(seconds=30)
        )

    def ask(self, service: str = "OpenAI", *, later: timedelta = timedelta()) -> str | None:
        with self.database.writing() as session:
            return ask_outside(session, self.sha256, service, moderator_id=self.aiko, at=now() + later)

    def check(self) -> OutsideCheck:
        asked = self.ask()
        assert asked is not None
        self.checker.check(asked)
        return self.found()

    def found(self) -> OutsideCheck:
        with self.database.reading() as session:
            return list_outside(session, self.sha256)[0]


MakeHouse = Callable[..., House]


@pytest.fixture
def make_house(database: Database, blobs: FolderBlobs) -> Iterator[MakeHouse]:
    made: list[House] = []

    def make(url: str, **more: Any) -> House:
        made.append(House(database, blobs, url, **more))
        return made[-1]

    yield make
    for house in made:
        house.poster.close()


def answers(server: Server, *results: object) -> str:
    """A service of our own that answers as OpenAI documents."""
    body = json.dumps({**CREATED, "results": list(results)}).encode()
    return server.reply("/v1/content_provenance_checks", body, content_type="application/json")


def evidence_of(check: OutsideCheck) -> list[Evidence]:
    return [read_evidence(item) for item in check.evidence]


def failure_code(check: OutsideCheck) -> SayingCode:
    assert check.answered_at is not None
    assert check.evidence == []
    failure = read_saying(check.failure)
    assert isinstance(failure, Saying)
    return failure.code


def test_the_picture_is_sent_as_documented_and_nothing_else_with_it(
    make_house: MakeHouse, server: Server
) -> None:
    house = make_house(answers(server, MANIFEST, SYNTHID))
    house.check()
    (asked,) = server.asked
    assert (asked.method, asked.target) == ("POST", "/v1/content_provenance_checks")
    assert asked.headers["authorization"] == "Bearer sk-test"
    assert asked.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert PICTURE in asked.body
    assert b'name="file"; filename="picture.png"\r\nContent-Type: image/png' in asked.body
    assert b"shop" not in asked.body
    assert b"aiko" not in asked.body
    assert house.sha256.encode() not in asked.body
    assert house.bell.rang == [house.found().id]


def test_what_a_service_finds_is_a_declaration(make_house: MakeHouse, server: Server) -> None:
    found = evidence_of(make_house(answers(server, MANIFEST, SYNTHID)).check())
    assert [(item.kind, item.grade, item.label, item.generator) for item in found] == [
        (EvidenceKind.C2PA, Grade.DECLARED, Label.AI, "OpenAI"),
        (EvidenceKind.WATERMARK, Grade.DECLARED, Label.AI, "OpenAI"),
    ]
    assert found[0].fields["issuer"] == "OpenAI OpCo, LLC"
    assert found[1].fields == {"model": "gpt-image-2"}


@pytest.mark.parametrize("state", ["valid", "invalid", "not_present"])
def test_a_manifest_that_nobody_trusts_is_a_hint(make_house: MakeHouse, server: Server, state: str) -> None:
    (item,) = evidence_of(make_house(answers(server, MANIFEST | {"validation_state": state})).check())
    assert (item.grade, item.label) == (Grade.HINT, Label.AI)


def test_finding_nothing_speaks_for_no_one(make_house: MakeHouse, server: Server) -> None:
    found = evidence_of(make_house(answers(server, *NOTHING)).check())
    assert [(item.grade, item.label) for item in found] == [(Grade.HINT, None)] * 2


def test_another_service_with_marks_of_its_own_fits_the_slot(make_house: MakeHouse, server: Server) -> None:
    own = {"type": "<b>lamark</b>", "outcome": "detected", "model": "x" * 500}
    (item,) = evidence_of(make_house(answers(server, own)).check())
    assert (item.kind, item.grade) == (EvidenceKind.WATERMARK, Grade.DECLARED)
    assert isinstance(item.detail, Saying)
    assert "<" not in str(item.detail.values["mark"])
    assert len(item.fields["model"]) == 100


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, OutsideDetail.OUTSIDE_KEY_REFUSED),
        (403, OutsideDetail.OUTSIDE_KEY_REFUSED),
        (429, OutsideDetail.OUTSIDE_BUSY),
        (302, OutsideDetail.OUTSIDE_STATUS),
        (500, OutsideDetail.OUTSIDE_STATUS),
    ],
)
def test_a_refusal_is_a_failure_and_no_finding(
    make_house: MakeHouse, server: Server, status: int, code: OutsideDetail
) -> None:
    house = make_house(server.reply("/v1/checks", b'{"results": []}', status, location="/elsewhere"))
    assert failure_code(house.check()) is code
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"results": []}',
        b'{"results": [7]}',
        b'{"results": [{"type": "synthid"}]}',
        b'{"results": [{"type": "synthid", "outcome": "maybe"}]}',
        b'{"results": [{"type": "", "outcome": "detected"}]}',
        b'{"results": [' + b"[" * 3000,
        json.dumps({"results": [SYNTHID] * 500}).encode(),
    ],
)
def test_an_answer_in_no_documented_form_is_a_failure(
    make_house: MakeHouse, server: Server, body: bytes
) -> None:
    house = make_house(server.reply("/v1/checks", body))
    assert failure_code(house.check()) is OutsideDetail.OUTSIDE_ANSWER_UNREADABLE


def test_an_address_that_is_not_public_is_refused(make_house: MakeHouse, dialled: list[Any]) -> None:
    house = make_house("http://10.0.0.1/v1/checks", allow=FetchAllow())
    assert failure_code(house.check()) is FailureDetail.ADDRESS_REFUSED
    assert dialled == []


def test_a_service_that_the_worker_does_not_know_gets_nothing(make_house: MakeHouse, server: Server) -> None:
    house = make_house(answers(server, SYNTHID))
    asked = house.ask("Elsewhere")
    assert asked is not None
    house.checker.check(asked)
    assert failure_code(house.found()) is OutsideDetail.OUTSIDE_SERVICE_OFF
    assert server.asked == []


def test_a_purged_picture_is_not_sent(make_house: MakeHouse, server: Server) -> None:
    house = make_house(answers(server, SYNTHID))
    asked = house.ask()
    assert asked is not None
    with house.database.writing() as session:
        session.get_one(Image, house.sha256).purged_at = now()
    house.checker.check(asked)
    assert failure_code(house.found()) is OutsideDetail.OUTSIDE_PICTURE_GONE
    assert server.asked == []


def test_a_message_that_comes_twice_sends_the_picture_once(make_house: MakeHouse, server: Server) -> None:
    house = make_house(answers(server, SYNTHID))
    check = house.check()
    house.checker.check(check.id)
    assert len(server.asked) == 1
    assert house.found().evidence == check.evidence


def test_two_workers_never_have_the_same_check(make_house: MakeHouse, server: Server) -> None:
    house, at = make_house(answers(server, SYNTHID)), now()
    asked = house.ask()
    assert asked is not None
    with house.database.writing() as session:
        assert claim_outside(session, asked, until=at + timedelta(seconds=30), at=at) is not None
        assert claim_outside(session, asked, until=at + timedelta(seconds=30), at=at) is None
        assert claim_outside(session, "0" * 32, until=at, at=at) is None
    house.checker.check(asked)
    assert server.asked == []


def test_one_picture_is_asked_about_once_and_again_only_after_a_failure(
    make_house: MakeHouse, server: Server
) -> None:
    url = server.reply("/v1/checks", b"", 500)
    house = make_house(url)
    assert house.ask() is not None
    assert house.ask() is None, "a second click while the first waits"
    again = house.ask(later=LOST)
    assert again is not None, "a lost message"
    house.checker.check(again)
    assert house.ask(later=2 * LOST) is not None, "after a failure"
    server.reply("/v1/checks", json.dumps({**CREATED, "results": NOTHING}).encode())
    house.checker.check(house.found().id)
    assert house.ask(later=9 * LOST) is None, "it has answered"
    assert house.ask("Another", later=9 * LOST) is not None


def test_the_audit_log_says_who_sent_what(make_house: MakeHouse, server: Server) -> None:
    house = make_house(answers(server, SYNTHID))
    check = house.check()
    with house.database.reading() as session:
        (event,) = session.query(Event).where(Event.kind == "sent_outside")
    assert (event.moderator_id, event.subject) == (house.aiko, house.sha256)
    assert event.detail == {"service": "OpenAI", "check": check.id}
