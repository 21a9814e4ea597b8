"""The whole work on a submission: claim, fetch, read provenance, classify, judge, record."""

import hashlib
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from core.broker.bell import CALLBACKS_DUE, Bell
from core.clock import now
from core.known.known_image import PictureHash
from core.operations.logs import add_fact, happened
from core.sayings.codes import FailureDetail
from core.sayings.saying import say
from core.vocabulary import Evidence, Failure, FailureCode, Finding
from model.known.pdq import pdq_hash
from model.serving.picture import Picture, PictureError, decode_picture, thumbnail
from store.base.database import Database
from store.bytes.blobs import THUMBNAIL, BlobStore, BlobsUnavailableError
from store.bytes.image_facts import ImageFacts
from store.intake.claim_ends import ClaimLostError, finish_examined
from store.intake.claims import Claim, claim
from store.known.known_images import find_known
from store.outbox.submission_json import gauge_json
from store.tables.ways import ANY_WAY
from store.verdicts.images import Recorded, find_verdict, record_verdict
from store.verdicts.outdated import CaseTakenError, lock_undecided
from store.verdicts.standing_policy import Standing, StandingPolicy, policy_name
from store.verdicts.view_scores import views_json
from worker.examining import policy
from worker.examining.endings import Endings
from worker.examining.observe import Observer
from worker.examining.opinion import Classifies, Opinion, form_opinion
from worker.operations.measures import ExaminationMeasures
from worker.operations.stages import Stage
from worker.outbound.fetch_error import FetchError, HostBusyError

log = logging.getLogger(__name__)


class Fetches(Protocol):
    """Bring the bytes behind a URL."""

    def fetch(self, url: str, *, referer: str | None = None) -> bytes:
        """Fetch; `referer` is the page that shows the picture. Errors: FetchError."""


@dataclass(frozen=True, slots=True)
class ImageOpinion:
    """An image with the opinion on it, ready to record; `policy_number` names thresholds set on the desk."""

    facts: ImageFacts
    picture_hash: PictureHash
    opinion: Opinion
    policy_number: int | None


@dataclass(frozen=True, slots=True)
class Examined:
    """A picture with its verdict, recorded."""

    sha256: str
    verdict_id: str
    picture: Picture
    opinion: Opinion


@dataclass(frozen=True, slots=True)
class Examiner:
    """Everything that an examination needs, joined once in each worker process."""

    database: Database
    blobs: BlobStore
    fetcher: Fetches
    classifier: Classifies
    read_evidence: Callable[[bytes], tuple[Evidence, ...]]
    bell: Bell
    max_pixels: int
    lease: timedelta
    policy: StandingPolicy
    observer: Observer | None = None
    sampled_share: float = 0.0
    measures: ExaminationMeasures = field(default_factory=ExaminationMeasures)
    keeper: Executor = field(default_factory=lambda: ThreadPoolExecutor(1, "keeper"))

    def examine(self, submission_id: str) -> None:
        """Bring one submission to its end, or give it back; do nothing where it is not to be had.

        A failure is recorded as a failure, never as a finding. Errors of the database are raised:
        the lease then runs out and the sweeper sends again.
        """
        at = now()
        with self.measures.stage(Stage.CLAIM), self.database.writing_one() as session:
            held = claim(session, submission_id, lease=self.lease, at=at)
        if held is None:
            return
        self.measures.waited.observe(max(0.0, (at - held.due_at).total_seconds()))
        add_fact(host=(held.upload_sha256 is None and urlsplit(held.image_url or "").hostname) or "upload")
        examined = None
        try:
            with self.measures.seconds.time():
                examined = self._examine(held)
        except ClaimLostError:
            log.warning("lost the claim on submission %s", submission_id)
            self.measures.lost.inc()
            return
        except SQLAlchemyError:
            raise
        except BlobsUnavailableError as error:
            log.error("image bytes could not be stored or read: %s", error)
            self._endings.end_without_room(held)
        except Exception:
            # A picture that trips our own code costs its submission a try, and no one else anything.
            log.exception("failed to examine submission %s", submission_id)
            self._endings.end_crash(held)
        self.bell.ring(submission_id)
        if held.is_called:
            self.bell.ring(CALLBACKS_DUE)
        if examined is not None:
            self._observe(examined)

    @property
    def _looks_native(self) -> bool:
        observed = self.observer is not None and self.observer.classifier.looks_native
        return observed or self.classifier.looks_native

    @property
    def _endings(self) -> Endings:
        return Endings(self.database, self.measures)

    def _observe(self, examined: Examined) -> None:
        """Let the observed model look too, when the client has its answer."""
        if self.observer is not None and self.observer.wants(examined.sha256):
            self.observer.observe(
                examined.sha256, examined.verdict_id, examined.picture, examined.opinion.evidence
            )

    def _examine(self, held: Claim) -> Examined | None:
        standing = self.policy.current()
        try:
            data = self._bytes(held)
            sha256 = hashlib.sha256(data).hexdigest()
            if self._is_known(held, sha256, standing):
                return None
            with self.measures.stage(Stage.DECODE):
                picture = decode_picture(data, max_pixels=self.max_pixels, looks_native=self._looks_native)
        except HostBusyError as error:
            self._endings.wait_for_host(held, error)
        except FetchError as error:
            self._endings.end_fetch(held, error)
        except PictureError as error:
            self._endings.fail(held, Failure(error.code, error.detail, permanent=True))
        else:
            return self._judge(held, sha256, data, picture, standing)
        return None

    def _bytes(self, held: Claim) -> bytes:
        # Uploaded bytes go before the URL, which then only says where they were found.
        try:
            with self.measures.stage(Stage.FETCH):
                if held.upload_sha256 is None:
                    return self.fetcher.fetch(held.image_url or "", referer=held.page_url)
                return self.blobs.get(held.upload_sha256)
        except KeyError:
            gone = say(FailureDetail.UPLOAD_NOT_STORED)
            raise FetchError(FailureCode.GONE, gone, is_permanent=True) from None

    def _is_known(self, held: Claim, sha256: str, standing: Standing) -> bool:
        """Answer from the verdict that this model and policy gave on these bytes before, if any."""
        name = policy_name(policy.VERSION, standing.number)
        with self.measures.stage(Stage.DATABASE), self.database.reading() as session:
            verdict = find_verdict(session, sha256, self.classifier.version, name)
        if verdict is None:
            return False
        with self._writing() as session:
            finish_examined(session, held, image_sha256=sha256, verdict_id=verdict.id, at=now())
        self.measures.reused.inc()
        self.measures.findings.labels(verdict.finding.value).inc()
        happened("examined", finding=verdict.finding.value, reused=True)
        return True

    def judge_again(self, sha256: str) -> Finding | None:
        """Judge an image whose bytes are kept by today's model and policy; None where they cannot be read.

        Errors: `BlobsUnavailableError`, `CaseTakenError`.
        """
        standing = self.policy.current()
        try:
            data = self.blobs.get(sha256)
            picture = decode_picture(
                data, max_pixels=self.max_pixels, looks_native=self.classifier.looks_native
            )
        except (KeyError, PictureError):
            return None
        judged = self._look(sha256, data, picture, standing)
        with self._writing() as session:
            # Looking took a while: what was erased by now must not come back.
            if not lock_undecided(session, sha256, free_at=now()):
                raise CaseTakenError
            self._record(session, judged, ANY_WAY)
        return judged.opinion.judgement.finding

    def _judge(self, held: Claim, sha256: str, data: bytes, picture: Picture, standing: Standing) -> Examined:
        # Writing waits for the disk while looking keeps the processor busy: both at once.
        keeping = self.keeper.submit(self._keep, sha256, data, picture)
        judged = self._look(sha256, data, picture, standing)
        opinion = judged.opinion
        # Bytes before rows: a verdict never points at an image that is not there.
        with self.measures.stage(Stage.KEEP):
            keeping.result()
        with self._writing() as session:
            recorded = self._record(session, judged, held.ways)
            finish_examined(
                session,
                held,
                image_sha256=sha256,
                verdict_id=recorded.verdict_id,
                at=now(),
                is_new_image=recorded.is_new_image,
            )
        finding = opinion.judgement.finding.value
        self.measures.findings.labels(finding).inc()
        happened("examined", finding=finding, score=round(opinion.classification.score, 4), bytes=len(data))
        return Examined(sha256, recorded.verdict_id, picture, opinion)

    def _look(self, sha256: str, data: bytes, picture: Picture, standing: Standing) -> ImageOpinion:
        with self.measures.stage(Stage.KNOWN):
            picture_hash = pdq_hash(picture.rgb)
            with self.database.reading() as session:
                known = find_known(session, picture_hash, but=sha256)
        opinion = form_opinion(
            data,
            picture,
            self.classifier,
            self.read_evidence,
            standing,
            known=known,
            timing=self.measures.stage,
        )
        facts = ImageFacts(
            sha256, picture.width, picture.height, picture.format, len(data), picture.is_animated
        )
        return ImageOpinion(facts, picture_hash, opinion, standing.number)

    def _record(self, session: Session, judged: ImageOpinion, ways: int) -> Recorded:
        opinion = judged.opinion
        return record_verdict(
            session,
            judged.facts,
            score=opinion.classification.score,
            risk=opinion.risk,
            model=opinion.classification.model,
            judgement=opinion.judgement,
            evidence=opinion.evidence,
            stable=opinion.classification.stable,
            policy_number=judged.policy_number,
            gauge=gauge_json(opinion.gauge),
            views=views_json(opinion.classification.views),
            picture_hash=judged.picture_hash,
            look=opinion.classification.look,
            sampled_share=self.sampled_share,
            ways=ways,
        )

    def _keep(self, sha256: str, data: bytes, picture: Picture) -> None:
        self.blobs.put_as(sha256, "", data)
        self.blobs.put_as(sha256, THUMBNAIL, thumbnail(picture))

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        with self.measures.stage(Stage.DATABASE), self.database.writing() as session:
            yield session
