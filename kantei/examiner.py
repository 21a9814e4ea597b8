"""The examiner's real parts."""

from core.settings import Settings
from kantei.parts import open_bell, open_blobs, open_database, start_measuring
from kantei.reading import make_evidence_reader, make_fetcher
from model.runtime import Classifier
from worker.app import lease
from worker.examine import Examiner
from worker.measures import ExaminationMeasures


def make_examiner(settings: Settings) -> Examiner:
    """Join an examiner; called once in each worker process, after the fork."""
    return Examiner(
        database=open_database(settings),
        blobs=open_blobs(settings),
        fetcher=make_fetcher(settings),
        classifier=Classifier.load(threads=settings.classifier_threads),
        read_evidence=make_evidence_reader(settings),
        bell=open_bell(settings),
        max_pixels=settings.max_pixels,
        lease=lease(settings.fetch_timeout),
        measures=ExaminationMeasures(start_measuring(settings, "worker")),
    )
