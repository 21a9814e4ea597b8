"""Judging one picture: classify, read provenance, apply the policy."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.known.known_image import KnownImage
from core.vocabulary import Classification, Evidence, Gauge, Judgement, Thresholds
from model.serving.picture import Picture
from provenance.readers.sparkle import sparkle_evidence
from store.verdicts.standing_policy import Standing, policy_name
from worker.examining import policy
from worker.examining.known_evidence import known_evidence
from worker.examining.notes import notes_on
from worker.operations.stages import Stage, Timing, untimed


class Classifies(Protocol):
    """Computes how likely a picture is generated."""

    @property
    def version(self) -> str:
        """Name the model version."""

    @property
    def thresholds(self) -> Thresholds:
        """The thresholds that were set for this model."""

    @property
    def looks_native(self) -> bool:
        """True if pictures should be decoded with crops at their own scale."""

    def classify(self, picture: Picture, lines: Thresholds | None = None) -> Classification:
        """Classify one picture; it is looked at again where its score is near one of the lines."""

    def heatmap(self, picture: Picture) -> bytes:
        """Paint where the network saw signs of generation, as a PNG."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """The whole opinion on one image."""

    classification: Classification
    evidence: tuple[Evidence, ...]
    judgement: Judgement
    risk: float
    gauge: Gauge


def form_opinion(
    data: bytes,
    picture: Picture,
    classifier: Classifies,
    read_evidence: Callable[[bytes], tuple[Evidence, ...]],
    standing: Standing | None = None,
    *,
    known: Sequence[KnownImage] = (),
    timing: Timing = untimed,
) -> Opinion:
    """Classify a picture, read what its file says, and judge both by the standing policy.

    Without `standing`, the classifier's own thresholds apply. Known similar pictures count as evidence.
    """
    standing = standing or Standing(classifier.thresholds)
    thresholds, notes = standing.thresholds, notes_on(picture)
    with timing(Stage.CLASSIFY):
        classification = classifier.classify(picture, thresholds)
    with timing(Stage.PROVENANCE):
        read = read_evidence(data)
    seen = () if picture.is_animated else sparkle_evidence(picture.rgb, picture.width, picture.height)
    evidence = (
        *read,
        *seen,
        *known_evidence(known),
        policy.pixels_evidence(classification, thresholds, notes),
    )
    judgement = policy.judge(
        classification, evidence, thresholds, notes=notes, name=policy_name(policy.VERSION, standing.number)
    )
    risk = policy.risk(classification, evidence, judgement, thresholds)
    gauge = Gauge(thresholds, classification.score_range, classification.human_share)
    return Opinion(classification, evidence, judgement, risk, gauge)
