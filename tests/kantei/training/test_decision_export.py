"""Moderators' decisions as training data."""

import json
from pathlib import Path

from core.clock import now
from core.vocabulary import Finding, Judgement, Outcome, Role, Source
from kantei.training.decision_export import write_decisions
from model.data.samples import read_samples
from store.base.database import Database
from store.bytes.blobs import FolderBlobs
from store.bytes.image_facts import ImageFacts
from store.clients.clients import NewClient
from store.desk.decisions import Seen, decide
from store.intake.submissions import SubmissionRequest
from store.people.moderators import add_moderator
from store.verdicts.images import record_verdict
from tests.model.drawing import gradient, saved
from tests.reporting import report
from tests.submissions import add_submission


def _decided(database: Database, blobs: FolderBlobs, shop: NewClient, outcomes: list[Outcome]) -> list[str]:
    """Put a picture through submission, verdict and decision for each outcome."""
    digests = []
    with database.writing() as session:
        moderator = add_moderator(session, email="mia@example.org", role=Role.MODERATOR).moderator
        for number, outcome in enumerate(outcomes):
            sha256 = blobs.put(saved(gradient(40 + number, 40), "PNG"))
            facts = ImageFacts(sha256, 40 + number, 40, "png", 1)
            judgement = Judgement(Finding.UNCERTAIN, None, "test-1", ())
            verdict = record_verdict(
                session, facts, score=0.5, model="m-1", judgement=judgement, evidence=()
            ).verdict_id
            submission = add_submission(
                session, shop.client.id, SubmissionRequest(Source.API, upload_sha256=sha256)
            )
            submission.image_sha256 = sha256
            decide(
                session,
                Seen(sha256, verdict, None),
                moderator_id=moderator.id,
                outcome=outcome,
                note="",
                at=now(),
            )
            digests.append(sha256)
    return digests


def test_decisions_become_a_folder_that_training_reads(
    database: Database, blobs: FolderBlobs, shop: NewClient, tmp_path: Path
) -> None:
    digests = _decided(
        database, blobs, shop, [Outcome.AI, Outcome.HUMAN, Outcome.ESCALATE, Outcome.HUMAN, Outcome.ASSISTED]
    )
    blobs.delete(digests[3])
    folder = tmp_path / "out"
    assert write_decisions(database, blobs, tmp_path / "undoable") == (0, 0)
    report(database)
    assert write_decisions(database, blobs, folder) == (2, 1)
    samples = read_samples(folder)
    assert {(s.name, s.owner) for s in samples} == {
        (f"ai/{digests[0]}.png", f"client-{shop.client.id}"),
        (f"human/{digests[1]}.png", f"client-{shop.client.id}"),
    }
    text = (folder / "labels.jsonl").read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert all(
        line["decision"] and line["decided_at"] and line["verdict"]["model"] == "m-1" for line in lines
    )
    assert "example.org" not in text
