"""Whether a manifest's signature covers all that a file shows.

A manifest is bound to its file by a hash, and names what the hash leaves out: its own place, at least (C2PA
2.2, 9.2 and 18.5 to 18.7). Whatever lies in a place that was left out can be exchanged, and the signature
stays valid. So nothing may be left out but what no one is shown.
"""

from collections.abc import Iterable, Mapping
from typing import Any

_DATA_HASH = "c2pa.hash.data"
# The first version of this hash does not say where the boxes lie, so pixels may be taken from a box that was
# left out. Those of other kinds say nothing that we can check here.
_BOX_HASHES = ("c2pa.hash.bmff.v2", "c2pa.hash.bmff.v3")
_NEVER_SHOWN = frozenset({"/uuid", "/ftyp", "/mfra", "/free", "/skip", "/emsg"})

Span = tuple[int, int]


def covers_all(hashes: Mapping[str, Any], held: Iterable[Span]) -> bool:
    """True if the hashes of a manifest leave out nothing that may be shown.

    `hashes` are its assertions of hashes by their labels, `held` the places in the file that hold the
    manifest by our own walk: decoders pass over these.
    """
    spans = _joined(held)
    return bool(hashes) and all(_covers(label, data, spans) for label, data in hashes.items())


def _covers(label: str, data: Any, spans: list[Span]) -> bool:
    if not isinstance(data, dict):
        return False
    left_out = data.get("exclusions") or []
    if not isinstance(left_out, list):
        return False
    if label.partition("__")[0] == _DATA_HASH:
        return all(_is_held(one, spans) for one in left_out)
    if label.partition("__")[0] in _BOX_HASHES:
        return not data.get("merkle") and all(_is_never_shown(one) for one in left_out)
    return False


def _is_held(left_out: Any, spans: list[Span]) -> bool:
    if not isinstance(left_out, dict):
        return False
    start, length = left_out.get("start"), left_out.get("length")
    if not isinstance(start, int) or not isinstance(length, int):
        return False
    return any(first <= start and start + length <= end for first, end in spans)


def _is_never_shown(left_out: Any) -> bool:
    return isinstance(left_out, dict) and left_out.get("xpath") in _NEVER_SHOWN


def _joined(spans: Iterable[Span]) -> list[Span]:
    """The same places, those that touch each other as one."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
