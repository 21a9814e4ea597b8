"""Single settings: each function reads one value, or says which variable is wrong and why."""

import ipaddress
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.operations.logs import LogFormat
from core.settings.blobs_url import S3Place, parse_s3_url
from core.urls import UrlError, parse_web_url

IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


class SettingsError(Exception):
    """A setting has a value that the program cannot run with; the text names the variable."""


@dataclass(frozen=True, slots=True)
class FetchAllow:
    """What may be fetched although it is not public: networks, and single hosts with a port."""

    networks: tuple[IpNetwork, ...] = ()
    hosts: frozenset[tuple[str, int]] = frozenset()


def cores() -> int:
    """Count the cores that we may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def number(env: Mapping[str, str], name: str, default: float, low: float, high: float) -> float:
    """Read a number within bounds."""
    text = env.get(name) or ""
    try:
        value = float(text) if text else default
    except ValueError:
        raise SettingsError(f"{name}={text!r} is not a number") from None
    if not low <= value <= high:
        raise SettingsError(f"{name}={text!r} is outside {low:g} to {high:g}")
    return value


def integer(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    """Read a whole number within bounds."""
    text = env.get(name) or ""
    if text and not re.fullmatch(r"[+-]?[0-9]+", text):
        raise SettingsError(f"{name}={text!r} is not a whole number")
    value = int(text) if text else default
    if not low <= value <= high:
        raise SettingsError(f"{name}={text!r} is outside {low} to {high}")
    return value


def flag(env: Mapping[str, str], name: str) -> bool:
    """Read 0 or 1."""
    text = env.get(name) or "0"
    if text not in {"0", "1"}:
        raise SettingsError(f"{name}={text!r} must be 0 or 1")
    return text == "1"


def database_url(url: str) -> str:
    """Take the URL of a database that we know how to use."""
    scheme = url.split(":", 1)[0]
    if scheme in {"postgresql", "postgres"}:
        # The plain scheme means psycopg 3 here, so that an operator can paste any provider's URL.
        return "postgresql+psycopg" + url[len(scheme) :]
    if scheme not in {"sqlite", "postgresql+psycopg"}:
        raise SettingsError(f"KANTEI_DATABASE_URL must start with sqlite: or postgresql:, not {scheme!r}")
    return url


def broker_url(url: str) -> str:
    """Take the URL of a broker that we know how to use."""
    scheme = url.split(":", 1)[0]
    if scheme not in {"filesystem", "redis", "rediss"}:
        raise SettingsError(
            f"KANTEI_BROKER_URL must start with redis:, rediss: or filesystem:, not {scheme!r}"
        )
    return url


def ports(text: str) -> frozenset[int]:
    """Read a list of ports."""
    try:
        found = frozenset(int(part) for part in text.split(","))
    except ValueError:
        raise SettingsError(f"KANTEI_FETCH_PORTS={text!r} is not a list of ports") from None
    if not all(0 < port < 65536 for port in found):
        raise SettingsError(f"KANTEI_FETCH_PORTS={text!r} holds a port outside 1 to 65535")
    return found


def fetch_allow(text: str) -> FetchAllow:
    """Read networks and hosts with a port."""
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


def origins(text: str) -> frozenset[str]:
    """Read the origins of extensions."""
    found = frozenset(filter(None, (part.strip() for part in text.split(","))))
    for origin in found:
        if not re.fullmatch(r"(chrome|moz|safari-web)-extension://[0-9A-Za-z-]{1,64}", origin):
            raise SettingsError(f"KANTEI_EXTENSION_ORIGINS: {origin!r} is not the origin of an extension")
    return found


def certificates(env: Mapping[str, str], name: str) -> str:
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


def model_folder(env: Mapping[str, str], name: str) -> Path | None:
    """Take a folder that holds a classifier; nothing where none is named."""
    text = env.get(name)
    if not text:
        return None
    folder = Path(text).expanduser().absolute()
    if not (folder / "classifier.json").is_file():
        raise SettingsError(f"{name}: {folder} holds no classifier.json")
    return folder


def log_format(text: str) -> LogFormat:
    """Take a format of the log."""
    if text not in set(LogFormat):
        raise SettingsError(f"KANTEI_LOG_FORMAT={text!r} must be text or json")
    return LogFormat(text)


def traces_url(text: str) -> str:
    """Take the address of a collector; nothing where none is named."""
    if text:
        try:
            parse_web_url(text)
        except UrlError as error:
            raise SettingsError(f"KANTEI_TRACES_URL: {error.detail}") from None
    return text


def blobs(env: Mapping[str, str]) -> S3Place | None:
    """Take the place of the image bytes; None is the data folder."""
    url = env.get("KANTEI_BLOBS_URL")
    if not url:
        return None
    access_key = secret(env, "KANTEI_BLOBS_ACCESS_KEY") or ""
    secret_key = secret(env, "KANTEI_BLOBS_SECRET_KEY") or ""
    try:
        return parse_s3_url(url, access_key=access_key, secret_key=secret_key)
    except ValueError as error:
        raise SettingsError(f"KANTEI_BLOBS_URL {error}") from None


def secret(env: Mapping[str, str], name: str) -> str | None:
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


def secret_key(env: Mapping[str, str], data_dir: Path) -> str:
    """Take the secret key from the environment, from a file, or from the data folder, made on first use.

    A secret born at random on the first start is no default: no two installations share it.
    """
    found = secret(env, "KANTEI_SECRET_KEY") or _kept_secret(data_dir / "secret_key")
    if len(found) < 32:
        raise SettingsError("KANTEI_SECRET_KEY is shorter than 32 characters")
    return found


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
