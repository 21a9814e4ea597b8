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
_NO_FAILURES = ("success", "informational")
# How codes end that are no failures (C2PA 2.2, 15.2.2; CAWG), and the two that end like one.
_PASSED = frozenset(
    {
        *("accessible", "additionalExclusionsPresent", "credential_valid", "deprecated", "insideValidity"),
        *("match", "notRevoked", "skipped", "trusted", "unknownProvenance", "untrusted_issuer", "valid"),
        *("validated", "well-formed"),
    }
)
_NOT_ANSWERED = ("signingCredential.ocsp.inaccessible", "signingCredential.ocsp.unknown")


def vouched_for(store: Mapping[str, Any]) -> frozenset[str]:
    """The ingredients' manifests whose signer is trusted, and in which nothing failed, then or now."""
    manifests, results = store.get("manifests"), store.get("validation_results")
    if not isinstance(manifests, dict) or not isinstance(results, dict):
        return frozenset()
    recorded, doubted, failed, found = set[str](), set[str](), set[str](), set[str]()
    for manifest in manifests.values():
        for item in _objects(manifest, "ingredients"):
            # What was found when it was put in; whom we trust is for our own list to say, and told below.
            name, then = str(item.get("active_manifest") or ""), item.get("validation_results")
            if name and name not in manifests:
                return frozenset()  # what it records may count for the library, and cannot be read here
            first = then.get("activeManifest") if isinstance(then, dict) else None
            if any(status.get("code") == _TRUSTED for status in _objects(first, "success")):
                recorded.add(name)
            for kind, status in _records(item):
                if status.get("code") == _UNTRUSTED:
                    doubted |= {name, _name_in(status)}
                elif _is_fault(kind, str(status.get("code"))):
                    if not _is_clear(name, status):
                        return frozenset()  # it may be about any of them
                    failed |= {name, _name_in(status)}
    for delta in _objects(results, "ingredientDeltas"):
        # What is found now, where that is something else.
        changed = delta.get("validationDeltas")
        failed |= {_name_in(status) for status in _objects(changed, "failure")}
        found |= {
            _name_in(status) for status in _objects(changed, "success") if status.get("code") == _TRUSTED
        }
    # Anybody can record that they trust themselves. What is found now is passed over where any record in the
    # store says the same, about whatever is inside. So every record of a failure or of distrust counts: the
    # same may be found now.
    return frozenset(((recorded - doubted) | found) - failed)


def _records(item: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each status recorded of an ingredient and of what is inside it, and the name of its list."""
    waiting: list[tuple[str, object]] = [
        ("", item.get("validation_results")),
        ("failure", item.get("validation_status")),  # the form of C2PA 1
    ]
    while waiting:
        kind, value = waiting.pop()
        if isinstance(value, dict):
            if "code" in value:
                yield kind, value
            waiting += value.items()
        elif isinstance(value, list):
            waiting += [(kind, one) for one in value]


def _is_fault(kind: str, code: str) -> bool:
    """True if something failed. The library goes by the code, so a failure in a list of successes counts."""
    passed = code.rpartition(".")[2] in _PASSED or code.startswith("timeStamp.") or code in _NOT_ANSWERED
    return kind not in _NO_FAILURES or not passed


def _is_clear(name: str, status: Mapping[str, Any]) -> bool:
    """True if a record of the ingredient with this manifest says by an address what it is about."""
    url = status.get("url")
    is_address = str(url).startswith("self#jumbf=") and bool(name or _name_in(status))
    return url is None or is_address


def _name_in(status: Mapping[str, Any]) -> str:
    """The manifest that a status is about: `self#jumbf=/c2pa/<its name>/c2pa.signature`.

    Empty for an address within the manifest of the ingredient for which it is recorded.
    """
    return str(status.get("url")).partition("/c2pa/")[2].partition("/")[0]


def _objects(value: object, key: str) -> list[dict[str, Any]]:
    """All objects in a list: a cut one would hide the failures at its end. The store's size is limited."""
    items = value.get(key) if isinstance(value, dict) else None
    return [one for one in items if isinstance(one, dict)] if isinstance(items, list) else []
