"""What a person decided on a picture reaches its near copies, and leaves them again with the decision."""

import io
from datetime import timedelta

import numpy as np
import pytest
from PIL import Image as Picture
from sqlalchemy import update

from core.clock import now
from core.headlines import Audience, headline
from core.ids import new_id
from core.sayings.codes import Reason
from core.sayings.saying import render
from core.sayings.stored import read_saying
from core.vocabulary import Basis, Finding, Outcome, Role
from store.base.database import Database
from store.bytes.blobs import FolderBlobs
from store.clients.clients import NewClient
from store.desk.case_claims import claim_case, release_case
from store.desk.decisions import Seen, decide, undo
from store.tables.case_tables import Image, Verdict
from store.tables.known_tables import KnownChange
from store.tables.people_tables import Moderator
from store.tables.review_states import ReviewState
from store.verdicts.images import find_image
from store.verdicts.standing_policy import StandingPolicy
from tests.reporting import report
from tests.worker.examining.test_examine import Bench, FakeBell, FakeClassifier, FakeWeb
from worker.known.judge_again import JudgesAgain


def drawn(turn: int, side: int = 96, **saving: int) -> bytes:
    """Draw waves, and save them as a PNG, or as a JPEG of some quality."""
    y, x = np.mgrid[0:side, 0:side] * 96 / side
    waves = [127.5 + 127.5 * np.sin((x * (turn + c) + y * (turn + 2 * c)) / 15 + c) for c in range(3)]
    out = io.BytesIO()
    Picture.fromarray(np.stack(waves, -1).astype(np.uint8)).save(out, "JPEG" if saving else "PNG", **saving)
    return out.getvalue()


@pytest.fixture
def bench(database: Database, blobs: FolderBlobs, shop: NewClient) -> Bench:
    return Bench(database, blobs, shop.client.id, FakeWeb(b""), FakeClassifier(), FakeBell())


def examine(bench: Bench, data: bytes, score: float) -> Image:
    bench.web.answer, bench.classifier.score = data, score
    found = bench.examine(bench.submit())
    return look(bench, found.image_sha256 or "")


def look(bench: Bench, sha256: str) -> Image:
    with bench.database.reading() as session:
        image = find_image(session, sha256)
        assert image is not None
        assert image.verdict is not None
        return image


def rule(bench: Bench, image: Image, outcome: Outcome, *, is_reported: bool = True) -> tuple[str, str]:
    """Decide a case as it stands; give the moderator and the decision."""
    with bench.database.writing() as session:
        moderator = Moderator(email=f"{new_id()}@example.com", role=Role.LEAD, password_hash="x")
        session.add(moderator)
        session.flush()
        seen = Seen(image.sha256, image.verdict_id or "", image.decision_id)
        made = decide(session, seen, moderator_id=moderator.id, outcome=outcome, note="", at=now())
    if is_reported:
        report(bench.database)
    return moderator.id, made


def judge_again(bench: Bench) -> int:
    """Let the sweeper do its work as if the time had come."""
    with bench.database.writing() as session:
        session.execute(update(KnownChange).values(due_at=now() - timedelta(seconds=1)))
    standing = StandingPolicy(bench.database, bench.classifier.version, bench.classifier.thresholds)
    return JudgesAgain(bench.database, bench.classifier.version, standing)()


def kinds(image: Image) -> list[str]:
    assert image.verdict is not None
    return [item["kind"] for item in image.verdict.evidence]


def test_a_near_copy_of_what_a_person_decided_is_flagged_and_names_the_case(bench: Bench) -> None:
    first = examine(bench, drawn(3), 0.5)
    _, decision_id = rule(bench, first, Outcome.AI)
    copy = examine(bench, drawn(3, quality=60), 0.5)
    assert copy.verdict is not None
    assert (copy.finding, copy.review) == (Finding.FLAGGED, ReviewState.OPEN)
    known = copy.verdict.evidence[0]
    assert (known["kind"], known["grade"], known["label"]) == ("known_image", "declared", "ai")
    assert (known["fields"]["case"], known["fields"]["decision"]) == (first.sha256, decision_id)
    assert copy.verdict.reasons[0] == known["detail"]
    assert examine(bench, drawn(7), 0.05).finding is Finding.CLEAR


def test_an_artists_original_is_not_flagged_for_a_generated_picture_made_of_it(bench: Bench) -> None:
    """A hash of 256 bits cannot tell one from the other, and whoever generated it may have been first."""
    original, undecided = examine(bench, drawn(3), 0.05), examine(bench, drawn(7), 0.05)
    rule(bench, examine(bench, drawn(3, quality=60), 0.95), Outcome.AI)
    assert judge_again(bench) == 1
    original = look(bench, original.sha256)
    assert original.verdict is not None
    assert (original.finding, original.review) == (Finding.UNCERTAIN, ReviewState.OPEN)
    assert (original.verdict.basis, original.verdict.label) == (Basis.KNOWN_IMAGE, None)
    assert original.risk > undecided.risk
    later = examine(bench, drawn(3, quality=80), 0.05)
    assert later.verdict is not None
    assert (later.finding, later.verdict.label) == (Finding.UNCERTAIN, None)
    reason = render(read_saying(later.verdict.reasons[0]))
    assert "that a near copy of this picture is generated" in reason
    assert "But the pixels show no sign of generation." in reason


def test_a_near_copy_of_what_a_person_cleared_bothers_nobody(bench: Bench) -> None:
    rule(bench, examine(bench, drawn(3), 0.95), Outcome.HUMAN)
    copy = examine(bench, drawn(3, quality=60), 0.95)
    assert (copy.finding, copy.review) == (Finding.CLEAR, ReviewState.NONE)


def test_a_near_copy_of_an_assisted_picture_is_uncertain_and_says_why(bench: Bench) -> None:
    rule(bench, examine(bench, drawn(3), 0.95), Outcome.ASSISTED)
    copy = examine(bench, drawn(3, quality=60), 0.99)
    assert copy.verdict is not None
    assert (copy.finding, copy.review) == (Finding.UNCERTAIN, ReviewState.OPEN)
    assert (copy.verdict.basis, copy.verdict.label) == (Basis.KNOWN_IMAGE, None)
    verdict = copy.verdict
    said = headline(Audience.MODERATOR, verdict.finding, verdict.basis, verdict.evidence)
    assert render(said) == "A moderator decided that a near copy is partly generated."


def test_a_copy_that_came_before_follows_the_decision_and_its_withdrawal(bench: Bench) -> None:
    first, copy = examine(bench, drawn(3), 0.95), examine(bench, drawn(3, quality=60), 0.95)
    other = examine(bench, drawn(7), 0.95)
    own = copy.verdict_id
    moderator_id, undone = rule(bench, first, Outcome.HUMAN, is_reported=False)
    assert judge_again(bench) == 0  # while it can be undone
    with bench.database.writing() as session:
        undo(session, undone, moderator_id=moderator_id, at=now())
    report(bench.database)
    assert judge_again(bench) == 0
    rule(bench, first, Outcome.HUMAN)
    assert judge_again(bench) == 1
    cleared = look(bench, copy.sha256)
    assert (cleared.finding, cleared.review) == (Finding.CLEAR, ReviewState.NONE)
    assert kinds(cleared) == ["known_image", "pixels"]
    assert judge_again(bench) == 0
    rule(bench, look(bench, first.sha256), Outcome.ESCALATE)
    assert judge_again(bench) == 1
    back = look(bench, copy.sha256)
    assert (back.finding, back.review, back.verdict_id) == (Finding.FLAGGED, ReviewState.OPEN, own)
    assert look(bench, other.sha256).verdict_id == other.verdict_id


@pytest.mark.slow
def test_a_score_that_was_not_stable_still_is_not_when_it_is_judged_again(bench: Bench) -> None:
    bench.classifier.stable = False
    first, copy = examine(bench, drawn(3), 0.95), examine(bench, drawn(3, quality=60), 0.95)
    rule(bench, first, Outcome.HUMAN)
    assert judge_again(bench) == 1
    rule(bench, look(bench, first.sha256), Outcome.ESCALATE)
    with bench.database.writing() as session:
        # As if another had been decided meanwhile: a verdict that rests on nothing known is made anew.
        session.execute(update(Verdict).where(Verdict.id == copy.verdict_id).values(rests_on="old"))
    assert judge_again(bench) == 1
    back = look(bench, copy.sha256)
    assert back.verdict is not None
    assert (back.finding, back.verdict.basis, back.verdict.stable) == (
        Finding.UNCERTAIN,
        Basis.UNSTABLE,
        False,
    )


def test_a_picture_that_is_too_small_still_is_when_it_is_judged_again(bench: Bench) -> None:
    first, copy = (examine(bench, drawn(3, side=60, **saving), 0.95) for saving in ({}, {"quality": 60}))
    assert copy.finding is Finding.UNCERTAIN
    rule(bench, first, Outcome.HUMAN)
    assert judge_again(bench) == 1
    cleared = look(bench, copy.sha256)
    assert (cleared.finding, kinds(cleared)) == (Finding.CLEAR, ["known_image", "pixels"])
    rule(bench, look(bench, first.sha256), Outcome.ESCALATE)
    with bench.database.writing() as session:
        session.execute(update(Verdict).where(Verdict.id == copy.verdict_id).values(rests_on="old"))
    assert judge_again(bench) == 1
    back = look(bench, copy.sha256)
    assert back.verdict is not None
    assert (back.finding, back.verdict.basis) == (Finding.UNCERTAIN, Basis.TOO_SMALL)
    assert back.verdict.reasons[0]["code"] == Reason.PICTURE_TOO_SMALL


def test_what_is_known_is_replaced_wherever_it_stands_among_the_evidence(bench: Bench) -> None:
    first, copy = examine(bench, drawn(3), 0.95), examine(bench, drawn(3, quality=60), 0.95)
    assert copy.verdict is not None
    declared = {"kind": "software_tag", "grade": "hint", "label": None, "detail": "A tag."}
    with bench.database.writing() as session:
        evidence = [*copy.verdict.evidence, declared]
        session.execute(update(Verdict).where(Verdict.id == copy.verdict_id).values(evidence=evidence))
    rule(bench, first, Outcome.HUMAN)
    assert judge_again(bench) == 1
    assert kinds(look(bench, copy.sha256)) == ["software_tag", "known_image", "pixels"]


def test_a_purged_image_is_not_judged_again(bench: Bench) -> None:
    first, copy = examine(bench, drawn(3), 0.05), examine(bench, drawn(3, quality=60), 0.05)
    with bench.database.writing() as session:
        session.execute(update(Image).where(Image.sha256 == copy.sha256).values(purged_at=now()))
    rule(bench, first, Outcome.AI)
    assert judge_again(bench) == 0
    left = look(bench, copy.sha256)
    assert (left.review, left.purged_at is None) == (ReviewState.NONE, False)


def test_nothing_changes_under_the_eyes_of_somebody_who_looks(bench: Bench) -> None:
    first, copy = examine(bench, drawn(3), 0.95), examine(bench, drawn(3, quality=60), 0.95)
    moderator_id, _ = rule(bench, first, Outcome.HUMAN)
    with bench.database.writing() as session:
        claim_case(session, copy.sha256, moderator_id, now())
    assert judge_again(bench) == 0
    with bench.database.writing() as session:
        release_case(session, copy.sha256, moderator_id)
    assert judge_again(bench) == 1


def test_what_a_person_decided_is_not_judged_again(bench: Bench) -> None:
    first, copy = examine(bench, drawn(3), 0.95), examine(bench, drawn(3, quality=60), 0.95)
    rule(bench, copy, Outcome.AI)
    rule(bench, first, Outcome.HUMAN)
    assert judge_again(bench) == 0
    assert look(bench, copy.sha256).verdict_id == copy.verdict_id


def test_the_same_bytes_again_are_the_same_case_with_its_decision(bench: Bench) -> None:
    first = examine(bench, drawn(3), 0.95)
    rule(bench, first, Outcome.HUMAN)
    again = examine(bench, drawn(3), 0.95)
    assert again.sha256 == first.sha256
    assert again.decision is not None
    assert again.decision.outcome is Outcome.HUMAN
