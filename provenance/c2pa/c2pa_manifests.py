"""A C2PA manifest store (C2PA 2.2) taken apart: what it says of the picture's origin, and of its parts.

The picture itself is described by the active manifest, its parent's, that one's parent's and so on: its
line. Everything else in the store is an ingredient that was put into it. What an action of editing says
of generation is about a part, too, where there was a picture before.
"""

from collections import deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from provenance.shared.source_types import GENERATED, code_of

_OLD_GENERATIVE = "com.adobe.generative-ai"  # Firefly's assertion before digital source types
METADATA = ("stds.iptc", "c2pa.metadata", "cawg.metadata", "stds.schema-org.CreativeWork")
_SIGNERS_OWN = "c2pa.metadata"  # no fields that people type, since C2PA 2; all other metadata is passed on
_CREATED, _OPENED = "c2pa.created", "c2pa.opened"
# Actions that leave the rest of a picture as it was (C2PA 2.2, 18.15.2, with earlier spellings).
_ON_A_PART = frozenset(
    f"c2pa.{name}"
    for name in (
        *("adjustedColor", "addedText", "color_adjustments", "deleted", "drawing", "edited", "enhanced"),
        *("filtered", "placed", "removed"),
    )
)

# What leaves a picture as it was, but for its size and how it is stored (18.15.2).
_UNCHANGING = frozenset(
    f"c2pa.{name}"
    for name in (
        *("converted", "cropped", "edited.metadata", "opened", "orientation", "published", "repackaged"),
        *("resized", "resized.proportional", "transcoded", "watermarked"),
        *("watermarked.bound", "watermarked.unbound"),
    )
)

Manifest = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class C2paClaim:
    """One statement on the origin: a source type's code, the program, and what it is about.

    `is_ingredient` where another manifest than the picture's own says it, `is_part` where it is about a
    part of the picture. `is_vouched`: the picture's signer stands for it.
    """

    code: str
    agent: str
    is_ingredient: bool
    is_part: bool = False
    is_vouched: bool = True


@dataclass(frozen=True, slots=True)
class Walked:
    """A manifest on the way from the active one, the nearest first.

    `is_vouched`: the active one's signer, if trusted, stands for what it says of the picture.
    """

    manifest: Manifest
    is_ingredient: bool
    is_part: bool
    is_vouched: bool = True


def walk(
    manifests: Mapping[str, Any], active: str, vouched: Collection[str] = frozenset()
) -> Iterator[Walked]:
    """Walk from the active manifest through those of its ingredients, the nearest first.

    What was only an input to a process is not in the picture, and passed over. `vouched` names the manifests
    of ingredients whose signers are trusted. Such a one counts as far as nothing on the way to it is a
    stranger's, or changed the picture: otherwise anybody could write an origin into a picture and have a
    trusted editor sign that it was opened, or paint over a picture that was generated.
    """
    queue, seen = deque([(active, False, True)]), set[str]()
    while queue:
        name, is_part, is_vouched = queue.popleft()
        manifest = manifests.get(name)
        if name in seen or not isinstance(manifest, dict):
            continue
        seen.add(name)
        yield Walked(manifest, name != active, is_part, is_vouched)
        stays = is_vouched and leaves_as_it_was(manifest)
        for ingredient, is_parent in _ingredients(manifest):
            inner = ingredient.get("active_manifest")
            if isinstance(inner, str):
                queue.append((inner, is_part or not is_parent, stays and inner in vouched))


def claims_in(walked: list[Walked]) -> list[C2paClaim]:
    """What the manifests of a store say of origins, in the order of the walk."""
    return [claim for one in walked for claim in _claims(one)]


def actions_of(manifest: Manifest) -> Iterator[dict[str, Any]]:
    """Each action in a manifest."""
    for label, data in assertions_of(manifest):
        if label.startswith("c2pa.actions"):
            yield from _list(data, "actions")


def assertions_of(manifest: Manifest) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each assertion of a manifest that holds an object: its label and that."""
    for assertion in _list(manifest, "assertions"):
        if isinstance(assertion.get("data"), dict):
            yield str(assertion.get("label", "")), assertion["data"]


def leaves_as_it_was(manifest: Manifest) -> bool:
    """True if no action of a manifest changes what the picture shows."""
    return all(action.get("action") in _UNCHANGING for action in actions_of(manifest))


def signer_of(manifest: Manifest) -> str:
    """Who signed a manifest, by the certificate; empty where it does not say."""
    info = manifest.get("signature_info")
    issuer = info.get("issuer") if isinstance(info, dict) else None
    name = info.get("common_name") if isinstance(info, dict) else None
    known = [part for part in (issuer, name) if isinstance(part, str) and part]
    return known[0][:80] if known else ""


def claim_generator_of(manifest: Manifest) -> str:
    """The program that wrote a manifest, as it names itself."""
    infos = _list(manifest, "claim_generator_info")
    name = infos[0].get("name") if infos else manifest.get("claim_generator")
    return name[:120] if isinstance(name, str) else ""


def _ingredients(manifest: Manifest) -> Iterator[tuple[dict[str, Any], bool]]:
    """Each ingredient that is in the picture, and whether the picture was made from it as a whole.

    That is its parent's. It is a single component's as well, where nothing says that a picture was begun:
    so does ChatGPT wrap what it generated.
    """
    inside = [item for item in _list(manifest, "ingredients") if item.get("relationship") != "inputTo"]
    is_begun = any(action.get("action") == _CREATED for action in actions_of(manifest))
    for item in inside:
        is_parent = item.get("relationship") == "parentOf"
        yield item, is_parent or (len(inside) == 1 and not is_begun)


def _claims(one: Walked) -> Iterator[C2paClaim]:
    manifest = one.manifest
    has_origin = any(
        action.get("action") == _OPENED
        or (action.get("action") == _CREATED and _source_of(action) not in GENERATED)
        for action in actions_of(manifest)
    )
    for action in actions_of(manifest):
        code = _source_of(action)
        if code:
            on_part = has_origin and action.get("action") in _ON_A_PART
            agent = _agent(action.get("softwareAgent"))
            yield C2paClaim(code, agent, one.is_ingredient, one.is_part or on_part, one.is_vouched)
    own = {item.get("label") for item in _list(manifest, "assertions") if item.get("created") is True}
    for label, data in assertions_of(manifest):
        if label.startswith(_OLD_GENERATIVE):
            code, agent = "trainedAlgorithmicMedia", "Adobe Firefly"
            yield C2paClaim(code, agent, one.is_ingredient, one.is_part, one.is_vouched)
        elif label.startswith(METADATA):
            # What a signer gathered, from the file or from its user, is not its own word (C2PA 2.2, 10.3).
            is_vouched = one.is_vouched and label.startswith(_SIGNERS_OWN) and label in own
            for key, value in data.items():
                if str(key).rpartition(":")[2].lower() == "digitalsourcetype" and (code := _code(value)):
                    yield C2paClaim(code, "", one.is_ingredient, one.is_part, is_vouched)
    stays = one.is_vouched and leaves_as_it_was(manifest)
    for ingredient, is_parent in _ingredients(manifest):
        if code := _code(ingredient.get("digitalSourceType")):
            # It may be copied from the ingredient's own manifest, whatever was wrong with that.
            is_vouched = stays and "active_manifest" not in ingredient
            is_part = one.is_part or not is_parent
            yield C2paClaim(code, "", is_ingredient=True, is_part=is_part, is_vouched=is_vouched)


def _list(values: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """All objects in a list: a cut one would hide an edit at its end. The store's size is limited."""
    items = values.get(key)
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _source_of(action: Mapping[str, Any]) -> str | None:
    parameters = action.get("parameters")
    inner = parameters.get("digitalSourceType") if isinstance(parameters, dict) else None
    return _code(action.get("digitalSourceType")) or _code(inner)


def _code(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    # C2PA has codes of its own beside IPTC's, and early writers left the vocabulary's address out.
    return code_of(value) or (value if value in GENERATED else None)


def _agent(value: object) -> str:
    if isinstance(value, dict):
        value = value.get("name")
    return value if isinstance(value, str) else ""
