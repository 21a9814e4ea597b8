"""C2PA manifests (C2PA 2.2): what they claim, who signed, and whether the signature is valid.

C2paClaim and validity are reported apart: a claim under a broken or
unknown signature is worth what any unsigned record is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.sayings.codes import Clause, EvidenceDetail, Place
from core.sayings.fault_codes import ContainerFault
from core.sayings.saying import render, say
from core.vocabulary import EvidenceKind, Grade, Label
from provenance.c2pa.c2pa_store import Validity, read_store
from provenance.readers.reading import Looked, Reader, Sources
from provenance.shared.errors import RecordError
from provenance.shared.known_names import generator_in
from provenance.shared.source_types import CAPTURED, GENERATED, HUMAN, PARTLY, code_of

_KIND = EvidenceKind.C2PA
_MANIFESTS = 64  # manifests walked from the active one; each edit in a chain of tools adds one
_OLD_GENERATIVE = "com.adobe.generative-ai"  # Firefly's assertion before digital source types


# Who signs for generators under another name than the generator's.
_SIGNERS = {
    "openai": "OpenAI",
    "google": "Google",
    "microsoft": "Microsoft",
    "adobe": "Adobe",
    "amazon": "Amazon",
    "bytedance": "ByteDance",
    "tiktok": "ByteDance",
    "samsung": "Samsung",
}


@dataclass(frozen=True, slots=True)
class C2paClaim:
    """One statement on the origin: a source type's code, the program, and how far from this picture."""

    code: str
    agent: str
    is_ingredient: bool


def _read(sources: Sources) -> Looked:
    looked = Looked()
    image = sources.image
    if not image.c2pa_bytes:
        return looked
    try:
        store, validity = read_store(image.data, image.mime, image.c2pa_bytes, sources.trust)
        manifests = store.get("manifests")
        active = store.get("active_manifest")
        if not isinstance(manifests, dict) or not isinstance(manifests.get(active), dict):
            raise RecordError(ContainerFault.NO_ACTIVE_MANIFEST)
    except RecordError as error:
        looked.unreadable(_KIND, say(Place.C2PA_CONTAINER), error.fault)
        return looked
    _judge(looked, manifests, str(active), validity)
    return looked


def _judge(looked: Looked, manifests: Mapping[str, Any], active: str, validity: Validity) -> None:
    manifest = manifests[active]
    name = _signer(manifest)
    signer = name or say(Clause.UNNAMED_SIGNER)
    claims = list(_claims(manifests, active))
    fields = {
        "signer": name,
        "claim generator": _claim_generator(manifest),
        "signature": render(validity.clause),
        "failures": ", ".join(validity.codes[:8]),
        "claims": ", ".join(dict.fromkeys(claim.code for claim in claims)),
    }
    looked.note(f"Signed by {render(signer)}; {render(validity.clause)}.")
    generated = _first(claims, GENERATED) or _first(claims, PARTLY)
    if generated is not None:
        partly = generated.code in PARTLY
        declares = (
            EvidenceDetail.C2PA_DECLARES_INGREDIENT
            if generated.is_ingredient
            else EvidenceDetail.C2PA_DECLARES
        )
        looked.add(
            _KIND,
            Grade.HINT if partly else Grade.PROOF if validity.state == "trusted" else Grade.DECLARED,
            Label.AI,
            say(declares, signer=signer, source_type=generated.code, validity=validity.clause),
            generator=_generator(generated, manifest, name),
            fields=fields,
        )
        return
    human = _first(claims, CAPTURED) or _first(claims, HUMAN)
    if human is None:
        detail = say(EvidenceDetail.C2PA_SILENT, signer=signer, validity=validity.clause)
        looked.add(_KIND, Grade.HINT, None, detail, fields=fields)
        return
    # A camera that signs what it saw vouches for it; an editor only repeats what its user did there.
    captured = human.code in CAPTURED and not human.is_ingredient
    trusted = validity.state == "trusted"
    looked.add(
        _KIND,
        (Grade.PROOF if captured else Grade.DECLARED) if trusted else Grade.HINT,
        Label.HUMAN,
        say(EvidenceDetail.C2PA_DECLARES, signer=signer, source_type=human.code, validity=validity.clause),
        fields=fields,
    )


def _first(claims: list[C2paClaim], codes: frozenset[str]) -> C2paClaim | None:
    return next((claim for claim in claims if claim.code in codes), None)


def _claims(manifests: Mapping[str, Any], active: str) -> Iterator[C2paClaim]:
    """Walk from the active manifest through its ingredients' manifests, the nearest first."""
    queue, seen = [active], set[str]()
    while queue and len(seen) < _MANIFESTS:
        name = queue.pop(0)
        manifest = manifests.get(name)
        if name in seen or not isinstance(manifest, dict):
            continue
        seen.add(name)
        is_ingredient = name != active
        for assertion in _list(manifest, "assertions"):
            yield from _claims_of(assertion, is_ingredient=is_ingredient)
        for ingredient in _list(manifest, "ingredients"):
            inner = ingredient.get("active_manifest")
            if isinstance(inner, str):
                queue.append(inner)
            code = _code(ingredient.get("digitalSourceType"))
            if code:
                yield C2paClaim(code, "", is_ingredient=True)


def _claims_of(assertion: Mapping[str, Any], *, is_ingredient: bool) -> Iterator[C2paClaim]:
    label, data = str(assertion.get("label", "")), assertion.get("data")
    if not isinstance(data, dict):
        return
    if label.startswith(_OLD_GENERATIVE):
        yield C2paClaim("trainedAlgorithmicMedia", "Adobe Firefly", is_ingredient)
    elif label.startswith("c2pa.actions"):
        for action in _list(data, "actions"):
            parameters = action.get("parameters")
            inner = parameters.get("digitalSourceType") if isinstance(parameters, dict) else None
            code = _code(action.get("digitalSourceType")) or _code(inner)
            if code:
                yield C2paClaim(code, _agent(action.get("softwareAgent")), is_ingredient)
    elif label.startswith(("stds.iptc", "c2pa.metadata", "cawg.metadata", "stds.schema-org.CreativeWork")):
        for key, value in data.items():
            if str(key).rpartition(":")[2].lower() == "digitalsourcetype" and (code := _code(value)):
                yield C2paClaim(code, "", is_ingredient)


def _list(values: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    items = values.get(key)
    return [item for item in items[:256] if isinstance(item, dict)] if isinstance(items, list) else []


def _code(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    # C2PA has codes of its own beside IPTC's, and early writers left the vocabulary's address out.
    return code_of(value) or (value if value in GENERATED else None)


def _agent(value: object) -> str:
    if isinstance(value, dict):
        value = value.get("name")
    return value if isinstance(value, str) else ""


def _signer(manifest: Mapping[str, Any]) -> str:
    info = manifest.get("signature_info")
    issuer = info.get("issuer") if isinstance(info, dict) else None
    name = info.get("common_name") if isinstance(info, dict) else None
    known = [part for part in (issuer, name) if isinstance(part, str) and part]
    return known[0][:80] if known else ""


def _claim_generator(manifest: Mapping[str, Any]) -> str:
    infos = _list(manifest, "claim_generator_info")
    name = infos[0].get("name") if infos else manifest.get("claim_generator")
    return name[:120] if isinstance(name, str) else ""


def _generator(claim: C2paClaim, manifest: Mapping[str, Any], signer: str) -> str:
    for text in (claim.agent, _claim_generator(manifest), signer):
        name = generator_in(text)
        if name:
            return name
    by_signer = next((name for word, name in _SIGNERS.items() if word in signer.lower()), None)
    return by_signer or claim.agent or _claim_generator(manifest) or signer


READER = Reader("c2pa", "C2PA manifests, verified offline", _KIND, _read)
