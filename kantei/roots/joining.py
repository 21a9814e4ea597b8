"""Opening the real parts from the settings: database, blob store, queue, bell, metrics and traces."""

from datetime import timedelta

from core.broker.bell import Bell, make_bell
from core.broker.queue import CelerySender, make_celery
from core.market.strike_rules import StrikeRules
from core.operations.measuring import Measuring, measure_together, measuring_folder
from core.operations.tracing import start_tracing
from core.settings.setting import SettingsError
from core.settings.settings import Settings
from store.base.database import Database
from store.bytes.blobs import BlobStore, FolderBlobs
from store.retention.purge import KeptFor


def open_database(settings: Settings, *, pool_size: int = 2) -> Database:
    """Open the database; an embedded one gets its folder."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return Database(settings.database_url, pool_size=pool_size)


def open_blobs(settings: Settings) -> BlobStore:
    """Open the image bytes. Errors: SettingsError where the client of the store is not installed."""
    if settings.blobs is None:
        return FolderBlobs(settings.data_dir / "blobs")
    try:
        from store.bytes.s3_blobs import S3Blobs  # noqa: PLC0415  # an extra that most installations lack
    except ModuleNotFoundError as error:
        raise SettingsError(f"KANTEI_BLOBS_URL needs {error.name}: install the extra `s3`") from error
    return S3Blobs(settings.blobs)


def open_sender(settings: Settings) -> CelerySender:
    """Connect to the broker, late."""
    return CelerySender(make_celery(settings.broker_url, settings.data_dir))


def open_bell(settings: Settings) -> Bell:
    """Hang up the bell that goes with the broker."""
    return make_bell(settings.broker_url, settings.data_dir)


def start_measuring(settings: Settings, part: str) -> Measuring:
    """Measure together with the other parts of this machine; after the last fork of a process."""
    return measure_together(measuring_folder(settings.data_dir), part)


def start_traces(settings: Settings, part: str) -> None:
    """Send traces where the settings say so; after the last fork of a process.

    Errors: SettingsError where the library is not installed.
    """
    if settings.traces_url:
        try:
            start_tracing(settings.traces_url, part)
        except ModuleNotFoundError as error:
            raise SettingsError(
                f"KANTEI_TRACES_URL needs {error.name}: install the extra `traces`"
            ) from error


def strike_rules(settings: Settings) -> StrikeRules:
    """How strikes against sellers count."""
    return StrikeRules(settings.strike_limit, settings.strike_days)


def kept_for(settings: Settings) -> KeptFor:
    """How long records are kept."""
    return KeptFor(
        log=timedelta(days=settings.log_retention_days),
        strikes=timedelta(days=settings.strike_retention_days),
        descriptors=timedelta(days=settings.descriptor_retention_days),
        reports=timedelta(days=settings.report_retention_days),
    )
