"""Accepting submissions: commit first, then send.

No one is told of a submission before its row is stored, and no submission waits for the broker: what
it does not take, the sweeper sends.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.http.auth import Caller
from api.http.parts import ApiParts
from api.schemas.problems import Problem, ProblemCode, quota_exhausted, too_many_callback_urls
from api.schemas.requests import NewSubmission, NewUpload
from core.clock import now
from core.declarations import Declared
from core.vocabulary import Priority, Source, State
from store.clients.quotas import read_quota, take_quota
from store.intake.retries import retry_now
from store.intake.submissions import (
    SubmissionRequest,
    find_repeats,
    insert_submissions,
    keep_keys,
    mark_unsent,
)
from store.outbox.named_endpoints import add_named_endpoints
from store.tables.submission_tables import Submission

# Of a large batch, the rest is left to the sweeper: a message costs 0.3 ms, its client waits, and
# these keep the workers busy until then.
SENDS = 250
RACES = 3  # a race is lost once; more would be a fault of ours


@dataclass(frozen=True, slots=True)
class Entry:
    """What is asked for, and under which idempotency key; keys differ within one call."""

    request: SubmissionRequest
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The submission, and whether it was stored before under the same key."""

    submission: Submission
    is_repeat: bool


def make_request(
    caller: Caller, fields: NewSubmission | NewUpload, *, upload_sha256: str | None = None
) -> SubmissionRequest:
    """Make what is stored of what was asked for.

    A reader waits before the picture where an extension asks, so that those go first.
    """
    usual = Priority.HIGH if caller.source is Source.EXTENSION else Priority.NORMAL
    return SubmissionRequest(
        source=caller.source if upload_sha256 is None else Source.UPLOAD,
        image_url=fields.image_url,
        upload_sha256=upload_sha256,
        page_url=fields.page_url,
        title=fields.title,
        listing_id=fields.listing_id,
        external_id=fields.external_id,
        callback_url=fields.callback_url,
        priority=fields.priority or usual,
        declared=fields.declared or Declared.UNKNOWN,
    )


def accept(parts: ApiParts, caller: Caller, entries: Sequence[Entry]) -> list[Accepted | Problem]:
    """Store all new entries in one transaction and send them; returns one result for each, in order.

    Errors: SQLAlchemyError where nothing was stored.
    """
    for race in range(RACES):
        try:
            with parts.database.writing() as session:
                results = _store(session, caller, entries)
            break
        except IntegrityError:
            # Another request with the same key committed first; its answer is found on the next turn.
            if race == RACES - 1:
                raise
    new = [result.submission for result in results if isinstance(result, Accepted) and not result.is_repeat]
    send_new(parts, caller.client_id, new[:SENDS])
    return results


def _store(session: Session, caller: Caller, entries: Sequence[Entry]) -> list[Accepted | Problem]:
    client_id, at = caller.client_id, now()
    bodies = {entry.key: _digest(entry.request) for entry in entries if entry.key is not None}
    repeats = find_repeats(session, client_id, bodies.keys())
    new = [entry for entry in entries if entry.key not in repeats]
    failed = [one.submission.id for one in repeats.values() if one.submission.state is State.FAILED]
    if failed:  # whoever names a picture again says that it should be there by now
        retry_now(session, failed, at=at)
    # Before the quota: this lock comes first wherever both are taken.
    named = [url for entry in new if (url := entry.request.callback_url) is not None]
    refused = add_named_endpoints(session, client_id, named)
    new = [entry for entry in new if entry.request.callback_url not in refused]
    new = new[: take_quota(session, client_id, caller.quota, len(new), at)]
    rows = insert_submissions(session, client_id, [entry.request for entry in new], at=at, sends=SENDS)
    keep_keys(
        session,
        client_id,
        [
            (entry.key, bodies[entry.key], row.id)
            for entry, row in zip(new, rows, strict=True)
            if entry.key is not None
        ],
        at=at,
    )
    stored = iter(rows)
    results: list[Accepted | Problem] = []
    for entry in entries:
        repeat = repeats.get(entry.key or "")
        if repeat is None and entry.request.callback_url in refused:
            results.append(too_many_callback_urls())
        elif repeat is None:
            row = next(stored, None)
            results.append(Accepted(row, is_repeat=False) if row else _exhausted(session, caller, at))
        elif repeat.body_sha256 != bodies[entry.key or ""]:
            results.append(Problem(ProblemCode.IDEMPOTENCY_MISMATCH))
        else:
            results.append(Accepted(repeat.submission, is_repeat=True))
    return results


def _exhausted(session: Session, caller: Caller, at: datetime) -> Problem:
    if caller.quota is None:
        raise ValueError("a submission was left out although its client has no quota")
    return quota_exhausted(read_quota(session, caller.client_id, caller.quota, at), at)


def send_new(parts: ApiParts, client_id: str, rows: Sequence[Submission]) -> None:
    """Send messages for new submissions, after their commit; what the broker refuses, the sweeper sends.

    The first of a client that sends little go to the first queue, whatever waits in theirs.
    """
    unsent: list[str] = []
    usual = [row.id for row in rows if row.priority is Priority.NORMAL]
    first = usual[: parts.express.take(client_id, len(usual))] if usual else []
    queues = {
        Priority.HIGH: [*(row.id for row in rows if row.priority is Priority.HIGH), *first],
        Priority.NORMAL: usual[len(first) :],
        Priority.LOW: [row.id for row in rows if row.priority is Priority.LOW],
    }
    for priority, ids in queues.items():
        if ids:
            unsent += ids[parts.sender.send(ids, priority) :]
    if unsent:
        with parts.database.writing() as session:
            mark_unsent(session, unsent)


def _digest(request: SubmissionRequest) -> str:
    """Digest what was asked for, not its bytes: each sending of a form has another boundary."""
    asked = asdict(request)
    if request.declared is Declared.UNKNOWN:
        del asked["declared"]  # as older versions digested it, whose keys are still good
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
