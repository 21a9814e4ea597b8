"""Shops that are told of verdicts, and a receiver that answers as it is told to."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Unpack

from sqlalchemy import select, update

from core.clock import now
from core.sayings.codes import FailureDetail, Reason
from core.sayings.saying import say
from core.vocabulary import (
    Failure,
    FailureCode,
    Finding,
    Judgement,
    Label,
    Scheme,
    Source,
)
from store.base.database import Database
from store.bytes.image_facts import ImageFacts
from store.clients.clients import NewClient
from store.intake.claim_ends import finish_examined, finish_failed
from store.intake.claims import claim
from store.intake.submissions import SubmissionRequest
from store.tables.marketplace_tables import Callback, Endpoint
from store.verdicts.images import record_verdict
from tests.clients import make_client
from tests.submissions import add_submission
from tests.submitting import RequestFields
from worker.outbound.post import Answered
from worker.outbox.notify import Notifier

URL = "https://shop.example/kantei"
LEASE = timedelta(seconds=30)


@dataclass
class FakePoster:
    """A receiver that answers as it is told to, and remembers."""

    answer: Callable[[str, bytes], Answered] = lambda _url, _body: Answered(204, "", None)
    posts: list[tuple[str, bytes, Mapping[str, str]]] = field(default_factory=list)

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        self.posts.append((url, body, headers))
        return self.answer(url, body)

    @property
    def told(self) -> list[int]:
        return [json.loads(body)["sequence"] for _, body, _ in self.posts]


def add_shop(
    database: Database, url: str | None, scheme: Scheme = Scheme.STANDARD, secret: str | None = None
) -> NewClient:
    return make_client(
        database, source=Source.MARKETPLACE, scheme=scheme, callback_url=url, webhook_secret=secret
    )


def submit(database: Database, shop: NewClient, **fields: Unpack[RequestFields]) -> str:
    with database.writing() as session:
        request = replace(SubmissionRequest(Source.API, image_url="https://a.example/"), **fields)
        row = add_submission(session, shop.client.id, request)
        session.flush()
        return row.id


def examine(
    database: Database, shop: NewClient, sha256: str = "a" * 64, **fields: Unpack[RequestFields]
) -> str:
    submission_id = submit(database, shop, **fields)
    with database.writing() as session:
        held = claim(session, submission_id, lease=LEASE, at=now())
        assert held is not None
        verdict_id = record_verdict(
            session,
            ImageFacts(sha256, 8, 8, "png", 80),
            score=0.9,
            model="test",
            judgement=Judgement(
                Finding.FLAGGED, Label.AI, "1", (say(Reason.PIXELS_FLAGGED, score=0.9, flagged_from=0.9),)
            ),
            evidence=(),
        ).verdict_id
        finish_examined(session, held, image_sha256=sha256, verdict_id=verdict_id, at=now())
    return submission_id


def fail(database: Database, shop: NewClient, **fields: Unpack[RequestFields]) -> str:
    (submission_id,) = fail_all(database, shop, [fields])
    return submission_id


def fail_all(database: Database, shop: NewClient, requests: Iterable[RequestFields]) -> list[str]:
    """Submit and fail several at once."""
    submission_ids = []
    with database.writing() as session:
        for fields in requests:
            request = replace(SubmissionRequest(Source.API, image_url="https://a.example/"), **fields)
            row = add_submission(session, shop.client.id, request)
            session.flush()
            held = claim(session, row.id, lease=LEASE, at=now())
            assert held is not None
            gone = say(FailureDetail.PICTURE_NOT_THERE, host="shop.example", status=404)
            finish_failed(session, held, Failure(FailureCode.GONE, gone, permanent=True), at=now())
            submission_ids.append(row.id)
    return submission_ids


def run(notifier: Notifier) -> None:
    """Make every call that is due."""
    notifier.place()
    while turns := list(notifier.claim()):
        notifier.take(*turns)


def hurry(database: Database) -> None:
    """Let the time pass until everything that waits is due."""
    with database.writing() as session:
        session.execute(update(Callback).values(due_at=now() - timedelta(seconds=1)))
        session.execute(update(Endpoint).values(due_at=now(), paused_until=None))


def endpoint_of(database: Database) -> Endpoint:
    with database.reading() as session:
        return session.scalars(select(Endpoint)).one()


def callbacks_of(database: Database) -> list[Callback]:
    with database.reading() as session:
        return list(session.scalars(select(Callback).order_by(Callback.position)))
