"""Whether speed cost accuracy: `script/bench parity --folder DIR`.

Scores the pictures again that the classifier was asked about when it was published, by the path that serves,
and compares. DIR is the folder that the report's file names start from.
"""

from argparse import Namespace
from collections.abc import Iterator

from bench.table import Row
from core.settings.settings import read_settings
from model.data.scores import read_scores
from model.serving.info import REPORTS
from model.serving.picture import decode_picture
from model.serving.runtime import Classifier


def rows(given: Namespace) -> Iterator[Row]:
    """The largest difference of a score; nothing if there are no pictures to compare."""
    wanted = read_scores(REPORTS / "unseen" / "published.tsv")
    files = [(given.folder / item.name, item.score) for item in wanted] if given.folder else []
    files = [(path, score) for path, score in files if path.exists()]
    files = files[:: max(1, len(files) // given.pictures)]
    if not files:
        yield Row(
            "parity with the classifier's report", "0", "not measured: name the report's pictures by --folder"
        )
        return
    settings = read_settings()
    classifier = Classifier.load(threads=settings.classifier_threads)
    gaps = []
    for path, score in files:
        picture = decode_picture(
            path.read_bytes(), max_pixels=settings.max_pixels, looks_native=classifier.looks_native
        )
        gaps.append(abs(classifier.classify(picture).score - score))
    yield Row(
        "parity: largest difference of a score from the classifier's report",
        "0.00001, as it is rounded",
        f"{max(gaps):.6f}",
        f"{len(gaps)} of {len(wanted)} pictures",
    )
