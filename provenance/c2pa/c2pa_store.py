"""Read a C2PA manifest store: its JSON, and what its signature is worth.

The library that does it runs in a process of its own (`provenance.c2pa.c2pa_process`), which is started only
for files that carry one. It is told to fetch nothing and given the type that the bytes have.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.sayings.fault_codes import ContainerFault, SignatureFault
from core.sayings.saying import Saying, say
from provenance.c2pa.c2pa_binding import covers_all
from provenance.c2pa.c2pa_process import READER
from provenance.containers.image_file import ImageFile
from provenance.shared.bounded_json import parse_object
from provenance.shared.errors import TooMuchError
from provenance.shared.limits import MAX_C2PA_BYTES
from provenance.shared.trust import TrustList

_UNTRUSTED = "signingCredential.untrusted"
_CHANGED = ("assertion.dataHash.mismatch", "assertion.bmffHash.mismatch", "assertion.boxesHash.mismatch")
_BROKEN = ("claimSignature.mismatch", "claimSignature.missing", "signingCredential.invalid")


@dataclass(frozen=True, slots=True)
class Validity:
    """What the signature is worth: `state` is trusted, valid, partial or invalid; `codes` say what failed.

    It is partial where it is valid, but not for all that may be shown.
    """

    state: str
    codes: tuple[str, ...]

    @property
    def clause(self) -> Saying:
        """What the signature is worth, for a person."""
        if self.state == "trusted":
            return say(SignatureFault.TRUSTED)
        if self.state == "valid":
            return say(SignatureFault.NOT_ON_TRUST_LIST)
        if self.state == "partial":
            return say(SignatureFault.COVERS_A_PART)
        if any(code in _CHANGED for code in self.codes):
            return say(SignatureFault.CHANGED_AFTER_SIGNING)
        if any(code in _BROKEN for code in self.codes):
            return say(SignatureFault.NOT_VALID)
        others = ", ".join([code for code in self.codes if code != _UNTRUSTED][:3])
        return say(SignatureFault.VALIDATION_FAILED, codes=others or say(SignatureFault.UNSPECIFIED))


def read_store(image: ImageFile, trust: TrustList | None) -> tuple[dict[str, Any], Validity]:
    """Read and validate a manifest store: its JSON, and what the signature is worth.

    Errors: `RecordError`.
    """
    if image.c2pa_bytes > MAX_C2PA_BYTES:
        raise TooMuchError(ContainerFault.MANIFEST_STORE_TOO_LARGE, limit=MAX_C2PA_BYTES)
    answer = READER.ask(image.data, image.mime, _settings(trust))
    store, state = parse_object(answer["store"]), answer["state"].lower()
    if state in {"trusted", "valid"} and not covers_all(parse_object(answer["hashes"]), image.c2pa_spans):
        state = "partial"
    return store, Validity(state, tuple(_failures(store)))


def _settings(trust: TrustList | None) -> dict[str, Any]:
    listed = trust is not None and bool(trust.anchors or trust.allowed)
    settings: dict[str, Any] = {
        "version": 1,
        "verify": {
            "verify_after_reading": True,
            "verify_trust": True,
            "remote_manifest_fetch": False,
            "ocsp_fetch": False,
        },
    }
    if trust is not None and listed:
        # The library's older settings, beside `anchors`, have no list of single signers any more.
        lists = {
            "trust_kind": "manifest",
            "trust_anchors": trust.anchors,
            "allowed_list": trust.allowed,
            "trust_config": trust.config,
        }
        named = {name: value for name, value in lists.items() if value or name == "trust_anchors"}
        settings["trust"] = {"anchors": [named]}
    return settings


def _failures(store: Mapping[str, Any]) -> Iterator[str]:
    statuses = store.get("validation_status")
    if isinstance(statuses, list):
        for status in statuses:
            if isinstance(status, dict) and isinstance(status.get("code"), str):
                yield status["code"]
