"""C2PA manifests (C2PA 2.2): what they claim, who signed, and whether the signature is valid.

Claim and validity are reported apart: a claim under a broken or unknown signature is worth what any
unsigned record is.
"""

import re

from core.sayings.codes import Clause, EvidenceDetail, Place
from core.sayings.fault_codes import ContainerFault
from core.sayings.saying import Saying, render, say
from core.vocabulary import EvidenceKind, Grade, Label
from provenance.c2pa.c2pa_manifests import (
    METADATA,
    C2paClaim,
    Manifest,
    Walked,
    assertions_of,
    claim_generator_of,
    claims_in,
    signer_of,
    walk,
)
from provenance.c2pa.c2pa_marks import marks_in
from provenance.c2pa.c2pa_store import Validity, read_store
from provenance.c2pa.c2pa_vouching import vouched_for
from provenance.readers.reading import Looked, Reader, Sources
from provenance.shared.errors import RecordError
from provenance.shared.known_names import generator_in
from provenance.shared.source_types import CAPTURED, GENERATED, HUMAN, PARTLY

_KIND = EvidenceKind.C2PA
_DISCLOSURE = "c2pa.ai-disclosure"
_MODEL_KEYS = ("modelName", "modelIdentifier", "modelType", "Iptc4xmpExt:AISystemUsed")
# Who signs for generators under another name than the generator's, as published manifests show.
_SIGNERS = {
    "OpenAI": r"openai",
    "Google": r"google",
    "Microsoft": r"microsoft",
    "Adobe": r"adobe",
    "Amazon": r"amazon|aws",
    "ByteDance": r"bytedance|byteplus|tiktok|volcengine|dreamina|capcut|北京火山引擎科技有限公司",
    "Samsung": r"samsung",
    "Canva": r"canva",
    "fal": r"features & labels|fal(?:\.ai)?",
    "Bria": r"bria",
    "Ideogram": r"ideogram",
    "xAI Grok": r"xai",
    "Runway": r"runway",
    "Producer.ai": r"producer\.ai",
    "SPRING": r"spring \(sg\)",
    "Meta AI": r"meta platforms",
}
_SIGNER_NAMES = tuple(
    (name, re.compile(rf"(?<![a-z])(?:{words})(?![a-z])", re.IGNORECASE)) for name, words in _SIGNERS.items()
)


def _read(sources: Sources) -> Looked:
    looked = Looked()
    image = sources.image
    if not image.c2pa_bytes:
        return looked
    try:
        store, validity = read_store(image, sources.trust)
        manifests = store.get("manifests")
        active = store.get("active_manifest")
        if not isinstance(manifests, dict) or not isinstance(manifests.get(active), dict):
            raise RecordError(ContainerFault.NO_ACTIVE_MANIFEST)
    except RecordError as error:
        looked.unreadable(_KIND, say(Place.C2PA_CONTAINER), error.fault)
        return looked
    walked = list(walk(manifests, str(active), vouched_for(store)))
    _judge(looked, walked, validity)
    for mark in marks_in(walked):
        looked.add(_KIND, Grade.HINT, None, mark)
    return looked


def _judge(looked: Looked, walked: list[Walked], validity: Validity) -> None:
    manifest = walked[0].manifest
    name = signer_of(manifest)
    signer = name or say(Clause.UNNAMED_SIGNER)
    claims = claims_in(walked)
    fields = {
        "signer": name,
        "claim generator": claim_generator_of(manifest),
        "signature": render(validity.clause),
        "failures": ", ".join(validity.codes[:8]),
        "claims": ", ".join(dict.fromkeys(claim.code for claim in claims)),
        "AI model": _disclosed_model(walked),
    }
    looked.note(f"Signed by {render(signer)}; {render(validity.clause)}.")
    trusted = validity.state == "trusted"
    generated, part = _generation(claims)
    if generated is not None:
        looked.add(
            _KIND,
            Grade.PROOF if trusted and generated.is_vouched else Grade.DECLARED,
            Label.AI,
            _declares(generated, signer, validity),
            generator=_generator(generated, manifest, name),
            fields=fields,
        )
    elif part is not None:
        source = say(Clause.C2PA_MANIFEST, signer=signer, validity=validity.clause)
        looked.add(
            _KIND,
            Grade.PROOF if trusted and part.is_vouched else Grade.DECLARED,
            None,
            say(EvidenceDetail.PARTLY_GENERATED, source=source, source_type=part.code),
            generator=_generator(part, manifest, name),
            fields=fields,
        )
    elif human := _first(claims, CAPTURED) or _first(claims, HUMAN):
        # A camera that signs what it saw vouches for it; an editor only repeats what its user did there.
        captured = human.code in CAPTURED and not human.is_ingredient and human.is_vouched
        looked.add(
            _KIND,
            (Grade.PROOF if captured else Grade.DECLARED) if trusted else Grade.HINT,
            Label.HUMAN,
            say(
                EvidenceDetail.C2PA_DECLARES, signer=signer, source_type=human.code, validity=validity.clause
            ),
            fields=fields,
        )
    else:
        names_model = bool(fields["AI model"])
        code = EvidenceDetail.C2PA_NAMES_MODEL if names_model else EvidenceDetail.C2PA_SILENT
        looked.add(_KIND, Grade.HINT, None, say(code, signer=signer, validity=validity.clause), fields=fields)


def _generation(claims: list[C2paClaim]) -> tuple[C2paClaim | None, C2paClaim | None]:
    """The claim that the picture was generated, or else the one that a part of it was."""
    whole = [claim for claim in claims if not claim.is_part]
    generated = _first(whole, GENERATED)
    if generated is not None and _first(whole, HUMAN) is None:
        return generated, None
    parts = [claim for claim in claims if claim.is_part]
    return None, _first(whole, PARTLY) or generated or _first(parts, GENERATED | PARTLY)


def _first(claims: list[C2paClaim], codes: frozenset[str]) -> C2paClaim | None:
    found = [claim for claim in claims if claim.code in codes]
    return next((claim for claim in found if claim.is_vouched), next(iter(found), None))


def _declares(claim: C2paClaim, signer: Saying | str, validity: Validity) -> Saying:
    code = EvidenceDetail.C2PA_DECLARES_INGREDIENT if claim.is_ingredient else EvidenceDetail.C2PA_DECLARES
    return say(code, signer=signer, source_type=claim.code, validity=validity.clause)


def _disclosed_model(walked: list[Walked]) -> str:
    """The model that a disclosure (C2PA 2.4) or IPTC's field names: neither says what it did here."""
    for one in walked:
        for label, data in assertions_of(one.manifest):
            keys = _MODEL_KEYS if label.startswith((_DISCLOSURE, *METADATA)) else ()
            named = next((data[key] for key in keys if isinstance(data.get(key), str)), "")
            if named.strip():
                return str(named)[:120]
    return ""


def _generator(claim: C2paClaim, manifest: Manifest, signer: str) -> str:
    for text in (claim.agent, claim_generator_of(manifest), signer):
        name = generator_in(text)
        if name:
            return name
    by_signer = next((name for name, words in _SIGNER_NAMES if words.search(signer)), None)
    return by_signer or claim.agent or claim_generator_of(manifest) or signer


READER = Reader("c2pa", "C2PA manifests, verified offline", _KIND, _read, only_records=False)
