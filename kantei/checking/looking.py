"""One picture of `kantei check`, from a path or URL to an opinion or a failure."""

import hashlib
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.sayings.codes import FailureDetail
from core.sayings.saying import say
from core.sayings.stored import detail_json, reasons_json, saying_json
from core.settings.settings import Settings
from core.vocabulary import Evidence, Failure, FailureCode
from kantei.roots.picture_reading import make_evidence_reader, make_fetcher
from model.serving.info import WEIGHTS
from model.serving.picture import PictureError, decode_picture
from model.serving.runtime import Classifier
from worker.examining.opinion import Opinion, form_opinion
from worker.outbound.fetch import Fetcher
from worker.outbound.fetch_error import FetchError

Gate = AbstractContextManager[object]


@dataclass(frozen=True, slots=True)
class Look:
    """The outcome for one source: an opinion, or a failure."""

    source: str
    sha256: str | None = None
    opinion: Opinion | None = None
    failure: Failure | None = None
    heatmap: Path | None = None

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The evidence; empty if the look failed."""
        return self.opinion.evidence if self.opinion else ()

    def as_json(self) -> dict[str, Any]:
        """Write the JSON object of the contract; what does not apply is null."""
        opinion = self.opinion
        return {
            "source": self.source,
            "sha256": self.sha256,
            "score": round(opinion.classification.score, 6) if opinion else None,
            "finding": opinion.judgement.finding if opinion else None,
            "label": opinion.judgement.label if opinion else None,
            "model": opinion.classification.model if opinion else None,
            **reasons_json(saying_json(one) for one in (opinion.judgement.reasons if opinion else ())),
            "evidence": [_evidence_json(item) for item in self.evidence],
            "failure": _failure_json(self.failure) if self.failure else None,
            **({"heatmap": str(self.heatmap)} if self.heatmap else {}),
        }


class Looker:
    """What one process of `kantei check` keeps: the classifier, loaded once, and the fetcher."""

    def __init__(
        self, settings: Settings, heatmaps: Mapping[str, Path], threads: int, fetching: Gate | None = None
    ) -> None:
        self._settings = settings
        self._heatmaps = heatmaps
        self._fetching = fetching or nullcontext()
        self._fetcher = make_fetcher(settings, keeps_places=False)
        self._classifier = Classifier.load(settings.model or WEIGHTS, threads=threads)
        self._read_evidence = make_evidence_reader(settings)

    def look(self, source: str) -> Look:
        """Examine one source; whatever is wrong with it becomes its failure."""
        return self.look_and_keep(source)[0]

    def look_and_keep(self, source: str) -> tuple[Look, bytes | None]:
        """The same, and the bytes of the source; None where it could not be read."""
        try:
            with self._fetching if is_url(source) else nullcontext():
                data = read_source(source, self._fetcher, self._settings)
        except FetchError as error:
            failure = Failure(error.reason, error.detail, permanent=error.is_permanent)
            return Look(source, failure=failure), None
        except FileNotFoundError:
            failure = Failure(FailureCode.GONE, say(FailureDetail.FILE_NOT_THERE), permanent=True)
            return Look(source, failure=failure), None
        except OSError as error:
            detail = say(FailureDetail.FILE_UNREADABLE, why=error.strerror or type(error).__name__)
            return Look(source, failure=Failure(FailureCode.GONE, detail, permanent=True)), None
        return self._examine(source, data), data

    def _examine(self, source: str, data: bytes) -> Look:
        sha256 = hashlib.sha256(data).hexdigest()
        try:
            picture = decode_picture(
                data,
                max_pixels=self._settings.max_pixels,
                looks_native=self._classifier.looks_native,
            )
        except PictureError as error:
            return Look(source, sha256, failure=Failure(error.code, error.detail, permanent=True))
        opinion = form_opinion(data, picture, self._classifier, self._read_evidence)
        place = self._heatmaps.get(source)
        if place is not None:
            place.write_bytes(self._classifier.heatmap(picture))
        return Look(source, sha256, opinion, heatmap=place)


def read_source(source: str, fetcher: Fetcher, settings: Settings) -> bytes:
    """The bytes of a file or URL. Errors: `FetchError`, also for a large or an empty file; `OSError`."""
    if is_url(source):
        return fetcher.fetch(source)
    limit = settings.max_image_bytes
    with Path(source).open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        detail = say(FailureDetail.FILE_TOO_LARGE, limit=limit)
        raise FetchError(FailureCode.TOO_LARGE, detail, is_permanent=True)
    if not data:
        raise FetchError(FailureCode.NOT_AN_IMAGE, say(FailureDetail.FILE_EMPTY), is_permanent=True)
    return data


def is_url(source: str) -> bool:
    """True if a source is fetched, not read from a file."""
    return source.lower().startswith(("http://", "https://"))


def _evidence_json(item: Evidence) -> dict[str, Any]:
    return {
        "kind": item.kind,
        "grade": item.grade,
        "label": item.label,
        "generator": item.generator,
        **detail_json(saying_json(item.detail)),
    }


def _failure_json(failure: Failure) -> dict[str, Any]:
    return {
        "code": failure.code,
        **detail_json(saying_json(failure.detail)),
        "permanent": failure.permanent,
    }
