"""A picture sent to a service of others, at a moderator's wish, and what it answered."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Protocol

from urllib3.filepost import encode_multipart_formdata

from core.broker.bell import Bell
from core.clock import now
from core.outside_services import SENT_TYPES, OutsideService
from core.sayings.codes import OutsideDetail
from core.sayings.saying import Saying, say
from core.vocabulary import Evidence
from store.base.database import Database
from store.bytes.blobs import BlobStore
from store.desk.outside_checks import Sending, claim_outside, end_outside
from worker.desk.service_answers import AnswerError, read_answer
from worker.outbound.fetch_error import FetchError
from worker.outbound.post import Answered

log = logging.getLogger(__name__)


class SendsBodies(Protocol):
    """Sends a body to an address."""

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        """Post. Errors: FetchError."""


class _NoAnswer(Exception):  # noqa: N818  # an end, told by its saying, and no error of ours
    def __init__(self, why: Saying) -> None:
        super().__init__()
        self.why = why


@dataclass(frozen=True, slots=True)
class OutsideChecker:
    """Everything that a check by a service needs; `lease` is longer than sending can take."""

    database: Database
    blobs: BlobStore
    poster: SendsBodies
    services: Mapping[str, OutsideService]
    bell: Bell
    lease: timedelta

    def check(self, check_id: str) -> None:
        """Send the picture of a check and record the answer; do nothing where another worker has it."""
        at = now()
        with self.database.writing() as session:
            sending = claim_outside(session, check_id, until=at + self.lease, at=at)
        if sending is None:
            return
        evidence: tuple[Evidence, ...] = ()
        failure = None
        try:
            evidence = self._ask(sending)
        except _NoAnswer as end:
            failure = end.why
        except FetchError as error:
            failure = error.detail
        with self.database.writing() as session:
            end_outside(session, check_id, at=now(), evidence=evidence, failure=failure)
        self.bell.ring(check_id)

    def _ask(self, sending: Sending) -> tuple[Evidence, ...]:
        service = self.services.get(sending.service)
        if service is None:
            raise _NoAnswer(say(OutsideDetail.OUTSIDE_SERVICE_OFF, service=sending.service))
        try:
            data = None if sending.is_purged else self.blobs.get(sending.sha256)
        except KeyError:
            data = None
        if data is None:
            raise _NoAnswer(say(OutsideDetail.OUTSIDE_PICTURE_GONE))
        # The name says nothing of where the picture is from, or whose it is.
        file = (f"picture.{sending.format}", data, SENT_TYPES[sending.format])
        body, content_type = encode_multipart_formdata({"file": file})
        headers = {"Authorization": f"Bearer {service.key}", "Content-Type": content_type}
        answered = self.poster.post(service.url, body, headers)
        if answered.status != HTTPStatus.OK:
            log.warning("%s answered a check with status %s", service.name, answered.status)
            raise _NoAnswer(_refusal(service.name, answered.status))
        try:
            return read_answer(service.name, answered.body)
        except AnswerError:
            raise _NoAnswer(say(OutsideDetail.OUTSIDE_ANSWER_UNREADABLE, service=service.name)) from None


def _refusal(service: str, status: int) -> Saying:
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return say(OutsideDetail.OUTSIDE_KEY_REFUSED, service=service)
    if status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
        return say(OutsideDetail.OUTSIDE_BUSY, service=service)
    return say(OutsideDetail.OUTSIDE_STATUS, service=service, status=status)
