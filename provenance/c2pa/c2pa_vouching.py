"""Which manifests of ingredients a trusted signer stands for.

A trusted signature on a picture says who opened which ingredients, and what became of them. It does not make
true what a stranger's manifest says inside one of them, and the origin of an ingredient is not that of what
was painted over it. So two things are asked of a manifest inside. Its own signer is trusted, and it was sound
when it was put in (C2PA 2.2, 15.11.3): that is found here. And nothing after it changed the picture
(`c2pa_manifests.walk`).
"""

from collections.abc import Iterator, Mapping
from typing import Any

_TRUSTED, _UNTRUSTED = "signingCredential.trusted", "signingCredential.untrusted"


def vouched_for(store: Mapping[str, Any]) -> frozenset[str]:
    """The ingredients' manifests whose signer is trusted, and in which nothing failed, then or now."""
    manifests, results = store.get("manifests"), store.get("validation_results")
    if not isinstance(manifests, dict) or not isinstance(results, dict):
        return frozenset()
    recorded, doubted, failed, found = set[str](), set[str](), set[str](), set[str]()
    for manifest in manifests.values():
        for item in _objects(manifest, "ingredients"):
            # What was found when it was put in; whom we trust is for our own list to say, and told below.
            name, then = str(item.get("active_manifest")), item.get("validation_results")
            first = then.get("activeManifest") if isinstance(then, dict) else None
            faults = [*_objects(first, "failure"), *_objects(item, "validation_status")]
            if any(fault.get("code") != _UNTRUSTED for fault in faults):
                failed.add(name)
            if any(status.get("code") == _TRUSTED for status in _objects(first, "success")):
                recorded.add(name)
            doubted |= set(_doubted(name, [then, item.get("validation_status")]))
    for delta in _objects(results, "ingredientDeltas"):
        # What is found now, where that is something else.
        changed = delta.get("validationDeltas")
        failed |= {_name_in(status) for status in _objects(changed, "failure")}
        found |= {
            _name_in(status) for status in _objects(changed, "success") if status.get("code") == _TRUSTED
        }
    # Anybody can record that they trust themselves. What is found now is passed over where any record in the
    # store says the same, so a record of distrust, in whatever list, hides that it still holds.
    return frozenset(((recorded - doubted) | found) - failed)


def _doubted(name: str, records: list[object]) -> Iterator[str]:
    """The manifests that records of an ingredient, wherever in them, call untrusted; `name` is its own."""
    waiting = list(records)
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if value.get("code") == _UNTRUSTED:
                yield from (name, _name_in(value))
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def _name_in(status: Mapping[str, Any]) -> str:
    """The manifest that a status is about: `self#jumbf=/c2pa/<its name>/c2pa.signature`."""
    return str(status.get("url")).partition("/c2pa/")[2].partition("/")[0]


def _objects(value: object, key: str) -> list[dict[str, Any]]:
    items = value.get(key) if isinstance(value, dict) else None
    return [one for one in items[:1024] if isinstance(one, dict)] if isinstance(items, list) else []
