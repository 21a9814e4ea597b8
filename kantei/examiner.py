"""The examiner's real parts, and those of `kantei check`, which needs no database."""

from core.settings import Settings
from kantei.parts import open_bell, open_blobs, open_database
from model.runtime import Classifier
from provenance.read import read_evidence
from worker.app import lease
from worker.examine import Examiner
from worker.fetch import Fetcher


def make_fetcher(settings: Settings) -> Fetcher:
    """Build the fetcher that the settings permit."""
    return Fetcher(
        allow=settings.fetch_allow,
        ports=settings.fetch_ports,
        timeout=settings.fetch_timeout,
        max_bytes=settings.max_image_bytes,
        per_host=settings.fetch_per_host,
        slots_dir=settings.data_dir / "hosts",
    )


def make_examiner(settings: Settings) -> Examiner:
    """Join an examiner; called once in each worker process, after the fork."""
    return Examiner(
        database=open_database(settings),
        blobs=open_blobs(settings),
        fetcher=make_fetcher(settings),
        classifier=Classifier.load(),
        read_evidence=read_evidence,
        bell=open_bell(settings),
        max_pixels=settings.max_pixels,
        lease=lease(settings.fetch_timeout),
    )
