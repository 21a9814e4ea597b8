"""A decision leaves the desk once it can no longer be undone, exactly once, and never if it was."""

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.ids import new_id
from core.market.strike_rules import StrikeRules
from core.vocabulary import EventKind, Finding, Judgement, Label, Outcome, Role, Source, State
from store.base.database import Database
from store.bytes.image_facts import ImageFacts
from store.clients.clients import NewClient
from store.desk.batches import decide_many, undo_many
from store.desk.decisions import UNDOABLE, Seen, StaleCaseError, decide, undo
from store.desk.queue_filter import Viewer
from store.desk.reporting import PAUSE, has_due_reports, report_decisions, report_due
from store.intake.submissions import SubmissionRequest, find_submission
from store.outbox.submission_json import image_json, standing_json
from store.people.moderators import add_moderator
from store.reports.reader_reports import settle_reports
from store.tables.case_tables import Image
from store.tables.marketplace_tables import ClientEvent
from store.tables.review_tables import Undo
from store.verdicts.images import find_image, record_verdict
from tests.submissions import add_submission

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
DUE = NOON + UNDOABLE
MOMENT = timedelta(microseconds=1)
Told = tuple[EventKind, str | None]


class House:
    """A shop with one submission for each image, and a moderator."""

    def __init__(self, database: Database, shop: NewClient) -> None:
        self.database = database
        self.submissions: dict[str, str] = {}
        self._shop = shop
        with database.writing() as session:
            self.aiko = add_moderator(session, email="aiko@example.com", role=Role.MODERATOR).moderator.id

    def add(self) -> str:
        sha256 = new_id() * 2
        with self.database.writing() as session:
            verdict_id = record_verdict(
                session,
                ImageFacts(sha256, 9, 9, "png", 9),
                score=0.95,
                model="m",
                judgement=Judgement(Finding.FLAGGED, Label.AI, "p", ()),
                evidence=(),
            ).verdict_id
            request = SubmissionRequest(Source.API, image_url="https://shop.example/a.png")
            made = add_submission(session, self._shop.client.id, request)
            made.state, made.image_sha256, made.verdict_id = State.EXAMINED, sha256, verdict_id
            self.submissions[sha256] = made.id
        return sha256

    def seen(self, sha256: str) -> Seen:
        with self.database.reading() as session:
            image = session.get_one(Image, sha256)
            assert image.verdict_id is not None
            return Seen(sha256, image.verdict_id, image.decision_id)

    def decide(self, sha256: str, outcome: Outcome, at: datetime) -> str:
        seen = self.seen(sha256)
        with self.database.writing() as session:
            return decide(session, seen, moderator_id=self.aiko, outcome=outcome, note="", at=at)

    def undo(self, decision_id: str, at: datetime) -> None:
        with self.database.writing() as session:
            undo(session, decision_id, moderator_id=self.aiko, at=at)

    def report(self, at: datetime) -> int:
        with self.database.writing() as session:
            return report_decisions(session, at, StrikeRules())

    def told(self) -> list[Told]:
        with self.database.reading() as session:
            rows = session.execute(select(ClientEvent.kind, ClientEvent.decision_id).order_by(ClientEvent.id))
            return [(row.kind, row.decision_id) for row in rows]

    def answers(self, sha256: str) -> list[object]:
        """What the API answers of the decision, for the submission and for the image."""
        with self.database.reading() as session:
            submission = find_submission(session, self.submissions[sha256])
        with self.database.reading() as session:
            image = find_image(session, sha256)
        assert submission is not None
        assert image is not None
        found = [standing_json(submission)["decision"], image_json(image)["decision"]]
        return [one and one["outcome"] for one in found]


@pytest.fixture
def house(database: Database, shop: NewClient) -> House:
    return House(database, shop)


def test_a_decision_is_reported_when_it_can_no_longer_be_undone(house: House) -> None:
    sha256 = house.add()
    made = house.decide(sha256, Outcome.AI, NOON)
    with house.database.reading() as session:
        assert not has_due_reports(session, DUE - MOMENT)
        assert has_due_reports(session, DUE)
    assert house.report(DUE - MOMENT) == 0
    assert (house.told(), house.answers(sha256)) == ([], [None, None])
    assert house.report(DUE) == 1
    assert (house.told(), house.answers(sha256)) == ([(EventKind.DECISION_MADE, made)], ["ai", "ai"])
    assert house.report(DUE + UNDOABLE) == 0
    assert len(house.told()) == 1


def test_an_undone_decision_is_told_to_nobody(house: House) -> None:
    sha256 = house.add()
    house.undo(house.decide(sha256, Outcome.AI, NOON), DUE - MOMENT)
    assert house.report(DUE + UNDOABLE) == 0
    assert (house.told(), house.answers(sha256)) == ([], [None, None])


def test_what_was_reported_cannot_be_undone(house: House) -> None:
    sha256 = house.add()
    made = house.decide(sha256, Outcome.AI, NOON)
    house.report(DUE)
    with pytest.raises(StaleCaseError):
        house.undo(made, DUE)
    assert house.answers(sha256) == ["ai", "ai"]
    assert house.seen(sha256).decision_id == made


def test_the_earlier_decision_is_shown_while_the_later_one_can_be_undone(house: House) -> None:
    sha256 = house.add()
    house.decide(sha256, Outcome.AI, NOON)
    house.report(DUE)
    later = house.decide(sha256, Outcome.HUMAN, DUE)
    assert house.answers(sha256) == ["ai", "ai"]
    house.undo(later, DUE + MOMENT)
    assert house.report(DUE + 2 * UNDOABLE) == 0
    assert house.answers(sha256) == ["ai", "ai"]


def test_of_two_decisions_within_the_time_only_the_last_is_told(house: House) -> None:
    sha256 = house.add()
    house.decide(sha256, Outcome.AI, NOON)
    last = house.decide(sha256, Outcome.HUMAN, NOON + timedelta(seconds=20))
    assert house.report(DUE) == 0
    assert house.report(DUE + timedelta(seconds=20)) == 1
    assert house.told() == [(EventKind.DECISION_MADE, last)]


def test_a_decision_that_is_current_again_keeps_its_own_time(house: House) -> None:
    sha256 = house.add()
    first = house.decide(sha256, Outcome.AI, NOON)
    house.undo(
        house.decide(sha256, Outcome.HUMAN, NOON + timedelta(seconds=20)), NOON + timedelta(seconds=21)
    )
    assert house.report(DUE - MOMENT) == 0
    assert house.report(DUE) == 1
    assert house.told() == [(EventKind.DECISION_MADE, first)]


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        (Outcome.AI, Outcome.ESCALATE, EventKind.DECISION_WITHDRAWN),
        (Outcome.HUMAN, Outcome.ESCALATE, EventKind.DECISION_WITHDRAWN),
        (Outcome.AI, Outcome.HUMAN, EventKind.DECISION_MADE),
        (Outcome.ESCALATE, Outcome.AI, EventKind.DECISION_MADE),
    ],
)
def test_a_told_ruling_that_no_other_ruling_replaces_is_withdrawn(
    house: House, first: Outcome, second: Outcome, kind: EventKind
) -> None:
    sha256 = house.add()
    before = house.decide(sha256, first, NOON)
    house.report(DUE)
    after = house.decide(sha256, second, DUE)
    house.report(DUE + UNDOABLE)
    assert house.told() == [(EventKind.DECISION_MADE, before), (kind, after)]


def test_a_bulk_decision_is_reported_but_for_what_was_undone(house: House) -> None:
    cases = [house.add() for _ in range(3)]
    undone, kept = cases[:2], cases[2:]
    batches = []
    for group in (undone, kept):
        seen = [house.seen(one) for one in group]
        with house.database.writing() as session:
            viewer = Viewer(house.aiko, NOON)
            batches.append(decide_many(session, seen, viewer, outcome=Outcome.AI, note=""))
    with house.database.writing() as session:
        assert undo_many(session, batches[0].id, moderator_id=house.aiko, at=DUE - MOMENT) == 2
    assert house.report(DUE) == 1
    assert [house.answers(one) for one in cases] == [[None, None], [None, None], ["ai", "ai"]]
    assert [kind for kind, _ in house.told()] == [EventKind.DECISION_MADE]


@pytest.mark.parametrize("turn", range(6))
def test_an_undo_at_the_last_moment_and_the_report_never_both_happen(house: House, turn: int) -> None:
    cases = [house.add() for _ in range(8)]
    made = {sha256: house.decide(sha256, Outcome.AI, NOON) for sha256 in cases}
    start = threading.Barrier(2)
    refused: set[str] = set()

    def take_back() -> None:
        start.wait()
        for sha256 in cases[turn % 2 :] + cases[: turn % 2]:
            try:
                house.undo(made[sha256], DUE)
            except StaleCaseError:
                refused.add(sha256)

    def tell() -> None:
        start.wait()
        house.report(DUE)

    _together(take_back, tell)
    house.report(DUE)
    told = {decision_id for _, decision_id in house.told()}
    with house.database.reading() as session:
        undone = set(session.scalars(select(Undo.decision_id)))
    assert told & undone == set()
    assert told | undone == set(made.values())
    assert {made[sha256] for sha256 in refused} == told


def _together(*acts: Callable[[], None]) -> None:
    failures: list[BaseException] = []

    def guarded(act: Callable[[], None]) -> None:
        try:
            act()
        except BaseException as error:  # noqa: BLE001 - handed to the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_decision_that_cannot_be_reported_holds_up_no_other(
    database: Database, shop: NewClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(database, shop)
    first, second, third = (house.add() for _ in range(3))
    made = {sha256: house.decide(sha256, Outcome.AI, NOON) for sha256 in (first, second, third)}

    def fail_on_the_second(session: Session, decisions: Mapping[str, str | None]) -> None:
        if second in decisions:
            raise LookupError(second)
        settle_reports(session, decisions)

    with monkeypatch.context() as patched:
        patched.setattr("store.desk.reporting.settle_reports", fail_on_the_second)
        assert report_due(database, DUE, StrikeRules()) == 2
    told = {decision_id for _, decision_id in house.told()}
    assert told == {made[first], made[third]}
    assert report_due(database, DUE, StrikeRules()) == 0
    assert report_due(database, DUE + PAUSE, StrikeRules()) == 1
    assert made[second] in {decision_id for _, decision_id in house.told()}
