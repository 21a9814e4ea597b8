"""Telling clients that a later verdict differs from the one that they were told."""

from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from core.vocabulary import EventKind, Judgement, State
from store.outbox.client_events import NewEvent, add_events
from store.tables.case_tables import Image, Verdict
from store.tables.marketplace_tables import ClientEvent
from store.tables.submission_tables import Submission


def note_change(
    session: Session, image: Image, verdict_id: str, judgement: Judgement, *, at: datetime
) -> None:
    """Move examined submissions to an image's new verdict where finding or label differ, with an event each.

    Events written earlier keep the verdict that they told of, so that the same event always says the same.
    Another score under the same finding changes nothing for a client and is not told. The image is locked.
    """
    told_otherwise = (
        Submission.image_sha256 == image.sha256,
        Submission.state == State.EXAMINED,
        Submission.verdict_id.in_(
            select(Verdict.id).where(
                Verdict.image_sha256 == image.sha256,
                or_(
                    Verdict.finding != judgement.finding,
                    Verdict.label.is_distinct_from(judgement.label),
                ),
            )
        ),
    )
    session.execute(
        update(ClientEvent)
        .where(
            ClientEvent.submission_id.in_(select(Submission.id).where(*told_otherwise)),
            ClientEvent.verdict_id.is_(None),
        )
        .values(
            verdict_id=select(Submission.verdict_id)
            .where(Submission.id == ClientEvent.submission_id)
            .scalar_subquery()
        )
        .execution_options(synchronize_session=False)
    )
    changed = session.execute(
        update(Submission)
        .where(*told_otherwise)
        .values(verdict_id=verdict_id)
        .returning(Submission.client_id, Submission.id)
        .execution_options(synchronize_session=False)
    )
    events = [
        NewEvent(client_id, id_, image.reported_id)
        for client_id, id_ in sorted(tuple(row) for row in changed)
    ]
    add_events(session, EventKind.VERDICT_CHANGED, events, at=at)
