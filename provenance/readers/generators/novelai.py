"""NovelAI: its records in PNG text, WebP EXIF and the alpha channel, and its signature over pixels.

Formats from NovelAI's own scripts (NovelAI/novelai-image-metadata: `nai_meta.py`, `nai_sig.py`).
The signature (Ed25519, RFC 8032) covers the red, green and blue bytes row by row, followed by the
comment's JSON without `signed_hash`. It covers neither alpha nor the picture's width.
"""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from core.sayings.codes import EvidenceDetail
from core.sayings.fault_codes import SignatureFault
from core.sayings.saying import Saying, say
from core.vocabulary import EvidenceKind, Grade, Label
from provenance.containers.pixels import rgb_bytes
from provenance.containers.stealth import HIDDEN
from provenance.readers.reading import Looked, Reader, Sources, picked
from provenance.shared.errors import RecordError
from provenance.shared.known_names import generator_in
from provenance.shared.records import Record, keyed
from provenance.shared.said_names import generator_said_in

GENERATOR = "NovelAI"
_TITLE = "AI generated image"
_OWN = frozenset(
    {
        "signed_hash",
        "v4_prompt",
        "v4_negative_prompt",
        "uncond_scale",
        "noise_schedule",
        "request_type",
        "sm_dyn",
    }
)
# The tools of its Director, by their names in its interface (image.novelai.net, `AugmentImageRequest`,
# `req_type`): each changes a picture that is there, and the picture may be anybody's.
_TOOLS = frozenset({"bg-removal", "colorize", "declutter", "emotion", "lineart", "sketch"})
# Requests that begin with a picture, which may be anybody's. Infilling repaints a part of it; of one that is
# made anew with a low strength, most is left. The names are those that its web interface sends and records.
_INFILLING, _FROM_PICTURE = "InfillingRequest", "Img2ImgRequest"
_LEAST_STRENGTH = 0.5
_KNOWN = _OWN | {"prompt", "uc", "steps", "seed", "sampler", "scale", "strength", "noise", "n_samples", "sm"}
_SHOWN = ("prompt", "uc", "steps", "seed", "sampler", "scale", "width", "height", "request_type")
_MOST_COMMENTS = (
    4  # a file has one in its text and one in its alpha; each new one costs a pass over all pixels
)
_OPAQUE = 254  # the hidden text lowers alpha from 255 by one at most


@dataclass(frozen=True, slots=True)
class _Comment:
    record: Record
    values: Mapping[str, Any]

    @property
    def is_hidden(self) -> bool:
        return self.record.place in HIDDEN

    @property
    def kind(self) -> EvidenceKind:
        return EvidenceKind.NOVELAI_STEALTH if self.is_hidden else EvidenceKind.NOVELAI_METADATA

    @property
    def tool(self) -> str | None:
        """The Director's tool that edited the picture; None for a generation."""
        return _tool(self.values)

    @property
    def partly(self) -> str | None:
        """The request that left a part of another picture as it was; None for any other."""
        asked = self.values.get("request_type")
        if not isinstance(asked, str):
            return None
        strength = self.values.get("strength")
        is_weak = not isinstance(strength, int | float) or strength < _LEAST_STRENGTH
        if _INFILLING in asked or (_FROM_PICTURE in asked and is_weak):
            return asked[:60]
        return None


def _tool(values: Mapping[str, Any]) -> str | None:
    tool = values.get("req_type")
    return tool if isinstance(tool, str) and tool in _TOOLS else None


def _read(sources: Sources) -> Looked:
    looked = Looked()
    named = _names_itself(sources)
    comments = list(_comments(sources, named=named))[:_MOST_COMMENTS]
    checked: dict[str, Saying | None] = {}  # the same comment stands in the text and in the pixels
    for comment in comments:
        _add_record(looked, comment, _envelope(sources, comment))
        if "signed_hash" in comment.values:
            written = json.dumps(comment.values)
            if written not in checked:
                checked[written] = _flaw(sources, comment.values)
            _add_signature(looked, comment, checked[written])
    if named and not comments:
        for broken in keyed(sources.records, "comment", "usercomment"):
            if broken.fault is not None:
                kind = EvidenceKind.NOVELAI_METADATA
                looked.unreadable(kind, broken.where, broken.fault, generator=GENERATOR)
                break
        looked.add(
            EvidenceKind.NOVELAI_METADATA,
            Grade.HINT,
            Label.AI,
            say(EvidenceDetail.NOVELAI_NAMED, where=named),
            generator=GENERATOR,
        )
    _note_broken(looked, sources)
    return looked


def _names_itself(sources: Sources) -> Saying | None:
    """Where NovelAI is named, if it is."""
    for record in sources.records:
        key, text = record.key.lower(), record.text[:200].strip()
        if key == "software" and text.startswith("NovelAI") and generator_in(text) == GENERATOR:
            return record.where
        if key == "source" and generator_said_in(text) == GENERATOR:
            return record.where
        if str((record.values or {}).get("Software", ""))[:80].startswith("NovelAI"):
            return record.where
        if key in {"title", "documentname"} and text == _TITLE:
            return record.where
    return None


def _comments(sources: Sources, *, named: Saying | None) -> Iterator[_Comment]:
    """Find the comments: objects with NovelAI's settings, innermost where they are wrapped."""
    for record in keyed(sources.records, "comment", "usercomment", "stealth"):
        values = record.values
        if values is None or isinstance(values.get("Comment"), str | dict):
            continue  # the inner one is a record of its own
        known = len(_KNOWN & values.keys())
        own = len(_OWN & values.keys())
        edited = named is not None and _tool(values) is not None
        if "signed_hash" in values or edited or (known >= 3 and (named or own >= 2)):
            yield _Comment(record, values)


def _envelope(sources: Sources, comment: _Comment) -> Mapping[str, Any]:
    """What surrounds a comment: the outer object, or the file's other fields."""
    for record in sources.records:
        if (
            comment.record.depth
            and record.place == comment.record.place
            and "Comment" in (record.values or {})
        ):
            return record.values or {}
    return {record.key: record.text for record in sources.records if record.place == comment.record.place}


def _add_record(looked: Looked, comment: _Comment, envelope: Mapping[str, Any]) -> None:
    where = comment.record.where
    fields = {**picked(comment.values, _SHOWN), **picked(envelope, ("Source", "Generation time"))}
    if comment.tool is not None:
        detail = say(EvidenceDetail.NOVELAI_EDIT, tool=comment.tool, where=where)
        looked.add(comment.kind, Grade.HINT, None, detail, generator=GENERATOR, fields=fields)
        return
    if comment.partly is not None:
        detail = say(EvidenceDetail.PARTLY_GENERATED, source=where, source_type=comment.partly)
        looked.add(comment.kind, Grade.DECLARED, None, detail, generator=GENERATOR, fields=fields)
        return
    looked.add(
        comment.kind,
        Grade.DECLARED,
        Label.AI,
        say(EvidenceDetail.NOVELAI_RECORD, where=where),
        generator=GENERATOR,
        fields=fields,
    )


def _add_signature(looked: Looked, comment: _Comment, flaw: Saying | None) -> None:
    where = comment.record.where
    if flaw is None and comment.tool is not None:
        looked.add(
            EvidenceKind.NOVELAI_SIGNATURE,
            Grade.HINT,
            None,
            say(EvidenceDetail.NOVELAI_EDIT_SIGNED, tool=comment.tool, where=where),
            generator=GENERATOR,
        )
    elif flaw is None and comment.partly is not None:
        detail = say(EvidenceDetail.PARTLY_GENERATED, source=where, source_type=comment.partly)
        looked.add(EvidenceKind.NOVELAI_SIGNATURE, Grade.PROOF, None, detail, generator=GENERATOR)
    elif flaw is None:
        looked.add(
            EvidenceKind.NOVELAI_SIGNATURE,
            Grade.PROOF,
            Label.AI,
            say(EvidenceDetail.NOVELAI_SIGNATURE_VALID, where=where),
            generator=GENERATOR,
        )
    else:
        looked.add(
            EvidenceKind.NOVELAI_SIGNATURE,
            Grade.HINT,
            None,
            say(EvidenceDetail.NOVELAI_SIGNATURE_NOT_VERIFIED, where=where, why=flaw),
            generator=GENERATOR,
        )


def _flaw(sources: Sources, comment: Mapping[str, Any]) -> Saying | None:
    try:
        return _check(sources, comment)
    except RecordError as error:
        return say(SignatureFault.COULD_NOT_BE_CHECKED, why=error.fault)


def _check(sources: Sources, comment: Mapping[str, Any]) -> Saying | None:
    """Check a signature: None where it is valid for all that is shown, else a clause that says why not."""
    image = sources.image
    if image.format not in {"png", "webp"} or not image.lossless:
        return say(SignatureFault.FORMAT_LOSES_PIXELS)
    signature = _signature(comment)
    values = {key: value for key, value in comment.items() if key != "signed_hash"}
    pixels = sources.pixels.whole()
    message = rgb_bytes(pixels) + json.dumps(values).encode()
    try:
        Ed25519PublicKey.from_public_bytes(sources.verify_key).verify(signature, message)
    except InvalidSignature:
        return say(SignatureFault.PIXELS_OR_COMMENT_CHANGED)
    # What the signature does not cover could show another picture than the signed one.
    if pixels.shape[2] == 4 and int(pixels[:, :, 3].min()) < _OPAQUE:
        return say(SignatureFault.PARTLY_TRANSPARENT)
    colour_key = image.format == "png" and image.has_alpha and pixels.shape[2] == 3
    if image.animated or image.recoloured or colour_key:
        return say(SignatureFault.SHOWN_DIFFERENTLY)
    return None


def _signature(comment: Mapping[str, Any]) -> bytes:
    text = comment["signed_hash"]
    if not isinstance(text, str) or len(text) > 200:
        raise RecordError(SignatureFault.NOT_SHORT_TEXT)
    try:
        signature = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise RecordError(SignatureFault.NOT_BASE64) from None
    if len(signature) != 64:
        raise RecordError(SignatureFault.NOT_64_BYTES)
    return signature


def _note_broken(looked: Looked, sources: Sources) -> None:
    for record in keyed(sources.records, "stealth"):
        if record.fault:
            looked.unreadable(EvidenceKind.NOVELAI_STEALTH, record.where, record.fault)


READER = Reader(
    "novelai",
    "NovelAI records in PNG text, EXIF and hidden text, and its signature over the pixels",
    EvidenceKind.NOVELAI_METADATA,
    _read,
)
