"""Kantei with a classifier that costs nothing: `python -m tests.whole.light serve|worker|…`.

For runs in which pictures are many and what matters is that none is lost. Everything else is real: the
processes, fetching, provenance, policy, the database, the broker.
"""

import os
import sys
from dataclasses import replace

from core.settings.settings import Settings
from core.vocabulary import Classification, Thresholds
from kantei.__main__ import main
from kantei.roots import serve, worker
from kantei.roots.examiner import make_examiner
from model.serving.picture import Picture
from worker import tasks
from worker.examining.examine import Examiner
from worker.examining.opinion import Classifies

SPARE = "KANTEI_TEST_SPARE_SECONDS"


class Blank:
    """A classifier that is uncertain about every picture."""

    version = "blank"
    thresholds = Thresholds(clear_below=0.35, flagged_from=0.9)
    looks_native = False

    def classify(self, picture: Picture, lines: Thresholds | None = None) -> Classification:
        """Look away."""
        return Classification(0.5, self.version)

    def heatmap(self, picture: Picture) -> bytes:
        """Paint nothing."""
        return b""


def make_light_examiner(settings: Settings) -> Examiner:
    """Join the real examiner, but for its classifier."""
    classifier: Classifies = Blank()
    return replace(make_examiner(settings), classifier=classifier)


if __name__ == "__main__":
    # A claim lasts as long as a child may live, and that is mostly for the classifier.
    tasks.SPARE_SECONDS = int(os.environ.get(SPARE, tasks.SPARE_SECONDS))
    worker.make_examiner = make_light_examiner  # type: ignore[attr-defined]  # put in place of what it imported
    serve.PROGRAM = (sys.executable, "-m", "tests.whole.light")
    main()
