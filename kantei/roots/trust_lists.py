"""Published trust lists of C2PA signers, installed in the data folder and pinned by their SHA-256.

Nothing is fetched, and no list counts unless the operator chooses it: whose signature is a proof is for
them to say.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.x509 import Certificate, load_pem_x509_certificates

from core.settings.setting import SettingsError
from core.settings.settings import Settings

_LONGEST = 4 * 2**20
_FINGERPRINT = re.compile(r"^[0-9A-Za-z+/]{43}=\s*$", re.MULTILINE)  # a SHA-256 in base64, by itself
_ANCHORS, _ALLOWED = "anchors.pem", "allowed.txt"
# The editions that were known when this version of Kantei was made: c2pa-org/conformance-public,
# `trust-list/C2PA-TRUST-LIST.pem` of 7 July, 28 July and 13 August 2026, and contentcredentials.org/trust,
# which is frozen.
KNOWN = {
    "b1f399a7235f188a22f3db97992f1cc1417517664600335f9d105a6a7cdb46c1": "official",
    "5fc0f1571f9eb4dff7a242291e1b198d347a768709bd6915022e9b59d6d7769c": "official",
    "75cacc98b79ecac33713c7ecfb58d4a0ef383f3c1f886e7409f9e37e8664aea5": "official",
    "db57e50b9bd4e4c786cbb91f38fd85e2af6a9d5412438a8cddcc42688df07ae5": "interim",
    "3597b20c9c20a0daadc7fab0d8c63534bd333ec6a715ef7117c7a4588caa15bb": "interim",
}


class TrustFileError(Exception):
    """A file is no trust list; the text says why."""


@dataclass(frozen=True, slots=True)
class TrustFile:
    """A file of a trust list: which list it is of, its SHA-256, and how much it holds.

    Root certificates (`anchors.pem`), or the SHA-256 of single signers' certificates (`allowed.txt`).
    """

    list_name: str
    name: str
    sha256: str
    count: int

    @property
    def holds_roots(self) -> bool:
        """True for root certificates, False for single signers."""
        return self.name == _ANCHORS

    @property
    def contents(self) -> str:
        """What is in it, for a person."""
        return f"{'certificates' if self.holds_roots else 'fingerprints of signers'}: {self.count}"


def read_trust_file(data: bytes) -> TrustFile:
    """What a file holds, and the list that it is of, as far as that can be told.

    Only the interim list has fingerprints. Errors: `TrustFileError` where it is no trust list.
    """
    if len(data) > _LONGEST:
        raise TrustFileError(f"it is larger than {_LONGEST // 2**20} MiB")
    digest = hashlib.sha256(data).hexdigest()
    if b"-----BEGIN CERTIFICATE-----" in data:
        return TrustFile(KNOWN.get(digest, "official"), _ANCHORS, digest, len(_certificates(data)))
    count = len(_FINGERPRINT.findall(data.decode("ascii", "replace")))
    if not count:
        raise TrustFileError("it holds neither PEM certificates nor fingerprints of signers")
    return TrustFile("interim", _ALLOWED, digest, count)


def install(settings: Settings, data: bytes, found: TrustFile) -> None:
    """Put a file into the data folder and pin it, in place of an earlier edition."""
    place = (found.list_name, found.name)
    pins = [pin for pin in installed(settings) if (pin.list_name, pin.name) != place]
    folder = _folder(settings) / found.list_name
    folder.mkdir(parents=True, exist_ok=True)
    # The pin last: whoever is cut short in between finds a file that does not fit, and installs it again.
    _write(folder / found.name, data)
    text = json.dumps([asdict(pin) for pin in (*pins, found)], indent=2)
    _write(_folder(settings) / "pins.json", f"{text}\n".encode())


def installed(settings: Settings) -> list[TrustFile]:
    """The files that were installed, as they were pinned. Errors: `SettingsError`."""
    path = _folder(settings) / "pins.json"
    try:
        return [TrustFile(**pin) for pin in json.loads(path.read_text(encoding="utf-8"))]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError):
        raise SettingsError(f"{path} cannot be read; delete it and install the lists again") from None


def chosen_texts(settings: Settings) -> Iterator[tuple[TrustFile, str]]:
    """The files of the lists that the operator chose, each with its text.

    Errors: `SettingsError` where a list is not installed, or a file is not the one that was.
    """
    pins = installed(settings) if settings.c2pa_trust_lists else []
    for list_name in sorted(settings.c2pa_trust_lists):
        files = [pin for pin in pins if pin.list_name == list_name]
        if not files:
            raise SettingsError(
                f"KANTEI_C2PA_TRUST_LISTS names {list_name!r}, which is not installed in {_folder(settings)};"
                " run `kantei trust update FILE`"
            )
        for pin in files:
            yield pin, _pinned_text(_folder(settings) / list_name / pin.name, pin)


def check_chosen(settings: Settings) -> None:
    """See that the chosen lists can be used, before a process starts others. Errors: `SettingsError`."""
    for _ in chosen_texts(settings):
        pass


def count_expired(text: str, at: float) -> int:
    """How many certificates in a PEM text are past their time."""
    return sum(one.not_valid_after_utc.timestamp() < at for one in _certificates(text.encode()))


def _pinned_text(path: Path, pin: TrustFile) -> str:
    try:
        data = path.read_bytes()
    except OSError:
        raise SettingsError(f"KANTEI_C2PA_TRUST_LISTS: {path} cannot be read; install it again") from None
    if hashlib.sha256(data).hexdigest() != pin.sha256:
        raise SettingsError(
            f"KANTEI_C2PA_TRUST_LISTS: {path} is not the file that was installed (its SHA-256 differs);"
            " run `kantei trust update FILE` again"
        )
    return data.decode("utf-8", "replace")


def _certificates(data: bytes) -> list[Certificate]:
    try:
        return load_pem_x509_certificates(data)
    except ValueError:
        raise TrustFileError("it holds a certificate that cannot be read") from None


def _folder(settings: Settings) -> Path:
    return settings.data_dir / "trust"


def _write(path: Path, data: bytes) -> None:
    """Replace a file as a whole, so that no worker reads half of one."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_bytes(data)
    part.replace(path)
