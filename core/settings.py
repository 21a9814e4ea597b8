"""Every setting, read once, into one frozen object that fails loudly.

Only `kantei/` and `migrations/env.py` read the environment; every other room is given what it needs.
"""

import ipaddress
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.blobs_url import S3Place, parse_s3_url
from core.logs import LogFormat
from core.urls import UrlError, parse_web_url

MIB = 1024 * 1024
IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


class SettingsError(Exception):
    """A setting has a value that the program cannot run with; the text names the variable."""


@dataclass(frozen=True, slots=True)
class FetchAllow:
    """What may be fetched although it is not public: networks, and single hosts with a port."""

    networks: tuple[IpNetwork, ...] = ()
    hosts: frozenset[tuple[str, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator can set; the README's table says the same in words."""

    data_dir: Path
    database_url: str
    broker_url: str
    secret_key: str
    fetch_allow: FetchAllow
    fetch_ports: frozenset[int]
    fetch_timeout: float
    fetch_per_host: int
    max_image_bytes: int
    max_pixels: int
    appeal_files: int
    appeal_bytes: int
    worker_concurrency: int
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
    database_url = _secret(env, "KANTEI_DATABASE_URL") or f"sqlite:///{data_dir / 'kantei.sqlite3'}"
    return Settings(
        data_dir=data_dir,
        database_url=_database_url(database_url),
        broker_url=_broker_url(_secret(env, "KANTEI_BROKER_URL") or "filesystem://"),
        secret_key=_secret_key(env, data_dir),
        fetch_allow=_fetch_allow(env.get("KANTEI_FETCH_ALLOW", "")),
        fetch_ports=_ports(env.get("KANTEI_FETCH_PORTS") or "80,443,8000,8080,8443"),
        fetch_timeout=_number(env, "KANTEI_FETCH_TIMEOUT", 20.0, 0.1, 600.0),
        fetch_per_host=_integer(env, "KANTEI_FETCH_PER_HOST", 4, 1, 1000),
        max_image_bytes=_integer(env, "KANTEI_MAX_IMAGE_BYTES", 20 * MIB, 1024, 1024 * MIB),
        max_pixels=_integer(env, "KANTEI_MAX_PIXELS", 50_000_000, 1, 1_000_000_000),
        appeal_files=_integer(env, "KANTEI_APPEAL_FILES", 10, 0, 100),
        appeal_bytes=_integer(env, "KANTEI_APPEAL_BYTES", 100 * MIB, 1024, 10_240 * MIB),
        worker_concurrency=_integer(env, "KANTEI_WORKER_CONCURRENCY", _cores(), 1, 256),
        classifier_threads=_integer(env, "KANTEI_CLASSIFIER_THREADS", min(2, _cores()), 1, 16),
        retention_days=_integer(env, "KANTEI_RETENTION_DAYS", 180, 1, 36_500),
        log_retention_days=_integer(env, "KANTEI_LOG_RETENTION_DAYS", 730, 1, 36_500),
        rate_limit=_integer(env, "KANTEI_RATE_LIMIT", 12_000, 1, 100_000_000),
        sweep_interval=_number(env, "KANTEI_SWEEP_INTERVAL", 5.0, 0.1, 3600.0),
        secure_cookies=_flag(env, "KANTEI_SECURE_COOKIES"),
        trusted_proxies=_integer(env, "KANTEI_TRUSTED_PROXIES", 0, 0, 10),
        extension_origins=_origins(env.get("KANTEI_EXTENSION_ORIGINS", "")),
        c2pa_anchors=_certificates(env, "KANTEI_C2PA_ANCHORS"),
        c2pa_allowed=_certificates(env, "KANTEI_C2PA_ALLOWED"),
        observed_model=_model_folder(env, "KANTEI_OBSERVED_MODEL"),
        observed_share=_number(env, "KANTEI_OBSERVED_SHARE", 0.1, 0.0, 1.0),
        blobs=_blobs(env),
        log_format=_log_format(env.get("KANTEI_LOG_FORMAT") or "text"),
        traces_url=_traces_url(env.get("KANTEI_TRACES_URL") or ""),
    )


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _number(env: Mapping[str, str], name: str, default: float, low: float, high: float) -> float:
    text = env.get(name) or ""
    try:
        value = float(text) if text else default
    except ValueError:
        raise SettingsError(f"{name}={text!r} is not a number") from None
    if not low <= value <= high:
        raise SettingsError(f"{name}={text!r} is outside {low:g} to {high:g}")
    return value


def _integer(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = env.get(name) or ""
    if text and not re.fullmatch(r"[+-]?[0-9]+", text):
        raise SettingsError(f"{name}={text!r} is not a whole number")
    value = int(text) if text else default
    if not low <= value <= high:
        raise SettingsError(f"{name}={text!r} is outside {low} to {high}")
    return value


def _flag(env: Mapping[str, str], name: str) -> bool:
    text = env.get(name) or "0"
    if text not in {"0", "1"}:
        raise SettingsError(f"{name}={text!r} must be 0 or 1")
    return text == "1"


def _database_url(url: str) -> str:
    scheme = url.split(":", 1)[0]
    if scheme in {"postgresql", "postgres"}:
        # The plain scheme means psycopg 3 here, so that an operator can paste any provider's URL.
        return "postgresql+psycopg" + url[len(scheme) :]
    if scheme not in {"sqlite", "postgresql+psycopg"}:
        raise SettingsError(f"KANTEI_DATABASE_URL must start with sqlite: or postgresql:, not {scheme!r}")
    return url


def _broker_url(url: str) -> str:
    scheme = url.split(":", 1)[0]
    if scheme not in {"filesystem", "redis", "rediss"}:
        raise SettingsError(
            f"KANTEI_BROKER_URL must start with redis:, rediss: or filesystem:, not {scheme!r}"
        )
    return url


def _ports(text: str) -> frozenset[int]:
    try:
        ports = frozenset(int(part) for part in text.split(","))
    except ValueError:
        raise SettingsError(f"KANTEI_FETCH_PORTS={text!r} is not a list of ports") from None
    if not all(0 < port < 65536 for port in ports):
        raise SettingsError(f"KANTEI_FETCH_PORTS={text!r} holds a port outside 1 to 65535")
    return ports


def _fetch_allow(text: str) -> FetchAllow:
    networks: list[IpNetwork] = []
    hosts: set[tuple[str, int]] = set()
    for entry in filter(None, (part.strip() for part in text.split(","))):
        try:
            networks.append(ipaddress.ip_network(entry))
            continue
        except ValueError:
            pass
        try:
            place = parse_web_url(f"http://{entry}/")
        except UrlError as error:
            raise SettingsError(f"KANTEI_FETCH_ALLOW: {entry!r}: {error.detail}") from None
        if not re.search(r":[0-9]+$", entry) or place.target != "/":
            raise SettingsError(f"KANTEI_FETCH_ALLOW: {entry!r} is neither a network nor host:port")
        hosts.add((place.host, place.port))
    return FetchAllow(tuple(networks), frozenset(hosts))


def _origins(text: str) -> frozenset[str]:
    origins = frozenset(filter(None, (part.strip() for part in text.split(","))))
    for origin in origins:
        if not re.fullmatch(r"(chrome|moz|safari-web)-extension://[0-9A-Za-z-]{1,64}", origin):
            raise SettingsError(f"KANTEI_EXTENSION_ORIGINS: {origin!r} is not the origin of an extension")
    return origins


def _certificates(env: Mapping[str, str], name: str) -> str:
    """Read a file of PEM certificates; nothing where no file is named."""
    file = env.get(name)
    if not file:
        return ""
    try:
        text = Path(file).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{name}: {file} cannot be read") from error
    if "-----BEGIN CERTIFICATE-----" not in text:
        raise SettingsError(f"{name}: {file} holds no PEM certificate")
    return text


def _model_folder(env: Mapping[str, str], name: str) -> Path | None:
    """Take a folder that holds a classifier; nothing where none is named."""
    text = env.get(name)
    if not text:
        return None
    folder = Path(text).expanduser().absolute()
    if not (folder / "classifier.json").is_file():
        raise SettingsError(f"{name}: {folder} holds no classifier.json")
    return folder


def _log_format(text: str) -> LogFormat:
    if text not in set(LogFormat):
        raise SettingsError(f"KANTEI_LOG_FORMAT={text!r} must be text or json")
    return LogFormat(text)


def _traces_url(text: str) -> str:
    if text:
        try:
            parse_web_url(text)
        except UrlError as error:
            raise SettingsError(f"KANTEI_TRACES_URL: {error.detail}") from None
    return text


def _blobs(env: Mapping[str, str]) -> S3Place | None:
    """Take the place of the image bytes; None is the data folder."""
    url = env.get("KANTEI_BLOBS_URL")
    if not url:
        return None
    access_key = _secret(env, "KANTEI_BLOBS_ACCESS_KEY") or ""
    secret_key = _secret(env, "KANTEI_BLOBS_SECRET_KEY") or ""
    try:
        return parse_s3_url(url, access_key=access_key, secret_key=secret_key)
    except ValueError as error:
        raise SettingsError(f"KANTEI_BLOBS_URL {error}") from None


def _secret(env: Mapping[str, str], name: str) -> str | None:
    """Take a value that may hold a secret from NAME, or from the file that NAME_FILE names."""
    given, file = env.get(name), env.get(f"{name}_FILE")
    if given and file:
        raise SettingsError(f"{name} and {name}_FILE are both set; one is enough")
    if not file:
        return given or None
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{name}_FILE: {file} cannot be read") from error


def _secret_key(env: Mapping[str, str], data_dir: Path) -> str:
    """Take the secret key from the environment, from a file, or from the data folder, made on first use.

    A secret born at random on the first start is no default: no two installations share it.
    """
    secret = _secret(env, "KANTEI_SECRET_KEY") or _kept_secret(data_dir / "secret_key")
    if len(secret) < 32:
        raise SettingsError("KANTEI_SECRET_KEY is shorter than 32 characters")
    return secret


def _kept_secret(path: Path) -> str:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Written aside and linked into place: of two first starts at once, both read one whole secret.
        draft = path.with_name(f".secret_key.{os.getpid()}")
        if not path.exists():
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_hex(32), encoding="utf-8")
            try:
                os.link(draft, path)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(f"KANTEI_DATA_DIR: {path.parent} cannot be written") from error
