"""Two transactions at the same moment, and submissions and examinations in them."""

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from core.clock import now
from core.declarations import Declared
from core.vocabulary import Finding, Judgement, Source
from store.base.database import Database
from store.bytes.image_facts import ImageFacts
from store.intake.claim_ends import finish_examined
from store.intake.claims import Claim, claim
from store.tables.case_tables import Image
from store.tables.submission_tables import Submission
from store.verdicts.images import record_verdict
from store.verdicts.outdated import lock_undecided
from tests.clocks import wait_until

SHA256 = "a" * 64


def submit(
    database: Database,
    client_id: str,
    declared: Declared = Declared.UNKNOWN,
    *,
    listing_id: str | None = None,
) -> str:
    with database.writing() as session:
        row = Submission(
            client_id=client_id,
            source=Source.API,
            image_url="https://a.example/1",
            declared=declared,
            listing_id=listing_id,
        )
        session.add(row)
        session.flush()
        return row.id


def take(database: Database, submission_id: str) -> Claim:
    with database.writing() as session:
        held = claim(session, submission_id, lease=timedelta(minutes=1), at=now())
    assert held is not None
    return held


@contextmanager
def examining(database: Database, held: Claim, finding: Finding, model: str) -> Iterator[None]:
    """Record an examination as a worker does, and commit at the end of the block."""
    with database.writing() as session:
        recorded = record_verdict(
            session,
            ImageFacts(SHA256, 24, 16, "png", 99),
            score=0.5,
            model=model,
            judgement=Judgement(finding, None, "p", ()),
            evidence=(),
        )
        finish_examined(
            session,
            held,
            image_sha256=SHA256,
            verdict_id=recorded.verdict_id,
            at=now(),
            is_new_image=recorded.is_new_image,
        )
        yield


def examine(database: Database, held: Claim, finding: Finding = Finding.CLEAR, model: str = "m") -> None:
    with examining(database, held, finding, model):
        pass


def recognize(database: Database, held: Claim) -> None:
    """End a submission with the verdict that its picture has, as when a worker knows the bytes."""
    with database.writing() as session:
        verdict_id = session.get_one(Image, SHA256).verdict_id or ""
        finish_examined(session, held, image_sha256=SHA256, verdict_id=verdict_id, at=now())


@contextmanager
def judging_again(database: Database, finding: Finding, model: str) -> Iterator[None]:
    """Lock a picture as who judges it again does; the verdict is recorded at the end of the block."""
    with database.writing() as session:
        assert lock_undecided(session, SHA256)
        yield
        record_verdict(
            session,
            ImageFacts(SHA256, 24, 16, "png", 99),
            score=0.5,
            model=model,
            judgement=Judgement(finding, None, "p", ()),
            evidence=(),
        )


def meet(database: Database, other: "Future[Any]") -> None:
    """Wait until what happens aside is done, or waits for a lock that is held here."""
    query = text(
        "select count(*) from pg_stat_activity"
        " where datname = current_database() and wait_event_type = 'Lock'"
    )

    def is_met() -> bool:
        with database.reading() as session:
            return other.done() or bool(session.scalar(query))

    wait_until(is_met, "both meet")
