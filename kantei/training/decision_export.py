"""`kantei export --decisions`: moderators' decisions as labelled pictures for training."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.vocabulary import Label, Outcome
from kantei.roots.existing import server_data
from kantei.roots.joining import open_blobs
from store.base.database import Database
from store.bytes.blobs import BlobStore
from store.tables.case_tables import Decision, Image, Verdict
from store.tables.submission_tables import Submission

_LABELS = {Outcome.AI: Label.AI, Outcome.HUMAN: Label.HUMAN}


def export_decisions(folder: Path, say: Callable[[str], None]) -> None:
    """Export from the configured database and image folder."""
    with server_data() as (settings, database):
        count, gone = write_decisions(database, open_blobs(settings), folder)
    say(f"pictures written to {folder}: {count}; decided, but file purged: {gone}")


def write_decisions(database: Database, blobs: BlobStore, folder: Path) -> tuple[int, int]:
    """Write `ai/` and `human/` by standing decision, and `labels.jsonl` with where each label is from.

    Escalated images have no label and are left out. A picture's source is the client that sent it
    first, so that folds are cut between clients. No one's email address is written. Returns how many
    were written, and how many have no bytes any more.
    """
    count = gone = 0
    for label in Label:
        (folder / label.value).mkdir(parents=True, exist_ok=True)
    with database.reading() as session, (folder / "labels.jsonl").open("w", encoding="utf-8") as labels:
        for line in list(_lines(session)):
            try:
                data = blobs.get(line["sha256"])
            except KeyError:
                gone += 1
                continue
            (folder / line["file"]).write_bytes(data)
            labels.write(json.dumps(line) + "\n")
            count += 1
    return count, gone


def _lines(session: Session) -> Iterator[dict[str, Any]]:
    first = (
        select(Submission.image_sha256, func.min(Submission.id).label("id"))
        .where(Submission.image_sha256.is_not(None))
        .group_by(Submission.image_sha256)
        .subquery()
    )
    query = (
        select(Image, Decision, Verdict, Submission.client_id)
        .join(Decision, Image.reported_id == Decision.id)
        .join(Verdict, Decision.verdict_id == Verdict.id)
        .outerjoin(first, first.c.image_sha256 == Image.sha256)
        .outerjoin(Submission, Submission.id == first.c.id)
        .where(Decision.outcome.in_(list(_LABELS)))
        .order_by(Image.sha256)
    )
    for image, decision, verdict, client_id in session.execute(query):
        label = _LABELS[decision.outcome]
        yield {
            "file": f"{label.value}/{image.sha256}.{image.format}",
            "label": label.value,
            "sha256": image.sha256,
            "source": f"client-{client_id}" if client_id else "decisions",
            "decision": decision.id,
            "decided_at": decision.created_at.isoformat(),
            "moderator": decision.moderator_id,
            "verdict": {"id": verdict.id, "model": verdict.model, "score": verdict.score},
        }
