"""What a manifest says of marks outside the file: invisible watermarks, and fingerprints kept by others.

They say nothing of the origin, for human work is marked as well. They are the way back to credentials that
were removed, for whoever can look: the owners of the methods, not Kantei.
"""

from collections.abc import Iterator

from core.sayings.codes import Clause, EvidenceDetail
from core.sayings.saying import Saying, say
from provenance.c2pa.c2pa_manifests import Walked, actions_of, assertions_of, signer_of

_SOFT_BINDING = "c2pa.soft-binding"
_WATERMARKED = "c2pa.watermarked"  # also `.bound` and `.unbound`
_MOST = 4
# The owners of methods for pictures, by the head of the method's name, and the methods that compare
# fingerprints instead of embedding anything (c2pa-org/softbinding-algorithm-list).
_OWNERS = {
    "ai.contentlens.": "ContentLens",
    "ai.steg.": "Steg.AI",
    "ai.trufo.": "Trufo",
    "ai.verda.": "VerdaAI",
    "app.overlai.": "Overlai",
    "castlabs.": "castLabs",
    "com.adobe.": "Adobe",
    "com.aiwatermark.": "AI Watermark",
    "com.digicaps.": "DigiCAP",
    "com.digimarc.": "Digimarc",
    "com.imatag.": "Imatag",
    "com.joinmonolith.": "Monolith",
    "com.markany.": "MarkAny",
    "com.mentaport.": "Mentaport",
    "com.microsoft.": "Microsoft",
    "com.museblossom.": "MuseBlossom",
    "com.nagra.": "NAGRA",
    "eu.sasha.": "Sasha",
    "io.blockfact.": "BlockFact",
    "io.diker.": "Okeanos",
    "io.iscc.": "ISCC",
}
_FINGERPRINTS = (
    "io.iscc.",
    "com.adobe.icn.",
    "ai.trufo.pawprint.fingerprint",
    "com.digicaps.",
    "com.joinmonolith.",
)


def marks_in(walked: list[Walked]) -> list[Saying]:
    """What is said of marks in the manifests of a store, each once, and no more than four."""
    found: list[Saying] = []
    for one in walked:
        for said in _marks(one):
            if len(found) == _MOST:
                return found
            if said not in found:
                found.append(said)
    return found


def _marks(one: Walked) -> Iterator[Saying]:
    signer = signer_of(one.manifest) or say(Clause.UNNAMED_SIGNER)
    bindings = (data for label, data in assertions_of(one.manifest) if label.startswith(_SOFT_BINDING))
    named = [method for data in bindings if isinstance(method := data.get("alg"), str) and method.strip()]
    for method in named:
        lowered = method.lower()
        who = next((owner for head, owner in _OWNERS.items() if lowered.startswith(head)), None)
        is_fingerprint = lowered.startswith(_FINGERPRINTS)
        code = EvidenceDetail.FINGERPRINT_CLAIMED if is_fingerprint else EvidenceDetail.WATERMARK_CLAIMED
        yield say(code, signer=signer, mark=method, who=who or say(Clause.OWNER_OF_METHOD))
    for action in actions_of(one.manifest):
        name = action.get("action")
        if isinstance(name, str) and name.startswith(_WATERMARKED) and not named:
            yield say(EvidenceDetail.WATERMARK_CLAIMED, signer=signer, mark=name, who=signer)
