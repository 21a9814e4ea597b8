"""A signature is a proof only where it covers all that the file shows."""

import io
import struct
from typing import Any

import pytest
from PIL import Image

from core.sayings.saying import render
from core.vocabulary import Evidence, EvidenceKind, Grade, Label
from provenance.c2pa.c2pa_binding import covers_all
from provenance.read import read_provenance
from provenance.shared.trust import TrustList
from tests.provenance.signing import Signer, created, make_signer, sign
from tests.provenance.writing import Pixels, drawing, gif, jpeg, jpeg_segment, pillow_png, webp

GENERATED = [created("trainedAlgorithmicMedia", "GPT-4o")]
CAPTURED = [created("digitalCapture", "A camera")]
CUT = 400
HELD = [(20, 120), (120, 220)]


@pytest.fixture(scope="module")
def signer() -> Signer:
    return make_signer("OpenAI")


def pillow_avif(pixels: Pixels) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "AVIF")
    return out.getvalue()


def claim(data: bytes, signer: Signer) -> Evidence:
    found = read_provenance(data, trust=TrustList(anchors=signer.root))
    return next(item for item in found if item.kind is EvidenceKind.C2PA)


@pytest.mark.processes
@pytest.mark.parametrize(
    ("data", "mime"),
    [
        (pillow_png(drawing(64, 64)), "image/png"),
        (jpeg(), "image/jpeg"),
        (webp(pixels=drawing(64, 64)), "image/webp"),
        (gif(), "image/gif"),
        (pillow_avif(drawing(64, 64)), "image/avif"),
    ],
)
def test_what_leaves_out_its_own_place_alone_is_a_proof_in_every_container(
    data: bytes, mime: str, signer: Signer
) -> None:
    for agent in ("x", "xx"):  # of an even length, and of an odd one
        item = claim(sign(data, mime, signer, [created("trainedAlgorithmicMedia", agent)]), signer)
        assert (item.grade, item.label) == (Grade.PROOF, Label.AI)


@pytest.mark.processes
@pytest.mark.parametrize(
    ("actions", "left"), [(GENERATED, (Grade.DECLARED, Label.AI)), (CAPTURED, (Grade.HINT, Label.HUMAN))]
)
def test_what_was_slipped_between_two_parts_of_a_manifest_takes_the_proof_away(
    actions: list[dict[str, Any]], left: tuple[Grade, Label], signer: Signer
) -> None:
    """The library takes all between the first and the last part for the manifest, and hashes none of it."""
    data = sign(jpeg(), "image/jpeg", signer, actions)
    assert claim(data, signer).grade is Grade.PROOF
    start = data.index(b"\xff\xeb")
    (length,) = struct.unpack_from(">H", data, start + 2)
    head, store = data[start + 4 : start + 12], without_padding(data[start + 12 : start + 2 + length])
    half = len(store) // 2
    parts = [
        jpeg_segment(0xEB, head + store[:half]),
        jpeg_segment(0xEB, head[:4] + struct.pack(">I", 2) + store[:8] + store[half:]),
    ]
    slipped_in = jpeg_segment(0xE2, b"ICC_PROFILE\0".ljust(length - sum(map(len, parts)) - 2, b"x"))
    changed = data[:start] + parts[0] + slipped_in + parts[1] + data[start + 2 + length :]
    assert len(changed) == len(data)
    item = claim(changed, signer)
    assert (item.grade, item.label) == left
    assert "does not cover all" in render(item.detail)


def without_padding(store: bytes) -> bytes:
    """A manifest store with less of the padding behind its signature, which is not signed."""
    at = store.rindex(b"cpadY") + 5
    (length,) = struct.unpack_from(">H", store, at)
    new = bytearray(store)
    struct.pack_into(">H", new, at, length - CUT)

    def shorten(start: int, end: int) -> None:
        while start < end:
            size, kind = struct.unpack_from(">I4s", store, start)
            if start < at < start + size:
                struct.pack_into(">I", new, start, size - CUT)
                if kind == b"jumb":
                    shorten(start + 8, start + size)
            start += size

    shorten(0, len(store))
    del new[at + 2 : at + 2 + CUT]
    return bytes(new)


def data_hash(*left_out: tuple[int, int]) -> dict[str, Any]:
    exclusions = [{"start": start, "length": length} for start, length in left_out]
    return {"c2pa.hash.data": {"exclusions": exclusions, "hash": "aGFzaA=="}}


def box_hash(*paths: str, version: str = ".v3", **more: object) -> dict[str, Any]:
    return {f"c2pa.hash.bmff{version}": {"exclusions": [{"xpath": path} for path in paths], **more}}


@pytest.mark.parametrize(
    "hashes",
    [data_hash((20, 200)), data_hash((20, 100), (130, 5)), data_hash(), box_hash("/uuid", "/ftyp", "/free")],
)
def test_nobody_is_shown_what_these_leave_out(hashes: dict[str, Any]) -> None:
    assert covers_all(hashes, HELD)


@pytest.mark.parametrize(
    "hashes",
    [
        pytest.param({}, id="nothing is hashed"),
        pytest.param(data_hash((20, 201)), id="a byte behind the manifest"),
        pytest.param(data_hash((19, 201)), id="a byte before it"),
        pytest.param(data_hash((20, 200), (300, 40)), id="a second place"),
        pytest.param(box_hash("/uuid", "/meta/iloc"), id="where the pixels lie"),
        pytest.param(box_hash("/uuid", "/mdat"), id="the pixels"),
        pytest.param(box_hash("/uuid", version=""), id="where boxes lie"),
        pytest.param(box_hash("/uuid", merkle=[{"count": 1}]), id="a tree of hashes of its own"),
        pytest.param({"c2pa.hash.boxes": {"boxes": []}}, id="another kind of hash"),
        pytest.param({**data_hash((20, 200)), "c2pa.hash.data__1": {"exclusions": 7}}, id="no list"),
        pytest.param({"c2pa.hash.data": {"exclusions": [{"start": "20"}]}}, id="no place"),
        pytest.param({"c2pa.hash.data": {"exclusions": [20]}}, id="no object"),
        pytest.param({"c2pa.hash.data": None}, id="nothing"),
    ],
)
def test_something_else_may_be_shown_in_what_these_leave_out(hashes: dict[str, Any]) -> None:
    assert not covers_all(hashes, HELD)
