"""What is recorded in a C2PA store decides for which manifests in it a trusted signer stands."""

from typing import Any

import pytest

from provenance.c2pa.c2pa_vouching import vouched_for

TRUSTED = {"code": "signingCredential.trusted", "url": "self#jumbf=/c2pa/b/c2pa.signature"}
MISMATCH = "assertion.hashedURI.mismatch"


def status(code: str, url: str) -> dict[str, str]:
    return {"code": code, "url": url}


def vouched(*others: dict[str, Any]) -> frozenset[str]:
    """The manifests vouched for in a picture made from `b`, beside which `c` has these ingredients."""
    results = {"activeManifest": {"success": [TRUSTED], "informational": [], "failure": []}}
    parent = {"active_manifest": "b", "validation_results": results}
    manifests = {"a": {"ingredients": [parent, {"active_manifest": "c"}]}, "b": {}, "c": {}}
    manifests["c"] = {"ingredients": list(others)}
    return vouched_for({"manifests": manifests, "validation_results": {}})


def test_a_trusted_signer_is_vouched_for() -> None:
    assert vouched() == {"b"}


@pytest.mark.parametrize(
    "code",
    [
        *(
            "assertion.bmffHash.additionalExclusionsPresent",
            "assertion.dataHash.match",
            "cawg.identity.trusted",
        ),
        *("cawg.ica.credential_valid", "signingCredential.ocsp.inaccessible", "timeStamp.untrusted"),
    ],
)
def test_what_did_not_fail_takes_nothing_away(code: str) -> None:
    listed = {"informational": [status(code, "self#jumbf=/c2pa/b/c2pa.signature")]}
    assert vouched({"validation_results": {"activeManifest": listed}}) == {"b"}


FAULTS: dict[str, dict[str, Any]] = {
    "the form of C2PA 1": {"validation_status": [status(MISMATCH, "self#jumbf=/c2pa/b/c2pa.assertions/x")]},
    "an address inside its own manifest": {
        "active_manifest": "b",
        "validation_status": [status(MISMATCH, "self#jumbf=c2pa.assertions/x")],
    },
    "an address inside no manifest": {
        "validation_status": [status(MISMATCH, "self#jumbf=c2pa.assertions/x")]
    },
    "a word": {"active_manifest": "c", "validation_status": [status(MISMATCH, "Cose_Sign1")]},
    "a manifest that cannot be seen": {"active_manifest": "d"},
    "a code of the future among successes": {
        "validation_results": {
            "activeManifest": {"success": [status("assertion.new.flaw", "self#jumbf=/c2pa/b/c2pa.claim")]}
        }
    },
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_may_hide_that_something_failed_ends_it(name: str) -> None:
    assert vouched(FAULTS[name]) == frozenset()


def test_a_record_counts_however_many_stand_before_it() -> None:
    last: dict[str, Any] = {"validation_status": [status(MISMATCH, "self#jumbf=/c2pa/b/c2pa.claim")]}
    assert vouched(*[{"title": "one"}] * 5000, last) == frozenset()
