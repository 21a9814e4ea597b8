"""From a claimed submission to exactly one verdict, or a failure with its reason."""

import hashlib
import io
import logging
import threading
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Unpack

import pytest
from PIL import Image
from sqlalchemy import select, update

from core.broker.bell import CALLBACKS_DUE, BellListener
from core.clock import now
from core.operations.logs import TextLines, about, one_line
from core.sayings.codes import FailureDetail, Reason
from core.sayings.saying import render, say
from core.sayings.stored import read_saying
from core.vocabulary import (
    Classification,
    EventKind,
    Evidence,
    EvidenceKind,
    FailureCode,
    Finding,
    Grade,
    Label,
    Outcome,
    Role,
    Source,
    State,
    Thresholds,
    ViewScore,
)
from model.serving.picture import Picture, decode_picture
from provenance.read import read_provenance
from store.base.database import Database
from store.bytes.blobs import THUMBNAIL, FolderBlobs
from store.clients.clients import NewClient
from store.desk.case_claims import claim_case
from store.desk.decisions import Seen, decide
from store.intake.claim_ends import release_expired
from store.intake.claims import claim
from store.intake.retries import retry_now
from store.intake.submissions import SubmissionRequest, find_submission
from store.people.moderators import add_moderator
from store.retention.erasure import erase_image
from store.tables.case_tables import Image as StoredImage
from store.tables.client_tables import Client
from store.tables.marketplace_tables import ClientEvent
from store.tables.policy_tables import ShadowVerdict
from store.tables.review_states import ReviewState
from store.tables.submission_tables import Submission
from store.verdicts.images import find_image
from store.verdicts.outdated import CaseTakenError, count_outdated, outdated_cases
from store.verdicts.policies import approve, ensure_packaged, propose
from store.verdicts.standing_policy import StandingPolicy
from tests.model.drawing import gradient, saved
from tests.model.files import animated
from tests.provenance.readers.test_sparkle import starred, written
from tests.submissions import add_submission
from tests.submitting import RequestFields
from worker.examining.examine import Examiner
from worker.examining.observe import Observer
from worker.examining.opinion import form_opinion
from worker.examining.policy import VERSION
from worker.outbound.fetch_error import FetchError, HostBusyError, HostSlowError

URL = "https://pictures.example/a.png"
DECLARED = Evidence(
    EvidenceKind.A1111_PARAMETERS, Grade.DECLARED, Label.AI, "A1111", "A record.", {"seed": "1"}
)


def draw(colour: str = "teal") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (80, 64), colour).save(out, "PNG")
    return out.getvalue()


SLOW_HOST = FetchError(FailureCode.TIMED_OUT, say(FailureDetail.HOST_TOO_SLOW), is_permanent=False)


@dataclass
class FakeWeb:
    """Answers each fetch with bytes or an error."""

    answer: bytes | Exception
    fetched: int = 0

    def fetch(self, url: str, *, referer: str | None = None) -> bytes:
        self.fetched += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@dataclass
class FakeClassifier:
    """A classifier with a fixed score, which counts its calls."""

    score: float = 0.95
    version: str = "fake-1"
    thresholds: Thresholds = field(default_factory=lambda: Thresholds(0.3, 0.9))
    asked: int = 0
    stable: bool = True
    looks_native: bool = False
    error: Exception | None = None

    def classify(self, picture: Picture, lines: Thresholds | None = None) -> Classification:
        self.asked += 1
        if self.error is not None:
            raise self.error
        views = (ViewScore((0.0, 0.0, 1.0, 0.5), 0.125),)
        return Classification(self.score, self.version, self.stable, views=views)

    def heatmap(self, picture: Picture) -> bytes:
        """Never asked here."""
        raise NotImplementedError


@dataclass
class FakeBell:
    """Remembers for whom it rang."""

    rang: list[str] = field(default_factory=list)

    def ring(self, submission_id: str) -> None:
        self.rang.append(submission_id)

    def listen(self, listener: BellListener) -> None:
        """Never asked here."""


@dataclass
class Bench:
    """An examiner with its fakes, and a way to submit and look."""

    database: Database
    blobs: FolderBlobs
    client_id: str
    web: FakeWeb
    classifier: FakeClassifier
    bell: FakeBell
    evidence: tuple[Evidence, ...] = ()
    observer: Observer | None = None

    def submit(self, **request: Unpack[RequestFields]) -> str:
        with self.database.writing() as session:
            wanted = replace(SubmissionRequest(Source.API), **(request or {"image_url": URL}))
            submission = add_submission(session, self.client_id, wanted)
            session.flush()
            return submission.id

    def retries(self, *submission_ids: str) -> list[datetime | None]:
        """When the next try of each is due."""
        with self.database.reading() as session:
            return [session.get_one(Submission, one).retry_at for one in submission_ids]

    @property
    def examiner(self) -> Examiner:
        """The examiner with today's classifier."""
        return Examiner(
            database=self.database,
            blobs=self.blobs,
            fetcher=self.web,
            classifier=self.classifier,
            read_evidence=lambda _: self.evidence,
            bell=self.bell,
            max_pixels=10_000,
            lease=timedelta(seconds=30),
            policy=StandingPolicy(
                self.database, self.classifier.version, self.classifier.thresholds, validity=0
            ),
            observer=self.observer,
        )

    def examine(self, submission_id: str) -> Submission:
        self.examiner.examine(submission_id)
        with self.database.reading() as session:
            found = find_submission(session, submission_id)
            assert found is not None
            return found

    def pass_time(self, submission_id: str, passed: timedelta) -> None:
        """Set a failure's moments back, as though time had passed."""
        with self.database.writing() as session:
            row = session.get_one(Submission, submission_id)
            row.failing_since = (row.failing_since or now()) - passed
            row.retry_at = (row.retry_at or now()) - passed

    def make_due(self, submission_id: str) -> None:
        with self.database.writing() as session:
            submission = session.get_one(Submission, submission_id)
            submission.due_at = submission.created_at

    def make_older(self, submission_id: str, by: timedelta) -> None:
        with self.database.writing() as session:
            session.get_one(Submission, submission_id).created_at -= by


@pytest.fixture
def bench(database: Database, blobs: FolderBlobs, shop: NewClient) -> Bench:
    return Bench(database, blobs, shop.client.id, FakeWeb(draw()), FakeClassifier(), FakeBell())


def test_a_picture_ends_with_a_verdict_its_bytes_and_a_thumbnail(bench: Bench) -> None:
    found = bench.examine(bench.submit())
    assert found.state is State.EXAMINED
    assert found.examined_at is not None
    verdict, image = found.verdict, found.image
    assert verdict is not None
    assert image is not None
    assert (verdict.finding, verdict.score, verdict.model, verdict.label) == (
        Finding.FLAGGED,
        0.95,
        "fake-1",
        Label.AI,
    )
    assert verdict.views == [[0, 0, 1000, 500, 125, 0]]
    assert (image.width, image.height, image.format, image.bytes) == (80, 64, "png", len(draw()))
    assert bench.blobs.get(image.sha256) == draw()
    assert Image.open(io.BytesIO(bench.blobs.get(image.sha256, THUMBNAIL))).format == "JPEG"
    assert bench.bell.rang == [found.id]


def test_the_notifier_is_rung_for_only_where_somebody_is_called(bench: Bench) -> None:
    called = "https://shop.example/called"
    of_its_own = bench.submit(image_url=URL, callback_url=called)
    bench.examine(of_its_own)
    assert bench.bell.rang == [of_its_own, CALLBACKS_DUE]
    bench.bell.rang.clear()
    bench.web.answer = FetchError(FailureCode.GONE, say(FailureDetail.URL_MALFORMED), is_permanent=True)
    with bench.database.writing() as session:
        session.get_one(Client, bench.client_id).callback_url = called
    of_the_client = bench.submit()
    assert bench.examine(of_the_client).state is State.FAILED
    assert bench.bell.rang == [of_the_client, CALLBACKS_DUE]


def test_the_bytes_are_kept_while_the_classifier_looks(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    are_kept, put = threading.Event(), bench.blobs.put_as
    waited = []

    class Patient(FakeClassifier):
        def classify(self, picture: Picture, lines: Thresholds | None = None) -> Classification:
            waited.append(are_kept.wait(10))
            return super().classify(picture, lines)

    def keep(sha256: str, name: str, data: bytes) -> None:
        put(sha256, name, data)
        if name == THUMBNAIL:
            are_kept.set()

    bench.classifier = Patient()
    monkeypatch.setattr(bench.blobs, "put_as", keep)
    assert bench.examine(bench.submit()).state is State.EXAMINED
    assert waited == [True]


def test_a_message_that_comes_twice_gives_one_verdict(bench: Bench) -> None:
    submission_id = bench.submit()
    first = bench.examine(submission_id)
    second = bench.examine(submission_id)
    assert (first.verdict_id, bench.web.fetched, bench.classifier.asked) == (second.verdict_id, 1, 1)


def test_the_same_bytes_submitted_again_are_not_classified_again(bench: Bench) -> None:
    first = bench.examine(bench.submit())
    second = bench.examine(bench.submit(image_url="https://elsewhere.example/b.png"))
    assert second.verdict_id == first.verdict_id
    assert bench.classifier.asked == 1


def test_a_new_model_version_looks_again(bench: Bench) -> None:
    first = bench.examine(bench.submit())
    bench.classifier.version, bench.classifier.score = "fake-2", 0.1
    second = bench.examine(bench.submit())
    assert second.verdict_id != first.verdict_id
    assert second.image_sha256 == first.image_sha256
    assert second.verdict is not None
    assert second.verdict.finding is Finding.CLEAR


def test_uploaded_bytes_are_examined_without_a_fetch(bench: Bench) -> None:
    found = bench.examine(bench.submit(upload_sha256=bench.blobs.put(draw("red"))))
    assert found.state is State.EXAMINED
    assert bench.web.fetched == 0


def test_an_upload_whose_bytes_are_gone_fails_as_gone(bench: Bench) -> None:
    found = bench.examine(bench.submit(upload_sha256="ab" * 32))
    assert (found.state, found.failure_code) == (State.FAILED, FailureCode.GONE)


def test_what_the_file_declares_stands_beside_the_pixels(bench: Bench) -> None:
    bench.evidence, bench.classifier.score = (DECLARED,), 0.01
    verdict = bench.examine(bench.submit()).verdict
    assert verdict is not None
    assert (verdict.finding, verdict.label) == (Finding.UNCERTAIN, None)
    assert verdict.gauge is not None
    assert set(verdict.gauge["thresholds"]) == {"clear_below", "declared_from", "flagged_from"}
    assert [item["kind"] for item in verdict.evidence] == ["a1111_parameters", "pixels"]
    assert verdict.evidence[0]["fields"] == {"seed": "1"}
    with bench.database.reading() as session:
        image = find_image(session, verdict.image_sha256)
        assert image is not None
        assert image.risk == pytest.approx(0.31)
        assert verdict.score == 0.01


@pytest.mark.parametrize(
    ("score", "review"), [(0.95, ReviewState.OPEN), (0.5, ReviewState.OPEN), (0.1, ReviewState.NONE)]
)
def test_a_case_opens_unless_the_picture_is_clear(bench: Bench, score: float, review: ReviewState) -> None:
    bench.classifier.score = score
    found = bench.examine(bench.submit())
    with bench.database.reading() as session:
        image = find_image(session, found.image_sha256 or "")
        assert image is not None
        assert image.review is review


def test_what_is_no_image_fails_for_good_and_is_not_kept(bench: Bench) -> None:
    bench.web.answer = b"<html>not found</html>"
    found = bench.examine(bench.submit())
    assert (found.state, found.failure_code, found.failure_permanent) == (
        State.FAILED,
        FailureCode.NOT_AN_IMAGE,
        True,
    )
    assert (found.verdict_id, found.image_sha256) == (None, None)


def test_a_picture_that_is_cut_short_is_examined_and_a_reason_says_so(bench: Bench) -> None:
    data = saved(gradient(100, 90), "PNG")
    bench.web.answer = data[: len(data) * 8 // 10]
    verdict = bench.examine(bench.submit()).verdict
    assert verdict is not None
    assert Reason.FILE_ENDS_EARLY in [reason["code"] for reason in verdict.reasons]


def test_a_picture_of_few_rows_fails_and_the_rows_are_counted(bench: Bench) -> None:
    data = saved(gradient(100, 90), "PNG")
    bench.web.answer = data[: len(data) * 3 // 10]
    found = bench.examine(bench.submit())
    assert (found.failure_code, found.failure_permanent) == (FailureCode.NOT_AN_IMAGE, True)
    assert "of the picture's 90 rows are there" in render(read_saying(found.failure_says))


def test_an_animation_says_how_many_frames_it_has(bench: Bench) -> None:
    bench.web.answer = animated("GIF", [gradient(90, 70), gradient(90, 70).rotate(180)])
    verdict = bench.examine(bench.submit()).verdict
    assert verdict is not None
    assert {"code": Reason.FRAMES_COUNTED, "values": {"count": 2}} in verdict.reasons


def test_too_many_pixels_fail_before_they_are_decoded(bench: Bench) -> None:
    out = io.BytesIO()
    Image.new("1", (200, 100)).save(out, "PNG")
    bench.web.answer = out.getvalue()
    assert bench.examine(bench.submit()).failure_code is FailureCode.TOO_MANY_PIXELS


def test_a_permanent_refusal_fails_at_once(bench: Bench) -> None:
    bench.web.answer = FetchError(
        FailureCode.UNSAFE_ADDRESS, say(FailureDetail.URL_SCHEME), is_permanent=True
    )
    found = bench.examine(bench.submit())
    assert (found.state, found.failure_code, found.tries) == (State.FAILED, FailureCode.UNSAFE_ADDRESS, 1)


NOT_YET = FetchError(FailureCode.TIMED_OUT, say(FailureDetail.HOST_TOO_SLOW), is_permanent=False)


def events(bench: Bench) -> list[EventKind]:
    with bench.database.reading() as session:
        return list(session.scalars(select(ClientEvent.kind).order_by(ClientEvent.id)))


def test_a_failure_that_may_pass_is_told_at_once_and_tried_again_for_an_hour(bench: Bench) -> None:
    bench.web.answer = NOT_YET
    submission_id = bench.submit()
    pauses: list[float] = []
    while (found := bench.examine(submission_id)).retry_at is not None:
        assert (found.state, found.failure_code, found.failure_permanent) == (
            State.FAILED,
            FailureCode.TIMED_OUT,
            False,
        )
        pauses.append((found.retry_at - now()).total_seconds())
        assert events(bench) == []
        bench.pass_time(submission_id, found.retry_at - now())
    assert 3590 < sum(pauses) < 3601
    assert 9 < pauses[0] < 11
    assert all(later > earlier for earlier, later in pairwise(pauses[1:5]))
    assert bench.web.fetched == len(pauses) + 1 < 15
    assert (found.state, found.failure_permanent) == (State.FAILED, False)
    assert events(bench) == [EventKind.SUBMISSION_FAILED]
    bench.examine(submission_id)
    assert bench.web.fetched == len(pauses) + 1


def test_a_try_that_succeeds_clears_the_failure_and_tells_of_the_verdict_alone(bench: Bench) -> None:
    picture, bench.web.answer = bench.web.answer, NOT_YET
    submission_id = bench.submit()
    bench.examine(submission_id)
    assert bench.examine(submission_id).state is State.FAILED  # not before its time
    assert bench.web.fetched == 1
    bench.pass_time(submission_id, timedelta(seconds=12))
    bench.web.answer = picture
    found = bench.examine(submission_id)
    assert (found.state, found.failure_code, found.retry_at) == (State.EXAMINED, None, None)
    assert events(bench) == [EventKind.SUBMISSION_EXAMINED]


def test_a_failure_stays_visible_while_it_is_tried_again(bench: Bench) -> None:
    bench.web.answer = NOT_YET
    submission_id = bench.submit()
    bench.examine(submission_id)
    bench.pass_time(submission_id, timedelta(seconds=12))
    with bench.database.writing() as session:
        assert claim(session, submission_id, lease=timedelta(seconds=30), at=now()) is not None
    with bench.database.writing() as session:
        assert claim(session, submission_id, lease=timedelta(seconds=30), at=now()) is None
        found = session.get_one(Submission, submission_id)
        assert (found.state, found.failure_code) == (State.FAILED, FailureCode.TIMED_OUT)
        release_expired(session, now() + timedelta(seconds=31))
    with bench.database.reading() as session:
        found = session.get_one(Submission, submission_id)
        assert (found.state, found.claim_id) == (State.FAILED, None)
        assert found.retry_at is not None


def test_a_host_that_asks_for_a_pause_gets_it(bench: Bench) -> None:
    bench.web.answer = FetchError(
        FailureCode.HTTP_STATUS, say(FailureDetail.HOST_TOO_SLOW), is_permanent=False, retry_after=1200
    )
    found = bench.examine(bench.submit())
    assert found.retry_at is not None
    assert 1195 < (found.retry_at - now()).total_seconds() < 1201


def test_who_asks_again_is_served_at_once_also_after_the_hour(bench: Bench) -> None:
    picture, bench.web.answer = bench.web.answer, NOT_YET
    submission_id = bench.submit()
    bench.examine(submission_id)
    bench.pass_time(submission_id, timedelta(hours=2))
    assert bench.examine(submission_id).retry_at is None
    with bench.database.writing() as session:
        assert retry_now(session, [submission_id], at=now()) == [submission_id]
    assert bench.examine(submission_id).retry_at is not None  # another hour
    bench.web.answer = picture
    with bench.database.writing() as session:
        assert retry_now(session, [submission_id], at=now()) == [submission_id]
    assert bench.examine(submission_id).state is State.EXAMINED
    with bench.database.writing() as session:
        assert retry_now(session, [submission_id], at=now()) == []


def test_a_picture_that_another_submission_got_is_tried_at_once(bench: Bench) -> None:
    picture, bench.web.answer = bench.web.answer, NOT_YET
    first, other = bench.submit(), bench.submit(image_url="https://pictures.example/other.png")
    bench.examine(first)
    bench.examine(other)
    bench.web.answer = picture
    assert bench.examine(bench.submit()).state is State.EXAMINED
    due, waiting = now(), bench.retries(first, other)
    assert (waiting[0] or due + timedelta(days=1)) <= due < (waiting[1] or due)
    assert bench.examine(bench.submit()).state is State.EXAMINED
    assert bench.retries(first, other) == waiting  # what is due is not put off again
    assert bench.examine(first).state is State.EXAMINED


def test_a_busy_host_costs_no_try(bench: Bench) -> None:
    bench.web.answer = HostBusyError("pictures.example", 0.5)
    found = bench.examine(bench.submit())
    assert (found.state, found.tries) == (State.QUEUED, 0)


@pytest.mark.parametrize(("waited", "least", "most"), [(0, 7, 7), (600, 60, 150), (36_000, 900, 900)])
def test_while_a_host_is_slow_a_picture_comes_back_the_later_the_longer_it_has_waited(
    bench: Bench, waited: float, least: float, most: float
) -> None:
    bench.web.answer = HostSlowError("pictures.example", 7)
    submission_id = bench.submit()
    bench.make_older(submission_id, timedelta(seconds=waited))
    found = bench.examine(submission_id)
    assert (found.state, found.tries) == (State.QUEUED, 0)
    assert least - 2 < (found.due_at - now()).total_seconds() < most + 2


def test_a_picture_whose_host_was_slow_for_a_day_fails_for_it(bench: Bench) -> None:
    bench.web.answer = HostSlowError("pictures.example", 7)
    submission_id = bench.submit()
    bench.make_older(submission_id, timedelta(hours=25))
    found = bench.examine(submission_id)
    assert (found.state, found.failure_code, found.failure_permanent) == (
        State.FAILED,
        FailureCode.TIMED_OUT,
        False,
    )
    assert bench.web.fetched == 1


def test_an_error_of_our_own_costs_this_submission_its_tries_and_no_other(bench: Bench) -> None:
    bench.classifier.error = RuntimeError("a bug")
    submission_id = bench.submit()
    for _ in range(3):
        found = bench.examine(submission_id)
        bench.make_due(submission_id)
    assert (found.state, found.failure_code) == (State.FAILED, FailureCode.CRASHED_WORKER)
    bench.classifier.error = None
    assert bench.examine(bench.submit()).state is State.EXAMINED


def test_an_observed_model_speaks_beside_the_verdict_and_changes_nothing(bench: Bench) -> None:
    other = FakeClassifier(score=0.05, version="other-1")
    bench.observer = Observer(bench.database, other, share=1.0)
    found = bench.examine(bench.submit())
    assert found.verdict is not None
    assert found.verdict.finding is Finding.FLAGGED
    with bench.database.reading() as session:
        shadow = session.scalars(select(ShadowVerdict)).one()
    assert (shadow.model, shadow.finding, shadow.score) == ("other-1", Finding.CLEAR, 0.05)
    assert shadow.verdict_id == found.verdict_id


def test_an_observed_model_that_breaks_costs_nobody_anything(bench: Bench) -> None:
    bench.observer = Observer(bench.database, FakeClassifier(error=RuntimeError("broken")), share=1.0)
    assert bench.examine(bench.submit()).state is State.EXAMINED


def test_a_new_model_judges_the_open_cases_again(bench: Bench) -> None:
    bench.examine(bench.submit())
    bench.classifier = FakeClassifier(score=0.5, version="fake-2")

    def outdated() -> list[tuple[str, Finding]]:
        return list(outdated_cases(bench.database, "fake-2", VERSION, at=now()))

    ((sha256, before),) = outdated()
    assert before is Finding.FLAGGED
    assert bench.examiner.judge_again(sha256) is Finding.UNCERTAIN
    assert outdated() == []
    with bench.database.reading() as session:
        assert count_outdated(session, "fake-2", VERSION) == 0
        kinds = list(session.scalars(select(ClientEvent.kind).order_by(ClientEvent.id)))
    assert kinds == [EventKind.SUBMISSION_EXAMINED, EventKind.VERDICT_CHANGED]


def test_going_back_to_a_model_brings_its_verdict_back(bench: Bench) -> None:
    first = bench.examine(bench.submit())
    old, sha256 = bench.classifier, first.image_sha256 or ""
    bench.classifier = FakeClassifier(score=0.5, version="fake-2")
    bench.examiner.judge_again(sha256)
    bench.classifier = old
    assert bench.examiner.judge_again(sha256) is Finding.FLAGGED
    with bench.database.reading() as session:
        found = find_submission(session, first.id)
        assert found is not None
        assert found.verdict_id == first.verdict_id


def test_cases_that_are_open_on_a_screen_decided_or_purged_are_not_judged_again(bench: Bench) -> None:
    sha256s = []
    for colour in ("red", "green", "blue"):
        bench.web.answer = draw(colour)
        sha256s.append(bench.examine(bench.submit()).image_sha256 or "")
    with bench.database.writing() as session:
        person = add_moderator(session, email="aiko@example.com", role=Role.MODERATOR)
        claim_case(session, sha256s[0], person.moderator.id, now())
        session.get_one(StoredImage, sha256s[1]).decision_id = "0" * 32
        session.get_one(StoredImage, sha256s[2]).purged_at = now()
    assert list(outdated_cases(bench.database, "fake-2", VERSION, at=now())) == []


@pytest.mark.parametrize("happens", ["opened", "decided", "erased"])
def test_a_case_that_is_taken_while_it_is_judged_again_stays_as_it_is(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, happens: str
) -> None:
    found = bench.examine(bench.submit())
    sha256 = found.image_sha256 or ""
    with bench.database.writing() as session:
        person = add_moderator(session, email="aiko@example.com", role=Role.MODERATOR).moderator
    bench.classifier = FakeClassifier(score=0.5, version="fake-2")
    look = Examiner._look

    def look_slowly(*given: Any) -> Any:
        with bench.database.writing() as session:
            if happens == "opened":
                claim_case(session, sha256, person.id, now())
            elif happens == "decided":
                seen = Seen(sha256, found.verdict_id or "", None)
                decide(session, seen, moderator_id=person.id, outcome=Outcome.AI, note="", at=now())
        if happens == "erased":
            erase_image(bench.database, bench.blobs, sha256)
        return look(*given)

    monkeypatch.setattr(Examiner, "_look", look_slowly)
    with pytest.raises(CaseTakenError):
        bench.examiner.judge_again(sha256)
    with bench.database.reading() as session:
        image = session.get_one(StoredImage, sha256)
        assert image.verdict_id == found.verdict_id
        assert (image.purged_at is not None) == (happens == "erased")


def test_an_image_without_its_file_is_passed_over(bench: Bench) -> None:
    found = bench.examine(bench.submit())
    bench.blobs.delete(found.image_sha256 or "")
    assert bench.examiner.judge_again(found.image_sha256 or "") is None


def test_the_share_that_is_observed_is_a_share() -> None:
    digests = [hashlib.sha256(str(index).encode()).hexdigest() for index in range(2000)]
    for share in (0.0, 0.1, 1.0):
        observer = Observer(None, FakeClassifier(), share)  # type: ignore[arg-type]  # not asked here
        assert sum(map(observer.wants, digests)) == pytest.approx(share * 2000, abs=60)


def test_a_new_version_of_the_lines_judges_the_next_picture_and_is_named(
    bench: Bench,
) -> None:
    before = bench.examine(bench.submit())
    with bench.database.writing() as session:
        proposer, approver = (
            add_moderator(session, email=f"{name}@example.com", role=Role.LEAD).moderator.id for name in "ab"
        )
        ensure_packaged(session, "fake-1", bench.classifier.thresholds)
        change = propose(
            session, "fake-1", Thresholds(0.3, 0.99), moderator_id=proposer, reason="x", at=now()
        )
        approve(session, change, moderator_id=approver, at=now())
    after = bench.examine(bench.submit())
    assert before.verdict is not None
    assert after.verdict is not None
    assert (before.verdict.finding, before.verdict.policy) == (Finding.FLAGGED, VERSION)
    assert (after.verdict.finding, after.verdict.policy) == (Finding.UNCERTAIN, f"{VERSION}.2")
    assert (before.verdict.policy_number, after.verdict.policy_number) == (None, 2)


@pytest.mark.parametrize("stable", [True, False])
def test_a_verdict_records_whether_its_score_was_stable(bench: Bench, *, stable: bool) -> None:
    bench.classifier.stable = stable
    verdict = bench.examine(bench.submit()).verdict
    assert verdict is not None
    assert verdict.stable is stable


def test_an_image_records_whether_it_is_animated(bench: Bench) -> None:
    still = bench.examine(bench.submit()).image
    out = io.BytesIO()
    frames = [Image.new("RGB", (80, 64), colour) for colour in ("red", "green")]
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:])
    bench.web.answer = out.getvalue()
    moving = bench.examine(bench.submit()).image
    assert still is not None
    assert moving is not None
    assert (still.is_animated, moving.is_animated) == (False, True)


def test_an_image_from_before_is_animated_or_not_after_it_is_examined_again(bench: Bench) -> None:
    bench.examine(bench.submit())
    with bench.database.writing() as session:
        session.execute(update(StoredImage).values(is_animated=None))
    bench.classifier.version = "fake-2"
    image = bench.examine(bench.submit()).image
    assert image is not None
    assert image.is_animated is False


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        (draw(), "examined finding=flagged"),
        (b"no picture", "failed failure=not_an_image"),
        (SLOW_HOST, "put off reason=fetch"),
    ],
)
def test_each_picture_is_one_log_line(
    bench: Bench, caplog: pytest.LogCaptureFixture, answer: bytes | Exception, line: str
) -> None:
    bench.web.answer = answer
    submission_id = bench.submit()
    caplog.set_level(logging.INFO)
    with about(submission_id), one_line(logging.getLogger("worker")):
        bench.examiner.examine(submission_id)
    (record,) = [record for record in caplog.records if record.name == "worker"]
    written = TextLines().format(record)
    for part in [line.rsplit(" ", 1)[1], "host=pictures.example", "fetch_ms=", "claim_ms=", " ms="]:
        assert part in written
    assert record.getMessage() == line.rsplit(" ", 1)[0]


def test_a_sparkle_in_the_corner_is_a_hint_that_changes_no_finding() -> None:
    data = written(starred(512, 512))
    picture = decode_picture(data, max_pixels=1_000_000)
    opinion = form_opinion(data, picture, FakeClassifier(score=0.1), read_provenance)
    assert [item.generator for item in opinion.evidence if item.grade is Grade.HINT and item.generator] == [
        "Google"
    ]
    assert opinion.judgement.finding is Finding.CLEAR
