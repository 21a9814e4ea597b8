"""Declarations in the queue: declared human against a flag comes first, and declared AI may leave.

A declaration moves no score and no finding. Leaving is a setting of each client; a share of its pictures,
drawn by chance, stays, so that no shop can empty the desk by declaring everything AI.
"""

from datetime import datetime
from random import SystemRandom

from sqlalchemy import ColumnElement, case, select, update
from sqlalchemy.orm import Session

from core.declarations import Declared
from core.vocabulary import Finding, Grade, State
from store.base.insertion import insert_once
from store.base.locking import lock_row
from store.reports.reader_reports import is_reported
from store.tables.appeal_tables import Appeal
from store.tables.case_tables import Image
from store.tables.client_tables import Client
from store.tables.declaration_tables import DeclaredPass
from store.tables.quality_tables import LiveSample
from store.tables.review_states import ReviewState
from store.tables.submission_tables import Submission

FIRST = 2.0  # added to a risk, which is 0 to 1, so that the case stands before all others
CHANCE = SystemRandom()


def apply_declarations(session: Session, sha256: str, *, at: datetime) -> None:
    """Put a case where its submissions' declarations want it; to be called whenever one of them changes."""
    # Locked first, so that of two who declare, report or submit a picture at once the second sees the first.
    lock_row(session, Image, sha256)
    said = session.execute(
        select(Submission.client_id, Submission.declared, Client.declared_ai_share)
        .join(Client, Client.id == Submission.client_id)
        .where(Submission.image_sha256 == sha256, Submission.state == State.EXAMINED)
        .distinct()
    ).all()
    is_against = any(row.declared is Declared.HUMAN for row in said)
    flagged = (Image.finding == Finding.FLAGGED) | (
        (Image.grade == Grade.PROOF) & (Image.finding == Finding.UNCERTAIN)
    )
    base = case((Image.risk >= FIRST, Image.risk - FIRST), else_=Image.risk)
    first = case((flagged, base + FIRST), else_=base) if is_against else base
    session.execute(
        update(Image)
        .where(Image.sha256 == sha256, Image.risk != first)
        .values(risk=first)
        .execution_options(synchronize_session=False)
    )
    may_leave = bool(said) and all(
        row.declared is Declared.AI and row.declared_ai_share is not None for row in said
    )
    if not may_leave:
        # It may have left because all who sent it declared AI.
        has_passed = select(1).where(DeclaredPass.image_sha256 == sha256).exists()
        reopen(session, Image.sha256 == sha256, has_passed)
        return
    draws = [_draw(session, sha256, row.client_id, row.declared_ai_share or 0, at) for row in said]
    if not any(draws):
        _leave(session, sha256)


def _draw(session: Session, sha256: str, client_id: str, share: int, at: datetime) -> bool:
    """True if this client's picture is still looked at; drawn once, however often it is sent."""
    row = {
        "image_sha256": sha256,
        "client_id": client_id,
        "is_sampled": CHANCE.random() * 100 < share,
        "created_at": at,
    }
    insert_once(session, DeclaredPass, row)
    return session.get_one(DeclaredPass, (sha256, client_id)).is_sampled


def _leave(session: Session, sha256: str) -> None:
    """Close an open case that nobody decided, appealed, reported or drew for measuring."""
    session.execute(
        update(Image)
        .where(
            Image.sha256 == sha256,
            Image.review == ReviewState.OPEN,
            Image.decision_id.is_(None),
            ~select(1).where(Appeal.image_sha256 == sha256, Appeal.resolved_at.is_(None)).exists(),
            ~select(1).where(LiveSample.image_sha256 == sha256).exists(),
            ~is_reported(sha256),
        )
        .values(review=ReviewState.NONE)
        .execution_options(synchronize_session=False)
    )


def reopen(session: Session, *which: ColumnElement[bool]) -> int:
    """Open cases again that left the queue undecided, if found more than clear; returns how many."""
    opened = session.scalars(
        update(Image)
        .where(
            *which,
            Image.review == ReviewState.NONE,
            Image.decision_id.is_(None),
            Image.finding != Finding.CLEAR,
        )
        .values(review=ReviewState.OPEN)
        .returning(Image.sha256)
        .execution_options(synchronize_session=False)
    ).all()
    return len(opened)
