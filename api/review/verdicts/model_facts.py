"""What the pages tell of the classifier, read from the files beside its weights."""

import logging
from dataclasses import dataclass

from core.vocabulary import Thresholds
from model.serving.info import ModelInfoError, read_card, read_model_info

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Facts:
    """The lines that the model brought along, its card and its version, where there are any."""

    thresholds: Thresholds | None = None
    card: str | None = None
    version: str | None = None


def read_facts() -> Facts:
    """Read them; a program without weights shows scores without lines."""
    thresholds = card = version = None
    try:
        info = read_model_info()
        thresholds, version = info.thresholds, info.version
        card = read_card()
    except (ModelInfoError, OSError) as error:
        log.warning("the pages know little of the classifier: %s", error)
    return Facts(thresholds, card, version)
