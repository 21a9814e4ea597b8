"""The examiner's real parts."""

from core.settings.settings import Settings
from kantei.roots.joining import open_bell, open_blobs, open_database, start_measuring, start_traces
from kantei.roots.picture_reading import make_evidence_reader, make_fetcher
from model.serving.info import WEIGHTS
from model.serving.runtime import Classifier
from store.base.database import Database
from store.verdicts.policies import ensure_packaged
from store.verdicts.standing_policy import StandingPolicy
from worker.examining.examine import Examiner
from worker.examining.observe import Observer
from worker.operations.measures import ExaminationMeasures
from worker.tasks import lease


def make_examiner(settings: Settings) -> Examiner:
    """Join an examiner; called once in each worker process, after the fork."""
    database = open_database(settings)
    classifier = Classifier.load(settings.model or WEIGHTS, threads=settings.classifier_threads)
    with database.writing() as session:
        ensure_packaged(session, classifier.version, classifier.thresholds)
    start_traces(settings, "worker")
    return Examiner(
        database=database,
        blobs=open_blobs(settings),
        fetcher=make_fetcher(settings),
        classifier=classifier,
        read_evidence=make_evidence_reader(settings),
        bell=open_bell(settings),
        max_pixels=settings.max_pixels,
        lease=lease(settings.fetch_timeout),
        measures=ExaminationMeasures(start_measuring(settings, "worker")),
        policy=StandingPolicy(database, classifier.version, classifier.thresholds),
        observer=_make_observer(settings, database),
        sampled_share=settings.sampled_share,
    )


def _make_observer(settings: Settings, database: Database) -> Observer | None:
    """Load the observed model, where one is named. Errors: ModelInfoError."""
    if settings.observed_model is None:
        return None
    return Observer(database, Classifier.load(settings.observed_model), settings.observed_share)
