"""Which manifests of ingredients a trusted signer stands for.

A trusted signature on a picture says who opened which ingredients, and what became of them. It does not make
true what a stranger's manifest says inside one of them, and the origin of an ingredient is not that of what
was painted over it. So two things are asked of a manifest inside. Its own signer is trusted, and it was sound
when it was put in (C2PA 2.2, 15.11.3): that is found here. And nothing after it changed the picture
(`c2pa_manifests.walk`).
"""

from collections.abc import Mapping
from typing import Any

_TRUSTED, _UNTRUSTED = "signingCredential.trusted", "signingCredential.untrusted"


def vouched_for(store: Mapping[str, Any]) -> frozenset[str]:
    """The ingredients' manifests whose signer is trusted, and in which nothing failed, then or now."""
    manifests, results = store.get("manifests"), store.get("validation_results")
    if not isinstance(manifests, dict) or not isinstance(results, dict):
        return frozenset()
    trusted, failed = set[str](), set[str]()
    for manifest in manifests.values():
        for item in _objects(manifest, "ingredients"):
            # What was found when it was put in; whom we trust is for our own list to say, and told below.
            name, then = item.get("active_manifest"), item.get("validation_results")
            found = then.get("activeManifest") if isinstance(then, dict) else None
            faults = [*_objects(found, "failure"), *_objects(item, "validation_status")]
            if any(fault.get("code") != _UNTRUSTED for fault in faults):
                failed.add(str(name))
            if any(status.get("code") == _TRUSTED for status in _objects(found, "success")):
                trusted.add(str(name))
    for delta in _objects(results, "ingredientDeltas"):
        # What is found now, where that is something else.
        changed = delta.get("validationDeltas")
        failed |= {_name_in(status) for status in _objects(changed, "failure")}
        trusted |= {
            _name_in(status) for status in _objects(changed, "success") if status.get("code") == _TRUSTED
        }
    return frozenset(trusted - failed)


def _name_in(status: Mapping[str, Any]) -> str:
    """The manifest that a status is about: `self#jumbf=/c2pa/<its name>/c2pa.signature`."""
    return str(status.get("url")).partition("/c2pa/")[2].partition("/")[0]


def _objects(value: object, key: str) -> list[dict[str, Any]]:
    items = value.get(key) if isinstance(value, dict) else None
    return [one for one in items[:1024] if isinstance(one, dict)] if isinstance(items, list) else []
