"""Every setting, read once, into one frozen object that fails loudly.

Only `kantei/` and `migrations/env.py` read the environment; every other room is given what it needs.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.operations.logs import LogFormat
from core.settings import setting_values as values
from core.settings.blobs_url import S3Place

MIB = 1024 * 1024
# While one child waits for a host, another works: from hosts that answer after 0.2 s, two for each core get
# half as much again done as one. Each costs its memory.
CHILDREN_A_CORE = 2


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator can set; the README's table says the same in words."""

    data_dir: Path
    database_url: str
    broker_url: str
    secret_key: str
    fetch_allow: values.FetchAllow
    fetch_ports: frozenset[int]
    fetch_timeout: float
    fetch_per_host: int
    max_image_bytes: int
    max_pixels: int
    appeal_files: int
    appeal_bytes: int
    worker_concurrency: int
    express_concurrency: int
    classifier_threads: int
    retention_days: int
    log_retention_days: int
    rate_limit: int
    sweep_interval: float
    secure_cookies: bool
    trusted_proxies: int
    extension_origins: frozenset[str]
    c2pa_anchors: str
    c2pa_allowed: str
    observed_model: Path | None
    observed_share: float
    blobs: S3Place | None
    log_format: LogFormat
    traces_url: str

    @property
    def is_embedded_broker(self) -> bool:
        """Tell whether messages travel through the data folder instead of a server."""
        return self.broker_url.startswith("filesystem:")


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read every setting from the environment.

    Errors: `SettingsError` for the first wrong value, naming its variable.
    """
    env = os.environ if environ is None else environ
    data_dir = Path(env.get("KANTEI_DATA_DIR") or "data").expanduser().absolute()
    database_url = values.secret(env, "KANTEI_DATABASE_URL") or f"sqlite:///{data_dir / 'kantei.sqlite3'}"
    return Settings(
        data_dir=data_dir,
        database_url=values.database_url(database_url),
        broker_url=values.broker_url(values.secret(env, "KANTEI_BROKER_URL") or "filesystem://"),
        secret_key=values.secret_key(env, data_dir),
        fetch_allow=values.fetch_allow(env.get("KANTEI_FETCH_ALLOW", "")),
        fetch_ports=values.ports(env.get("KANTEI_FETCH_PORTS") or "80,443,8000,8080,8443"),
        fetch_timeout=values.number(env, "KANTEI_FETCH_TIMEOUT", 20.0, 0.1, 600.0),
        fetch_per_host=values.integer(env, "KANTEI_FETCH_PER_HOST", 4, 1, 1000),
        max_image_bytes=values.integer(env, "KANTEI_MAX_IMAGE_BYTES", 20 * MIB, 1024, 1024 * MIB),
        max_pixels=values.integer(env, "KANTEI_MAX_PIXELS", 50_000_000, 1, 1_000_000_000),
        appeal_files=values.integer(env, "KANTEI_APPEAL_FILES", 10, 0, 100),
        appeal_bytes=values.integer(env, "KANTEI_APPEAL_BYTES", 100 * MIB, 1024, 10_240 * MIB),
        worker_concurrency=values.integer(
            env, "KANTEI_WORKER_CONCURRENCY", CHILDREN_A_CORE * values.cores(), 1, 256
        ),
        express_concurrency=values.integer(env, "KANTEI_EXPRESS_CONCURRENCY", 1, 0, 256),
        classifier_threads=values.integer(env, "KANTEI_CLASSIFIER_THREADS", min(2, values.cores()), 1, 16),
        retention_days=values.integer(env, "KANTEI_RETENTION_DAYS", 180, 1, 36_500),
        log_retention_days=values.integer(env, "KANTEI_LOG_RETENTION_DAYS", 730, 1, 36_500),
        rate_limit=values.integer(env, "KANTEI_RATE_LIMIT", 12_000, 1, 100_000_000),
        sweep_interval=values.number(env, "KANTEI_SWEEP_INTERVAL", 5.0, 0.1, 3600.0),
        secure_cookies=values.flag(env, "KANTEI_SECURE_COOKIES"),
        trusted_proxies=values.integer(env, "KANTEI_TRUSTED_PROXIES", 0, 0, 10),
        extension_origins=values.origins(env.get("KANTEI_EXTENSION_ORIGINS", "")),
        c2pa_anchors=values.certificates(env, "KANTEI_C2PA_ANCHORS"),
        c2pa_allowed=values.certificates(env, "KANTEI_C2PA_ALLOWED"),
        observed_model=values.model_folder(env, "KANTEI_OBSERVED_MODEL"),
        observed_share=values.number(env, "KANTEI_OBSERVED_SHARE", 0.1, 0.0, 1.0),
        blobs=values.blobs(env),
        log_format=values.log_format(env.get("KANTEI_LOG_FORMAT") or "text"),
        traces_url=values.traces_url(env.get("KANTEI_TRACES_URL") or ""),
    )
