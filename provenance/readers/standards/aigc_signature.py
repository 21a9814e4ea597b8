"""The signature in China's label (TC260-PG-202511A, appendix A.1): SM2 with SM3 over three of its fields.

The key stands in the label that it signs. A signature that holds shows that these fields are as they were
signed, and not who signed them: nobody vouches for the key. It covers no pixels either.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from core.sayings.codes import Clause
from core.sayings.fault_codes import SignatureFault
from core.sayings.saying import Saying, say
from provenance.readers.standards.sm2 import Point, points_at, sm3, verifies
from provenance.shared.bounded_json import looks_like_object, parse_object
from provenance.shared.errors import RecordError

_SM2_WITH_SM3 = "1.2.156.10197.1.501"
_SIGNED_FIELDS = ("Label", "ContentProducer", "ProduceID")
_OVER_LABEL = ("Md", "LabelMataData")  # as the guide spells what is signed, and as its users do
_MOST_ENTRIES = 8
_LONGEST = 20_000
_KEY_INFO = "3059301306072A8648CE3D020106082A811CCF5501822D034200"  # a SubjectPublicKeyInfo for the curve
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")


def check_signature(label: Mapping[str, Any]) -> Saying | None:
    """What the producer's signature in a label is worth, None where there is none."""
    security = _object(_object(label.get("ReservedCode1")).get("SecurityData"))
    if security.get("Type") != "TC260PG":
        return None
    entries = security.get("PubSD", security.get("PubSd"))
    known = (
        [item for item in entries[:_MOST_ENTRIES] if isinstance(item, dict)]
        if isinstance(entries, list)
        else []
    )
    signed = next((item for item in known if _is_over_label(item)), None)
    if signed is None:
        return (
            None
            if not any(item.get("Type") == "DS" for item in known)
            else _not_checked(Clause.OTHER_SIGNATURE)
        )
    keys = (
        item
        for item in known
        if item.get("Type") == "PubKey" and item.get("KeyID", 0) == signed.get("KeyID", 0)
    )
    points = next((_points(item.get("KeyValue")) for item in keys), ())
    if not points:
        return _not_checked(Clause.NO_USABLE_KEY)
    try:
        message, signature = _message(label), _numbers(signed.get("Signature"))
        # MiniMax signs the text as the guide says, StepFun its SM3 digest.
        holds = any(verifies(point, signature, message, sm3(message)) for point in points)
    except ValueError:
        return say(SignatureFault.NOT_VALID)
    except UnsupportedAlgorithm:
        return _not_checked(Clause.OTHER_SIGNATURE)
    return say(SignatureFault.HOLDS_UNDER_OWN_KEY if holds else SignatureFault.NOT_VALID)


def _not_checked(why: Clause) -> Saying:
    return say(SignatureFault.COULD_NOT_BE_CHECKED, why=say(why))


def _object(value: object) -> Mapping[str, Any]:
    """An object, also one written as text; empty for anything else."""
    if isinstance(value, str) and looks_like_object(value) and len(value) <= _LONGEST:
        try:
            return parse_object(value)
        except RecordError:
            return {}
    return value if isinstance(value, dict) else {}


def _is_over_label(entry: Mapping[str, Any]) -> bool:
    covers = _object(entry.get("TBSData")).get("Type")
    return entry.get("Type") == "DS" and entry.get("AlgID") == _SM2_WITH_SM3 and covers in _OVER_LABEL


def _message(label: Mapping[str, Any]) -> bytes:
    """The signed text: the three fields as they stand in the label, without its braces."""
    fields = ((name, json.dumps(str(label.get(name, "")), ensure_ascii=False)) for name in _SIGNED_FIELDS)
    return ",".join(f'"{name}":{value}' for name, value in fields).encode("utf-8", "replace")


def _points(value: object) -> tuple[Point, ...]:
    """The points that a key may mean: whole, compressed, or its first coordinate alone."""
    text = value.upper().removeprefix(_KEY_INFO) if isinstance(value, str) else ""
    raw = bytes.fromhex(text) if len(text) <= 2 * 65 and _HEX.fullmatch(text) else b""
    if len(raw) in {33, 65} and raw[0] in {0, 4}:  # 4 for a whole point; some put 0 before a coordinate alone
        raw = raw[1:]
    if len(raw) == 64:
        return ((int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")),)
    if len(raw) == 33 and raw[0] in {2, 3}:
        return points_at(int.from_bytes(raw[1:], "big"))[raw[0] - 2 :][:1]
    return points_at(int.from_bytes(raw, "big")) if len(raw) == 32 else ()


def _numbers(value: object) -> tuple[int, int]:
    """The two numbers of a signature, in DER or side by side. Errors: `ValueError`."""
    if not isinstance(value, str) or len(value) > 200:
        raise ValueError("a signature is a short text")
    raw = bytes.fromhex(value)
    if len(raw) == 64:
        return int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    return decode_dss_signature(raw)
