"""An observed model beside the active one: its results are stored and never acted on."""

import logging
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from core.vocabulary import Evidence
from model.serving.picture import Picture
from store.base.database import Database
from store.verdicts.shadow_verdicts import has_shadow, record_shadow
from worker.examining import policy
from worker.examining.notes import notes_on
from worker.examining.opinion import Classifies

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Observer:
    """Asks the observed model about a share of the images, 0 to 1, the same images everywhere."""

    database: Database
    classifier: Classifies
    share: float

    def wants(self, sha256: str) -> bool:
        """True if an image is in the share; this depends only on its digest."""
        return int(sha256[:12], 16) < self.share * 16**12

    def observe(self, sha256: str, verdict_id: str, picture: Picture, evidence: tuple[Evidence, ...]) -> None:
        """Judge a picture that has its verdict already, by the observed model and its own thresholds.

        Whatever goes wrong here is logged and costs no one anything: the client was told before.
        """
        try:
            self._observe(sha256, verdict_id, picture, evidence)
        except SQLAlchemyError as error:
            log.warning(
                "result of the observed model not saved for image %s: %s", sha256, type(error).__name__
            )
        except Exception:
            log.exception("the observed model failed on image %s", sha256)

    def _observe(
        self, sha256: str, verdict_id: str, picture: Picture, evidence: tuple[Evidence, ...]
    ) -> None:
        model, thresholds = self.classifier.version, self.classifier.thresholds
        with self.database.reading() as session:
            if has_shadow(session, sha256, model):
                return
        classification = self.classifier.classify(picture, thresholds)
        judgement = policy.judge(classification, evidence, thresholds, notes=notes_on(picture))
        with self.database.writing() as session:
            record_shadow(
                session,
                sha256=sha256,
                verdict_id=verdict_id,
                model=model,
                score=classification.score,
                judgement=judgement,
            )
