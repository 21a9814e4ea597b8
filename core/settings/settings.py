"""All settings, declared once and read once into a frozen object; an invalid one stops the program.

Only `kantei/` and `migrations/env.py` read the environment; every other room is given what it needs.
The README's table is made of these declarations by `script/settings`.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from core.operations.logs import LogFormat
from core.settings import setting_values as values
from core.settings.blobs_url import S3Place, parse_s3_url
from core.settings.outside_settings import OutsideSettings
from core.settings.setting import SettingsError, read_into, setting

MIB = 1024 * 1024
# While one child waits for a host, another works: from hosts that answer after 0.2 s, two for each core get
# half as much again done as one. Each costs its memory.
CHILDREN_A_CORE = 2


@dataclass(frozen=True, slots=True)
class Settings(OutsideSettings):
    """What an operator can set: each field by the variable KANTEI_ and its name in capitals."""

    data_dir: Path = setting(
        values.folder,
        "data",
        "Folder for image files, the embedded database and broker, and the secret key",
        shown_default="`./data`",
        in_production=True,
    )
    database_url: str = setting(
        values.database_url,
        lambda data_dir: f"sqlite:///{data_dir / 'kantei.sqlite3'}",
        "Database. In production, `postgresql://user:password@host/name`",
        shown_default="SQLite in the data folder",
        is_secret=True,
        in_production=True,
    )
    blobs_url: S3Place | None = setting(
        parse_s3_url,
        "",
        "Store for image files. `s3://bucket/prefix?endpoint=https://host&region=…` selects an S3-compatible"
        " store, which workers on more than one machine need (requires the extra `s3`). `style=virtual` puts"
        " the bucket into the host name",
        shown_default="a folder in the data folder",
    )
    blobs_access_key: str = setting(
        str, "", "Access key for that store", shown_default="the machine's role, or `AWS_…`", is_secret=True
    )
    blobs_secret_key: str = setting(
        str, "", "Secret key for that store", shown_default="the machine's role, or `AWS_…`", is_secret=True
    )
    broker_url: str = setting(
        values.broker_url,
        "filesystem://",
        "Message broker. In production, `redis://host:6379/0`",
        shown_default="a folder in the data folder",
        is_secret=True,
        in_production=True,
    )
    secret_key: str = setting(
        values.secret_key,
        lambda data_dir: values.kept_secret(data_dir / "secret_key"),
        "Signs links and forms, and encrypts webhook secrets. At least 32 characters, the same for every"
        " process",
        shown_default="made at random on the first start, kept in the data folder",
        is_secret=True,
        in_production=True,
    )
    fetch_allow: values.FetchAllow = setting(
        values.fetch_allow,
        "",
        "Networks (CIDR) or host:port pairs, separated by commas, that may be fetched although they are not"
        " public",
    )
    fetch_ports: frozenset[int] = setting(
        values.ports, "80,443,8000,8080,8443", "Ports that images may be fetched from"
    )
    fetch_timeout: float = setting(
        values.number(0.1, 600), "20", "Time limit for one fetch, including redirects, in seconds"
    )
    fetch_per_host: int = setting(
        values.integer(1, 1000),
        "4",
        "Images fetched from one host at the same time, per machine. All slow hosts together use at most half"
        " of a worker's processes",
    )
    max_image_bytes: int = setting(
        values.integer(1024, 1024 * MIB), str(20 * MIB), "Largest image file, in bytes"
    )
    max_pixels: int = setting(
        values.integer(1, 1_000_000_000), "50000000", "Largest image, in pixels; checked before decoding"
    )
    appeal_files: int = setting(values.integer(0, 100), "10", "Most files per appeal; `0` to accept none")
    appeal_bytes: int = setting(
        values.integer(1024, 10_240 * MIB),
        str(200 * MIB),
        "Total size of the files of one appeal, and of all files that one artist's link takes, in bytes",
    )
    appeal_file_bytes: int = setting(
        values.integer(1024, 10_240 * MIB),
        str(100 * MIB),
        "Largest file that an artist's page takes, in bytes",
    )
    appeal_day_bytes: int = setting(
        values.integer(0, 1_000_000 * MIB),
        str(10_240 * MIB),
        "Total size of the files that all artists' pages take in 24 hours, in bytes; `0` to take none",
    )
    disk_floor: int = setting(
        values.integer(0, 1_000_000 * MIB),
        str(1024 * MIB),
        "Free space of the data folder's disk, in bytes, below which artists' pages take no files",
    )
    worker_concurrency: int = setting(
        values.integer(1, 256),
        lambda _: str(CHILDREN_A_CORE * values.cores()),
        "Number of worker processes. More than one per core, because processes wait while hosts respond",
        shown_default="twice the number of cores",
    )
    express_concurrency: int = setting(
        values.integer(0, 256),
        "1",
        "Extra worker processes only for requests that someone waits for (extension, clients that submit"
        " rarely, heat maps). They have CPU priority; `0` for none",
    )
    classifier_threads: int = setting(
        values.integer(1, 16),
        lambda _: str(min(2, values.cores())),
        "Classifier threads per worker process. More is faster while cores are idle, and costs 50 MB for each"
        " thread after the first",
        shown_default="2, on one core 1",
    )
    retention_days: int = setting(
        values.integer(1, 36_500),
        "180",
        "Age in days at which submissions, image files and the files of resolved appeals are deleted, once"
        " a day",
    )
    log_retention_days: int = setting(
        values.integer(1, 36_500),
        "730",
        "Age in days at which audit log entries and the text of notes and appeals are deleted, once a day",
    )
    strike_limit: int = setting(
        values.integer(0, 1000),
        "3",
        "Strikes (pictures declared human and decided AI) from which callbacks suggest that a person at the"
        " client looks at the seller's account; `0` to keep no strikes",
    )
    strike_days: int = setting(values.integer(1, 36_500), "180", "Days for which a strike counts")
    strike_retention_days: int = setting(
        values.integer(1, 36_500),
        "365",
        "Age in days, after they expired or were withdrawn, at which `kantei purge` deletes strikes",
    )
    descriptor_retention_days: int = setting(
        values.integer(1, 36_500),
        "3650",
        "Days after an image file was purged at which `kantei purge` deletes the image's perceptual hash, by"
        " which near copies are recognised",
    )
    report_retention_days: int = setting(
        values.integer(1, 36_500),
        "365",
        "Age in days at which `kantei purge` deletes readers' reports, and so how often each reader was"
        " right",
    )
    rate_limit: int = setting(values.integer(1, 100_000_000), "12000", "Requests per minute and client")
    sweep_interval: float = setting(values.number(0.1, 3600), "5", "Seconds between two runs of the sweeper")
    secure_cookies: bool = setting(
        values.flag,
        "0",
        "Set to `1` behind TLS: cookies are then sent only over https. Always on with trusted proxies",
        in_production=True,
    )
    trusted_proxies: int = setting(
        values.integer(0, 10),
        "0",
        "Number of proxies in front of the API whose forwarded client address is trusted",
        in_production=True,
    )
    extension_origins: frozenset[str] = setting(
        values.origins,
        "",
        "Extension origins (`chrome-extension://…`), separated by commas, that may call the API from their"
        " own origin",
    )
    c2pa_anchors: str = setting(
        values.certificates,
        "",
        "PEM file of root certificates. A C2PA manifest counts as proof only if its signer chains to one of"
        " them, or is listed in `KANTEI_C2PA_ALLOWED`",
    )
    c2pa_allowed: str = setting(
        values.certificates, "", "PEM file of individual C2PA signers whose manifests count as proof"
    )
    model: Path | None = setting(
        values.model_folder,
        "",
        "Folder of the classifier (`classifier.json` and weights), as `kantei export --out` writes it",
        shown_default="the one in the package",
    )
    c2pa_trust_lists: frozenset[str] = setting(
        values.trust_lists,
        "",
        "Published trust lists whose C2PA signers count as well: `official`, `interim`, or both separated by"
        " a comma. `kantei trust update FILE` installs them in the data folder",
    )
    observed_model: Path | None = setting(
        values.model_folder,
        "",
        "Folder of a second classifier (`classifier.json` and weights). It examines a share of the images;"
        " its results are stored, compared on `/admin/policy`, and never acted on",
    )
    observed_share: float = setting(
        values.number(0, 1), "0.1", "Share of images, 0 to 1, that the observed classifier examines"
    )
    sampled_share: float = setting(
        values.number(0, 1),
        "0.005",
        "Share of clear and flagged images, 0 to 1, that go to the review desk at random, so that the"
        " statistics show the live error rates",
    )
    metrics_key: str = setting(
        str,
        "",
        "Key for `/metrics`, as a bearer token or as the password of any user",
        shown_default="none: open to everyone who reaches the port",
        is_secret=True,
    )
    docs_key: str = setting(
        str,
        "",
        "The same for `/docs` and `/openapi.json`",
        shown_default="none: open",
        is_secret=True,
    )
    log_format: LogFormat = setting(
        values.log_format,
        "text",
        "`json` writes one JSON object per line, with `submission_id`",
        in_production=True,
    )
    traces_url: str = setting(
        values.web_url,
        "",
        "OpenTelemetry collector (OTLP over HTTP, `http://host:4318/v1/traces`) to send traces to (requires"
        " the extra `traces`)",
    )

    @property
    def is_embedded_broker(self) -> bool:
        """True if messages travel through the data folder instead of a server."""
        return self.broker_url.startswith("filesystem:")

    @property
    def blobs(self) -> S3Place | None:
        """The store for image files with its keys; None for the data folder."""
        if self.blobs_url is None:
            return None
        return replace(self.blobs_url, access_key=self.blobs_access_key, secret_key=self.blobs_secret_key)


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """What a program that talks to a server elsewhere can set; no part of a server reads it."""

    server: str = setting(values.web_url, "http://127.0.0.1:8000", "Server that `kantei import` submits to")
    api_key: str = setting(str, "", "API key that `kantei import` submits with", is_secret=True)


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings of a server. Errors: `SettingsError` for the first wrong value, with its variable."""
    env = os.environ if environ is None else environ
    settings = read_into(Settings, env, values.folder(env.get("KANTEI_DATA_DIR") or "data"))
    if settings.trusted_proxies and not settings.secure_cookies:
        if env.get("KANTEI_SECURE_COOKIES"):
            raise SettingsError(
                "KANTEI_SECURE_COOKIES must not be off while KANTEI_TRUSTED_PROXIES is set: logins would also"
                " travel unencrypted"
            )
        settings = replace(settings, secure_cookies=True)
    if settings.blobs_url and bool(settings.blobs_access_key) != bool(settings.blobs_secret_key):
        raise SettingsError(
            "KANTEI_BLOBS_ACCESS_KEY and KANTEI_BLOBS_SECRET_KEY must both be set, or neither of them"
        )
    for service in settings.outside_services:
        if not settings.outside_keys.get(service.name):
            raise SettingsError(f"KANTEI_OUTSIDE_KEYS must have a key for {service.name}")
    if settings.openid_issuer and not settings.openid_client_id:
        raise SettingsError("KANTEI_OPENID_CLIENT_ID must be set, because KANTEI_OPENID_ISSUER is")
    if not settings.passwords and not settings.openid_issuer:
        raise SettingsError("KANTEI_PASSWORDS can be 0 only if KANTEI_OPENID_ISSUER is set")
    return settings


def read_settings_to_keep_nothing(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings of a program that leaves nothing behind. Errors: `SettingsError`.

    Where no secret key is set, it is one for this run, in memory.
    """
    env = os.environ if environ is None else environ
    is_set = env.get("KANTEI_SECRET_KEY") or env.get("KANTEI_SECRET_KEY_FILE")
    return read_settings(env if is_set else {**env, "KANTEI_SECRET_KEY": secrets.token_hex(32)})


def read_settings_as_found(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings of a program that looks at a server's data, and creates none.

    Where there is no secret key, it is one for this run, in memory. Errors: `SettingsError`.
    """
    env = os.environ if environ is None else environ
    folder = values.folder(env.get("KANTEI_DATA_DIR") or "data")
    return read_settings(env) if (folder / "secret_key").is_file() else read_settings_to_keep_nothing(env)


def read_client_settings(environ: Mapping[str, str] | None = None) -> ClientSettings:
    """Read the settings of a client. Errors: `SettingsError`."""
    return read_into(ClientSettings, os.environ if environ is None else environ, Path())
