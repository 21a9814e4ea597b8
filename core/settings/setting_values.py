"""Readers for the texts of settings: each returns a value, or says what it must be.

Errors of every reader: ValueError, with the rest of a sentence that begins with the variable.
"""

import ipaddress
import math
import os
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.operations.logs import LogFormat
from core.settings.setting import FolderError
from core.urls import UrlError, parse_web_url
from core.vocabulary import Role

TRUST_LISTS = ("official", "interim")
IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class FetchAllow:
    """What may be fetched although it is not public: networks, and single hosts with a port."""

    networks: tuple[IpNetwork, ...] = ()
    hosts: frozenset[tuple[str, int]] = frozenset()


def cores() -> int:
    """The number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def number(low: float, high: float) -> Callable[[str], float]:
    """A reader of numbers between two bounds."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            raise ValueError(f"must be a number, not {text!r}") from None
        if math.isnan(value) or not low <= value <= high:
            raise ValueError(f"must be between {low:g} and {high:g}, not {text}")
        return value

    return read


def integer(low: int, high: int) -> Callable[[str], int]:
    """A reader of whole numbers between two bounds."""

    def read(text: str) -> int:
        if not re.fullmatch(r"[+-]?[0-9]{1,30}", text):
            raise ValueError(f"must be a whole number, not {text!r}")
        if not low <= int(text) <= high:
            raise ValueError(f"must be between {low} and {high}, not {text}")
        return int(text)

    return read


def flag(text: str) -> bool:
    """Read 0 or 1."""
    if text not in {"0", "1"}:
        raise ValueError(f"must be 0 or 1, not {text!r}")
    return text == "1"


def folder(text: str) -> Path:
    """Read a path, from the working folder or from a home."""
    return Path(text).expanduser().absolute()


def database_url(text: str) -> str:
    """Read the URL of a database that Kantei can use."""
    scheme = text.split(":", 1)[0]
    if scheme in {"postgresql", "postgres"}:
        # The plain scheme means psycopg 3 here, so that an operator can paste any provider's URL.
        return "postgresql+psycopg" + text[len(scheme) :]
    if scheme not in {"sqlite", "postgresql+psycopg"}:
        raise ValueError(f"must start with sqlite: or postgresql:, not {scheme!r}")
    return text


def broker_url(text: str) -> str:
    """Read the URL of a broker that Kantei can use."""
    scheme = text.split(":", 1)[0]
    if scheme not in {"filesystem", "redis", "rediss"}:
        raise ValueError(f"must start with redis:, rediss: or filesystem:, not {scheme!r}")
    return text


def ports(text: str) -> frozenset[int]:
    """Read a list of ports."""
    if not re.fullmatch(r" *[0-9]{1,9} *(, *[0-9]{1,9} *)*", text):
        raise ValueError(f"must be a comma-separated list of ports, not {text!r}")
    found = frozenset(map(int, text.split(",")))
    if not all(0 < port < 65536 for port in found):
        raise ValueError(f"must have ports between 1 and 65535, not {text}")
    return found


def fetch_allow(text: str) -> FetchAllow:
    """Read networks and hosts with a port."""
    networks: list[IpNetwork] = []
    hosts: set[tuple[str, int]] = set()
    for entry in _entries(text):
        try:
            networks.append(ipaddress.ip_network(entry))
            continue
        except ValueError:
            pass
        try:
            place = parse_web_url(f"http://{entry}/")
        except UrlError as error:
            raise ValueError(f"has an invalid entry, {entry!r}: {error.detail}") from None
        if not re.search(r":[0-9]+$", entry) or place.target != "/":
            raise ValueError(f"must have networks (CIDR) and host:port pairs, not {entry!r}")
        hosts.add((place.host, place.port))
    return FetchAllow(tuple(networks), frozenset(hosts))


def origins(text: str) -> frozenset[str]:
    """Read the origins of extensions."""
    found = frozenset(_entries(text))
    for origin in found:
        if not re.fullmatch(r"(chrome|moz|safari-web)-extension://[0-9A-Za-z-]{1,64}", origin):
            raise ValueError(f"must have origins of extensions, such as chrome-extension://…, not {origin!r}")
    return found


def roles(text: str) -> frozenset[Role]:
    """Read the roles of moderators."""
    found = _entries(text)
    for name in found:
        if name not in set(Role):
            raise ValueError(f"must have roles ({', '.join(Role)}), not {name!r}")
    return frozenset(map(Role, found))


def role_names(text: str) -> tuple[tuple[str, Role], ...]:
    """Read what another system's names for roles mean here."""
    found = []
    for entry in _entries(text):
        name, _equals, role = entry.rpartition("=")
        if not name.strip() or role.strip() not in set(Role):
            raise ValueError(f"must have pairs such as desk=moderator ({', '.join(Role)}), not {entry!r}")
        found.append((name.strip(), Role(role.strip())))
    return tuple(found)


def _entries(text: str) -> list[str]:
    return [entry for part in text.split(",") if (entry := part.strip())]


def certificates(text: str) -> str:
    """Read the PEM certificates in a file; empty where no file is named."""
    if not text:
        return ""
    try:
        found = Path(text).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        raise ValueError(f"names a file that cannot be read: {text}") from None
    if "-----BEGIN CERTIFICATE-----" not in found:
        raise ValueError(f"names a file without a PEM certificate: {text}")
    return found


def trust_lists(text: str) -> frozenset[str]:
    """Read the names of published trust lists."""
    found = _entries(text)
    for name in found:
        if name not in TRUST_LISTS:
            raise ValueError(f"must have trust lists ({', '.join(TRUST_LISTS)}), not {name!r}")
    return frozenset(found)


def model_folder(text: str) -> Path | None:
    """Read the path of a folder that holds a classifier; None where none is named."""
    if not text:
        return None
    found = folder(text)
    if not (found / "classifier.json").is_file():
        raise ValueError(f"names a folder without a classifier.json: {found}")
    return found


def log_format(text: str) -> LogFormat:
    """Read a format of the log."""
    if text not in set(LogFormat):
        raise ValueError(f"must be text or json, not {text!r}")
    return LogFormat(text)


def web_url(text: str) -> str:
    """Read a web address; empty where none is given."""
    if text:
        try:
            parse_web_url(text)
        except UrlError as error:
            raise ValueError(f"is not valid: {error.detail}") from None
    return text


def origin(text: str) -> str:
    """Read the origin of a site, without a path; empty where none is given."""
    found = web_url(text)
    if found and not re.fullmatch(r"https?://[^/?#]+/?", found):
        raise ValueError(f"must be an address without a path, such as https://desk.example, not {text!r}")
    return parse_web_url(found).text.rstrip("/") if found else ""


def secret_key(text: str) -> str:
    """Read a secret key."""
    if len(text) < 32:
        raise ValueError("must have at least 32 characters")
    return text


def kept_secret(path: Path) -> str:
    """The secret in a file, which is made at random where there is none.

    That is no default secret: no two installations share it. Errors: SettingsError.
    """
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
        raise FolderError(
            f"KANTEI_DATA_DIR: cannot write to {path.parent}: {error.strerror}; give the folder to the user"
            " that runs Kantei, or choose another"
        ) from error
