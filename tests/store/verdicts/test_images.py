"""Verdicts are added once, and put an image before a person where one is wanted."""

from datetime import timedelta

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from core.clock import now
from core.known.known_image import PictureHash
from core.vocabulary import (
    Evidence,
    EvidenceKind,
    FileKind,
    Finding,
    Grade,
    Judgement,
    Label,
    Outcome,
    Role,
    Source,
)
from store.appeals.appeal_files import NewFile, add_files
from store.appeals.appeals import add_appeal
from store.base.database import Database
from store.bytes.blobs import FolderBlobs
from store.bytes.image_facts import ImageFacts
from store.clients.clients import NewClient
from store.intake.claim_ends import finish_examined
from store.intake.claims import Claim, claim
from store.intake.submissions import SubmissionRequest, find_submission
from store.outbox.client_events import event_json, list_events, place_events
from store.retention.purge import purge_expired
from store.tables.appeal_tables import Appeal, AppealFile
from store.tables.case_tables import Decision, Image
from store.tables.people_tables import Moderator
from store.tables.quality_tables import LiveSample
from store.tables.review_states import ReviewState
from store.verdicts.images import find_image, find_verdict, record_verdict
from tests.submissions import add_submission

FACTS = ImageFacts("ab" * 32, 640, 480, "png", 1234)
EVIDENCE = (Evidence(EvidenceKind.PIXELS, Grade.HINT, Label.AI, None, "The pixels look generated."),)


def judged(finding: Finding) -> Judgement:
    return Judgement(finding, Label.AI if finding is Finding.FLAGGED else None, "test-1", ("A reason.",))


def record(database: Database, finding: Finding, model: str = "m-1", score: float = 0.9) -> str:
    with database.writing() as session:
        return record_verdict(
            session, FACTS, score=score, model=model, judgement=judged(finding), evidence=EVIDENCE
        ).verdict_id


def claimed(session: Session, shop: NewClient) -> Claim:
    """Submit a picture and claim it."""
    submission = add_submission(
        session, shop.client.id, SubmissionRequest(Source.API, image_url="https://a.example/")
    )
    session.flush()
    held = claim(session, submission.id, lease=timedelta(seconds=9), at=now())
    assert held is not None
    return held


def image(database: Database) -> Image:
    with database.reading() as session:
        found = find_image(session, FACTS.sha256)
        assert found is not None
        return found


@pytest.mark.parametrize(
    ("finding", "review"),
    [
        (Finding.FLAGGED, ReviewState.OPEN),
        (Finding.UNCERTAIN, ReviewState.OPEN),
        (Finding.CLEAR, ReviewState.NONE),
    ],
)
def test_a_person_is_wanted_unless_the_finding_is_clear(
    database: Database, finding: Finding, review: ReviewState
) -> None:
    record(database, finding)
    assert image(database).review is review


def test_the_same_model_and_policy_speak_once_on_an_image(database: Database) -> None:
    first = record(database, Finding.FLAGGED)
    assert record(database, Finding.CLEAR) == first
    found = image(database)
    assert found.verdict_id == first
    assert found.review is ReviewState.OPEN


def test_a_new_model_adds_a_verdict_and_does_not_reopen_what_a_person_decided(database: Database) -> None:
    first = record(database, Finding.FLAGGED)
    with database.writing() as session:
        moderator = Moderator(email="m@example.com", role=Role.MODERATOR, password_hash="x")
        session.add(moderator)
        session.flush()
        decision = Decision(
            image_sha256=FACTS.sha256, verdict_id=first, moderator_id=moderator.id, outcome=Outcome.HUMAN
        )
        session.add(decision)
        session.flush()
        row = session.get_one(Image, FACTS.sha256)
        row.decision_id, row.review = decision.id, ReviewState.CLOSED
    second = record(database, Finding.FLAGGED, model="m-2", score=0.99)
    found = image(database)
    assert second != first
    assert (found.verdict_id, found.risk, found.review) == (second, 0.99, ReviewState.CLOSED)
    with database.reading() as session:
        assert find_verdict(session, FACTS.sha256, "m-1", "test-1") is not None


def test_a_new_image_is_recorded_and_told_of_in_seven_statements(database: Database, shop: NewClient) -> None:
    asked: list[str] = []

    def note(_c: object, _k: object, statement: str, *_: object) -> None:
        asked.append(statement)

    with database.writing() as session:
        held = claimed(session, shop)
    with database.writing() as session:
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", note)
        recorded = record_verdict(
            session,
            FACTS,
            score=0.9,
            model="m",
            judgement=judged(Finding.FLAGGED),
            evidence=EVIDENCE,
            picture_hash=PictureHash("0" * 64, 100),
        )
        finish_examined(
            session,
            held,
            image_sha256=FACTS.sha256,
            verdict_id=recorded.verdict_id,
            at=now(),
            is_new_image=recorded.is_new_image,
        )
    assert [statement.split()[:3] for statement in asked] == [
        ["INSERT", "INTO", "images"],
        ["INSERT", "INTO", "image_hashes"],
        ["INSERT", "INTO", "verdicts"],
        ["UPDATE", "submissions", "SET"],
        ["SELECT", "submissions.id", "FROM"],  # who else waits for this picture
        ["SELECT", "1", "FROM"],  # whether a reader reported it; alone, so that it sees the latest report
        ["INSERT", "INTO", "client_events"],
    ]
    found = image(database)
    assert (found.verdict_id, found.score, found.review) == (recorded.verdict_id, 0.9, ReviewState.OPEN)


def test_evidence_comes_back_as_it_was_written(database: Database) -> None:
    record(database, Finding.FLAGGED)
    verdict = image(database).verdict
    assert verdict is not None
    assert verdict.evidence[0]["kind"] == "pixels"
    assert verdict.reasons == ["A reason."]


def test_purge_forgets_old_submissions_and_bytes_but_no_verdict(
    database: Database, shop: NewClient, blobs: FolderBlobs
) -> None:
    sha256 = blobs.put(b"the bytes")
    facts = ImageFacts(sha256, 1, 1, "png", 9)
    with database.writing() as session:
        held = claimed(session, shop)
        verdict_id = record_verdict(
            session, facts, score=0.1, model="m", judgement=judged(Finding.CLEAR), evidence=()
        ).verdict_id
        finish_examined(session, held, image_sha256=sha256, verdict_id=verdict_id, at=now())
    assert purge_expired(database, blobs, at=now(), retention=timedelta(days=1)).submissions == 0
    purged = purge_expired(database, blobs, at=now() + timedelta(days=2), retention=timedelta(days=1))
    assert (purged.submissions, purged.images) == (1, 1)
    with database.reading() as session:
        assert find_submission(session, held.submission_id) is None
        found = find_image(session, sha256)
        assert found is not None
        assert found.verdict_id == verdict_id
        # The bytes are wanted again when the image comes back.
        assert find_verdict(session, sha256, "m", "test-1") is None
    with pytest.raises(KeyError):
        blobs.get(sha256)


def test_purge_keeps_a_case_that_waits_for_a_person(
    database: Database, shop: NewClient, blobs: FolderBlobs
) -> None:
    with database.writing() as session:
        held = claimed(session, shop)
        verdict_id = record_verdict(
            session, FACTS, score=0.9, model="m", judgement=judged(Finding.FLAGGED), evidence=()
        ).verdict_id
        finish_examined(session, held, image_sha256=FACTS.sha256, verdict_id=verdict_id, at=now())
    purged = purge_expired(database, blobs, at=now() + timedelta(days=900), retention=timedelta(days=1))
    assert (purged.submissions, purged.images) == (0, 0)


def test_purge_forgets_the_files_of_appeals_answered_long_ago_and_shared_bytes_last(
    database: Database, shop: NewClient, blobs: FolderBlobs
) -> None:
    shared, layers = blobs.put(b"the picture itself"), blobs.put(b"the layers")
    later = now() + timedelta(days=2)
    files = [NewFile("a.png", FileKind.PICTURE, 18, shared), NewFile("a.psd", FileKind.PHOTOSHOP, 10, layers)]
    with database.writing() as session:
        held = claimed(session, shop)
        facts = ImageFacts(shared, 1, 1, "png", 18)
        verdict_id = record_verdict(
            session, facts, score=0.1, model="m", judgement=judged(Finding.CLEAR), evidence=()
        ).verdict_id
        finish_examined(session, held, image_sha256=shared, verdict_id=verdict_id, at=now())
        found = find_submission(session, held.submission_id)
        assert found is not None
        appeal = add_appeal(session, found, reason="Look.", files=files)
    purged = purge_expired(database, blobs, at=later, retention=timedelta(days=1))
    assert (purged.submissions, purged.images, purged.files) == (0, 0, 0)  # it waits for an answer
    with database.writing() as session:
        session.get_one(Appeal, appeal.id).resolved_at = now()
    with_answer = purge_expired(database, blobs, at=now() + timedelta(hours=1), retention=timedelta(days=1))
    assert with_answer.files == 0
    assert blobs.get(layers) == b"the layers"
    purged = purge_expired(database, blobs, at=later, retention=timedelta(days=1))
    assert (purged.submissions, purged.images, purged.files) == (1, 1, 2)
    for sha256 in (shared, layers):
        with pytest.raises(KeyError):
            blobs.get(sha256)
    with database.reading() as session:
        rows = session.scalars(select(AppealFile)).all()
        assert [(row.name, row.purged_at is not None) for row in rows] == [("", True), ("", True)]


def test_purging_an_image_keeps_the_same_bytes_for_an_open_appeal(
    database: Database, shop: NewClient, blobs: FolderBlobs
) -> None:
    sha256 = blobs.put(b"bytes of both")
    with database.writing() as session:
        session.add(Image(sha256=sha256, width=1, height=1, format="png", bytes=13))
        session.add(Image(sha256="b" * 64, width=1, height=1, format="png", bytes=13))
        session.flush()
        appeal = Appeal(
            submission_id="0" * 32, image_sha256="b" * 64, client_id=shop.client.id, reason="Look."
        )
        session.add(appeal)
        session.flush()
        add_files(session, appeal.id, [NewFile("a.png", FileKind.PICTURE, 13, sha256)])
    assert (
        purge_expired(database, blobs, at=now() + timedelta(days=2), retention=timedelta(days=1)).images == 1
    )
    assert blobs.get(sha256) == b"bytes of both"


def test_a_drawn_clear_image_waits_until_a_person_decides(database: Database) -> None:
    with database.writing() as session:
        record_verdict(
            session,
            FACTS,
            score=0.1,
            model="m-1",
            judgement=judged(Finding.CLEAR),
            evidence=EVIDENCE,
            sampled_share=1.0,
        )
    record(database, Finding.CLEAR, model="m-2", score=0.2)
    assert image(database).review is ReviewState.OPEN


def test_what_is_uncertain_is_never_drawn(database: Database) -> None:
    with database.writing() as session:
        record_verdict(
            session,
            FACTS,
            score=0.5,
            model="m-1",
            judgement=judged(Finding.UNCERTAIN),
            evidence=EVIDENCE,
            sampled_share=1.0,
        )
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(LiveSample)) == 0


def examined(database: Database, shop: NewClient, finding: Finding, model: str) -> str:
    """Submit the picture, and have a model judge it; give the submission's id."""
    with database.writing() as session:
        held = claimed(session, shop)
    verdict_id = record(database, finding, model=model)
    with database.writing() as session:
        finish_examined(session, held, image_sha256=FACTS.sha256, verdict_id=verdict_id, at=now())
    return held.submission_id


def told(database: Database, shop: NewClient) -> list[tuple[str, str, str]]:
    """What the client was told, in order: type, submission, finding."""
    with database.writing() as session:
        place_events(session, shop.client.id)
    with database.reading() as session:
        bodies = map(event_json, list_events(session, shop.client.id, after=0, limit=50))
        return [(body["type"], body["data"]["id"], body["data"]["verdict"]["finding"]) for body in bodies]


def test_clients_are_told_when_a_later_verdict_differs(database: Database, shop: NewClient) -> None:
    first = examined(database, shop, Finding.CLEAR, "m-1")
    second = examined(database, shop, Finding.CLEAR, "m-1")
    record(database, Finding.FLAGGED, model="m-2")
    assert told(database, shop) == [
        ("submission.examined", first, "clear"),
        ("submission.examined", second, "clear"),
        ("verdict.changed", first, "flagged"),
        ("verdict.changed", second, "flagged"),
    ]
    with database.reading() as session:
        found = find_submission(session, first, client_id=shop.client.id)
        assert found is not None
        assert found.verdict is not None
        assert (found.verdict.model, found.verdict.finding) == ("m-2", Finding.FLAGGED)


def test_each_event_keeps_telling_of_its_own_verdict(database: Database, shop: NewClient) -> None:
    one = examined(database, shop, Finding.CLEAR, "m-1")
    for finding, model in ((Finding.FLAGGED, "m-2"), (Finding.UNCERTAIN, "m-3"), (Finding.CLEAR, "m-1")):
        record(database, finding, model=model)
    assert told(database, shop) == [
        ("submission.examined", one, "clear"),
        *(("verdict.changed", one, finding) for finding in ("flagged", "uncertain", "clear")),
    ]


def test_no_one_is_told_of_another_score_under_the_same_finding(database: Database, shop: NewClient) -> None:
    one = examined(database, shop, Finding.FLAGGED, "m-1")
    record(database, Finding.FLAGGED, model="m-2", score=0.99)
    assert told(database, shop) == [("submission.examined", one, "flagged")]
