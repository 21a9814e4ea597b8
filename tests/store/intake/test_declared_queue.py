"""Declarations in the queue: declared human against a flag comes first, declared AI may leave."""

import pytest
from sqlalchemy import select, update

from core.clock import now
from core.declarations import Declared
from core.vocabulary import Evidence, EvidenceKind, Finding, Grade, Label, Outcome, Role
from store.appeals.appeals import add_appeal
from store.base.database import Database
from store.bytes.blobs import FolderBlobs
from store.clients.clients import NewClient
from store.desk.decisions import Seen, decide
from store.desk.queue_filter import QueueFilter, Viewer
from store.desk.review_queue import list_cases
from store.intake import declared_queue
from store.market.declared_figures import DeclaredFigures, declared_figures
from store.market.listing_ends import bring_back, delete_listing, restore_listing
from store.people.moderators import add_moderator
from store.reports.reader_reports import add_report, mute_reader
from store.tables.case_tables import Image
from store.tables.client_tables import Client
from store.tables.marketplace_tables import Listing
from store.tables.quality_tables import LiveSample
from store.tables.review_states import ReviewState
from store.tables.submission_tables import Submission
from store.verdicts.images import find_image
from tests.clients import make_client
from tests.worker.examining.test_examine import Bench, FakeBell, FakeClassifier, FakeWeb
from tests.worker.known.test_known_images import drawn

URL = "https://shop.example/a.png"
PROOF = Evidence(EvidenceKind.NOVELAI_SIGNATURE, Grade.PROOF, Label.AI, "NovelAI", "Signed.")


@pytest.fixture
def bench(database: Database, blobs: FolderBlobs, shop: NewClient) -> Bench:
    return Bench(database, blobs, shop.client.id, FakeWeb(b""), FakeClassifier(), FakeBell())


def look(
    bench: Bench, turn: int, score: float, declared: Declared = Declared.UNKNOWN, client_id: str | None = None
) -> Image:
    """Submit a picture and examine it; the same turn is the same picture."""
    bench.web.answer, bench.classifier.score = drawn(turn), score
    submission_id = bench.submit(image_url=URL, declared=declared)
    if client_id is not None:
        with bench.database.writing() as session:
            session.get_one(Submission, submission_id).client_id = client_id
    found = bench.examine(submission_id)
    return read(bench, found.image_sha256 or "")


def read(bench: Bench, sha256: str) -> Image:
    with bench.database.reading() as session:
        image = find_image(session, sha256)
        assert image is not None
        return image


def queue(bench: Bench) -> list[str]:
    with bench.database.reading() as session:
        return [image.sha256 for image in list_cases(session, QueueFilter(), Viewer("0" * 32, now()))]


def set_share(bench: Bench, share: int | None, client_id: str | None = None) -> None:
    with bench.database.writing() as session:
        session.get_one(Client, client_id or bench.client_id).declared_ai_share = share


def test_declared_human_against_a_flag_or_a_proof_comes_first_and_no_score_moves(bench: Bench) -> None:
    riskiest = look(bench, 3, 0.99)
    against = look(bench, 5, 0.95, Declared.HUMAN)
    unsure = look(bench, 7, 0.5, Declared.HUMAN)
    bench.evidence = (PROOF,)
    signed = look(bench, 9, 0.05, Declared.HUMAN)
    assert queue(bench) == [against.sha256, signed.sha256, riskiest.sha256, unsure.sha256]
    assert [image.score for image in (riskiest, against, unsure, signed)] == [0.99, 0.95, 0.5, 0.05]


def test_a_case_comes_first_when_a_later_submission_declares_it_human(bench: Bench) -> None:
    first, second = look(bench, 3, 0.95), look(bench, 5, 0.99)
    assert queue(bench) == [second.sha256, first.sha256]
    for _ in range(2):  # twice is not further than once
        look(bench, 3, 0.95, Declared.HUMAN)
    assert queue(bench) == [first.sha256, second.sha256]
    assert read(bench, first.sha256).risk < 2 * declared_queue.FIRST


def test_declared_ai_stays_in_the_queue_unless_the_client_set_otherwise(bench: Bench) -> None:
    image = look(bench, 3, 0.95, Declared.AI)
    assert image.review is ReviewState.OPEN


def test_declared_ai_leaves_the_queue_but_for_a_share_drawn_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_share(bench, 10)
    monkeypatch.setattr(declared_queue.CHANCE, "random", lambda: 0.5)
    gone, also_gone = look(bench, 3, 0.95, Declared.AI), look(bench, 7, 0.95, Declared.AI)
    monkeypatch.setattr(declared_queue.CHANCE, "random", lambda: 0.05)
    drawn_one = look(bench, 5, 0.95, Declared.AI)
    monkeypatch.setattr(declared_queue.CHANCE, "random", lambda: 0.5)
    look(bench, 5, 0.95, Declared.AI)  # sent again: no second chance
    assert (gone.review, also_gone.review, drawn_one.review) == (*[ReviewState.NONE] * 2, ReviewState.OPEN)
    assert queue(bench) == [drawn_one.sha256]
    with bench.database.writing() as session:
        person = add_moderator(session, email="aiko@example.com", role=Role.LEAD).moderator
        seen = Seen(drawn_one.sha256, drawn_one.verdict_id or "", None)
        decide(session, seen, moderator_id=person.id, outcome=Outcome.HUMAN, note="", at=now())
    with bench.database.reading() as session:
        assert declared_figures(session, bench.client_id) == DeclaredFigures(2, 1, 1, 1)
        assert declared_figures(session, "0" * 32) == DeclaredFigures(0, 0, 0, 0)


def test_what_left_the_queue_comes_back_when_the_setting_ends(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(declared_queue.CHANCE, "random", lambda: 0.5)
    set_share(bench, 1)
    left, clear, decided, gone = (look(bench, turn, 0.95, Declared.AI) for turn in (3, 5, 7, 9))
    other = make_client(bench.database, "Another")
    set_share(bench, 1, other.client.id)
    theirs = look(bench, 11, 0.95, Declared.AI, other.client.id)
    with bench.database.writing() as session:
        session.get_one(Image, clear.sha256).finding = Finding.CLEAR
        person = add_moderator(session, email="aiko@example.com", role=Role.LEAD).moderator
        seen = Seen(decided.sha256, decided.verdict_id or "", None)
        decide(session, seen, moderator_id=person.id, outcome=Outcome.AI, note="", at=now())
        session.add(Listing(client_id=bench.client_id, listing_id="L-1", updated_at=now(), deleted_at=now()))
        session.execute(
            update(Submission).where(Submission.image_sha256 == gone.sha256).values(listing_id="L-1")
        )
    assert queue(bench) == []
    with bench.database.writing() as session:
        assert bring_back(session, bench.client_id) == 1
    assert queue(bench) == [left.sha256]
    assert read(bench, theirs.sha256).review is ReviewState.NONE


def test_a_picture_that_one_of_its_clients_draws_stays(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    other = make_client(bench.database, "Other").client.id
    set_share(bench, 10)
    set_share(bench, 60, other)
    monkeypatch.setattr(declared_queue.CHANCE, "random", lambda: 0.5)
    assert look(bench, 3, 0.95, Declared.AI).review is ReviewState.NONE
    look(bench, 5, 0.95, Declared.AI, other)  # not examined as the other's
    with bench.database.writing() as session:
        session.execute(update(Submission).values(client_id=other))
    assert look(bench, 5, 0.95, Declared.AI).review is ReviewState.OPEN


@pytest.mark.parametrize("held_by", ["appeal", "sample"])
def test_what_an_artist_or_a_measurement_waits_for_stays(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, held_by: str
) -> None:
    monkeypatch.setattr(declared_queue.CHANCE, "random", lambda: 0.5)
    image = look(bench, 3, 0.95, Declared.AI)
    with bench.database.writing() as session:
        if held_by == "appeal":
            add_appeal(session, session.scalars(select(Submission)).one(), reason="I drew it.")
        else:
            session.add(LiveSample(verdict_id=image.verdict_id, image_sha256=image.sha256))
    set_share(bench, 10)
    assert look(bench, 3, 0.95, Declared.AI).review is ReviewState.OPEN


def test_a_clear_picture_does_not_come_back(bench: Bench) -> None:
    set_share(bench, 10)
    look(bench, 3, 0.01, Declared.AI)
    assert look(bench, 3, 0.01, Declared.HUMAN).review is ReviewState.NONE


@pytest.mark.parametrize(("is_muted", "review"), [(False, ReviewState.OPEN), (True, ReviewState.NONE)])
def test_a_reported_picture_stays_whatever_is_declared(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, *, is_muted: bool, review: ReviewState
) -> None:
    monkeypatch.setattr(declared_queue.CHANCE, "random", lambda: 0.5)
    set_share(bench, 10)
    gone = look(bench, 3, 0.95, Declared.AI)
    with bench.database.writing() as session:
        if is_muted:
            person = add_moderator(session, email="aiko@example.com", role=Role.LEAD).moderator
            mute_reader(session, bench.client_id, "r" * 64, moderator_id=person.id, at=now())
        submission = session.scalars(select(Submission)).one()
        add_report(session, submission, "r" * 64, reason="", url_sha256=None, at=now())
    assert read(bench, gone.sha256).review is review
    assert look(bench, 3, 0.95, Declared.AI).review is review  # sent again


@pytest.mark.parametrize("declared", [Declared.UNKNOWN, Declared.HUMAN, Declared.ASSISTED])
def test_a_case_comes_back_when_somebody_declares_something_else(
    bench: Bench, declared: Declared, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(declared_queue.CHANCE, "random", lambda: 0.5)
    set_share(bench, 10)
    other = make_client(bench.database, "Other").client.id
    assert look(bench, 3, 0.95, Declared.AI).review is ReviewState.NONE
    assert look(bench, 3, 0.95, declared, other).review is ReviewState.OPEN


def test_a_listing_that_comes_back_brings_none_back_that_left(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(declared_queue.CHANCE, "random", lambda: 0.5)
    set_share(bench, 10)
    gone, waits = look(bench, 3, 0.95, Declared.AI), look(bench, 5, 0.95)
    with bench.database.writing() as session:
        session.execute(update(Submission).values(listing_id="L-1"))
        listing = Listing(client_id=bench.client_id, listing_id="L-1")
        session.add(listing)
        session.flush()
        delete_listing(session, bench.client_id, listing, now())
        restore_listing(session, bench.client_id, listing)
    states = [read(bench, image.sha256).review for image in (gone, waits)]
    assert states == [ReviewState.NONE, ReviewState.OPEN]


def test_a_declaration_opens_no_case_that_ended_with_its_listing(bench: Bench) -> None:
    image = look(bench, 3, 0.95)
    with bench.database.writing() as session:
        session.execute(update(Submission).values(listing_id="L-1"))
        listing = Listing(client_id=bench.client_id, listing_id="L-1")
        session.add(listing)
        session.flush()
        delete_listing(session, bench.client_id, listing, now())
        declared_queue.apply_declarations(session, image.sha256, at=now())
    assert read(bench, image.sha256).review is ReviewState.NONE


def test_a_declaration_closes_nothing_for_a_client_whose_setting_is_off(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(declared_queue.CHANCE, "random", lambda: 0.5)
    set_share(bench, 10)
    other = make_client(bench.database, "Other").client.id
    look(bench, 3, 0.95, Declared.AI, other)
    assert look(bench, 3, 0.95, Declared.AI).review is ReviewState.OPEN
