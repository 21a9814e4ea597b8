"""NovelAI's records are found wherever they stand, and its signature is a proof only where it holds."""

import base64
import json

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.pictures.opening import take_apart
from core.sayings.saying import render
from core.vocabulary import Evidence, EvidenceKind, Grade, Label
from provenance.read import read_provenance
from tests.provenance.asking import says_unreadable
from tests.provenance.making import COMMENT, VERIFY_KEY, envelope, hide, signed
from tests.provenance.writing import (
    Pixels,
    drawing,
    exif,
    jpeg,
    jpeg_segment,
    pillow_png,
    png,
    png_chunk,
    riff_chunk,
    text_chunk,
    webp,
)

TALL = drawing(48, 256, channels=4)


def read(data: bytes) -> list[Evidence]:
    return list(read_provenance(data, verify_key=VERIFY_KEY))


def texts(values: dict[str, str]) -> list[bytes]:
    return [text_chunk(key, value) for key, value in values.items()]


def signature_of(data: bytes) -> Evidence:
    return next(item for item in read(data) if item.kind is EvidenceKind.NOVELAI_SIGNATURE)


def signed_png(pixels: Pixels) -> bytes:
    return png(pixels, texts(envelope(signed(pixels))))


def test_png_text_is_a_declared_record() -> None:
    found = read(png(before=texts(envelope(COMMENT))))
    assert [(item.kind, item.grade, item.label, item.generator) for item in found] == [
        (EvidenceKind.NOVELAI_METADATA, Grade.DECLARED, Label.AI, "NovelAI")
    ]
    assert found[0].fields["prompt"] == COMMENT["prompt"]
    assert found[0].fields["Source"].startswith("NovelAI Diffusion")


def directed(tool: str) -> dict[str, object]:
    return {"req_type": tool, "prompt": "happy;;", "defry": 0, "width": 48, "height": 256}


@pytest.mark.parametrize("tool", ["bg-removal", "colorize", "declutter", "emotion", "lineart", "sketch"])
def test_an_edit_by_the_director_is_no_generation(tool: str) -> None:
    """Whoever drew the picture that its tools changed, the record names nobody's work as generated."""
    found = read(png(TALL, texts(envelope(directed(tool)))))
    assert [(item.kind, item.grade, item.label) for item in found] == [
        (EvidenceKind.NOVELAI_METADATA, Grade.HINT, None)
    ]
    assert f"“{tool}” edited the picture" in render(found[0].detail)


def test_a_valid_signature_of_an_edit_proves_no_generation() -> None:
    found = read(png(TALL, texts(envelope(signed(TALL, directed("lineart"))))))
    assert {(item.grade, item.label) for item in found} == {(Grade.HINT, None)}
    assert EvidenceKind.NOVELAI_SIGNATURE in {item.kind for item in found}


def test_a_tool_that_the_director_does_not_have_is_no_edit() -> None:
    found = read(png(TALL, texts(envelope(signed(TALL, COMMENT | {"req_type": "none"})))))
    assert (Grade.PROOF, Label.AI) in {(item.grade, item.label) for item in found}
    assert read(png(TALL, [text_chunk("Comment", json.dumps(directed("sketch")))])) == []


@pytest.mark.parametrize(
    ("request_type", "strength", "is_partly"),
    [
        ("NativeInfillingRequest", 1.0, True),
        ("Img2ImgRequest", 0.01, True),
        ("VibeTransfer+Img2ImgRequest", "much", True),
        ("Img2ImgRequest", 0.7, False),
        ("PromptGenerateRequest", 0.01, False),
    ],
)
def test_a_signature_over_what_was_left_of_another_picture_proves_a_part(
    request_type: str, strength: object, *, is_partly: bool
) -> None:
    """Whoever pays NovelAI can have it sign an artist's drawing with one corner repainted."""
    asked = COMMENT | {"request_type": request_type, "strength": strength}
    found = read(png(TALL, texts(envelope(signed(TALL, asked)))))
    label = None if is_partly else Label.AI
    assert {item.label for item in found if item.grade is not Grade.HINT} == {label}
    assert [item.grade for item in found if item.kind is EvidenceKind.NOVELAI_SIGNATURE] == [Grade.PROOF]
    if is_partly:
        assert f"part of this picture was generated ({request_type})" in render(found[0].detail)


def test_a_comment_within_a_comment_is_found() -> None:
    wrapped = envelope(COMMENT) | {"Comment": json.dumps({"Comment": json.dumps(signed(TALL))})}
    assert signature_of(png(TALL, texts(wrapped))).grade is Grade.PROOF


def test_a_valid_signature_proves() -> None:
    item = signature_of(signed_png(TALL))
    assert (item.grade, item.label, item.generator) == (Grade.PROOF, Label.AI, "NovelAI")


def test_a_signature_proves_whatever_filters_the_png_has() -> None:
    pixels = drawing(64, 64)
    data = pillow_png(pixels)
    at = data.index(b"IDAT") - 4
    assert (
        signature_of(data[:at] + b"".join(texts(envelope(signed(pixels)))) + data[at:]).grade is Grade.PROOF
    )


def test_a_webp_keeps_record_and_signature_in_exif() -> None:
    comment = signed(TALL)
    record = exif(
        {0x010D: b"AI generated image\0", 0x0131: b"NovelAI Diffusion V4.5 4BDE2A90\0"},
        {0x9286: b"ASCII\0\0\0" + json.dumps(comment).encode()},
        marked=False,
    )
    found = read(
        webp([b"EXIF" + len(record).to_bytes(4, "little") + record + b"\0" * (len(record) & 1)], TALL)
    )
    assert {item.kind: item.grade for item in found} == {
        EvidenceKind.NOVELAI_SIGNATURE: Grade.PROOF,
        EvidenceKind.NOVELAI_METADATA: Grade.DECLARED,
    }


@pytest.mark.parametrize("write", [png, pillow_png, lambda pixels: webp(pixels=pixels)])
def test_a_signature_hidden_in_alpha_proves(write) -> None:  # type: ignore[no-untyped-def]  # three writers
    hidden = hide(TALL, json.dumps(envelope(signed(TALL))))
    found = read(write(hidden))
    assert [(item.kind, item.grade) for item in found] == [
        (EvidenceKind.NOVELAI_SIGNATURE, Grade.PROOF),
        (EvidenceKind.NOVELAI_STEALTH, Grade.DECLARED),
    ]


def test_one_changed_pixel_makes_it_unverifiable_and_never_human() -> None:
    changed = TALL.copy()
    changed[5, 5, 0] ^= 1
    item = signature_of(png(changed, texts(envelope(signed(TALL)))))
    assert (item.grade, item.label) == (Grade.HINT, None)
    assert "could not be verified" in render(item.detail)


def test_a_changed_prompt_makes_it_unverifiable() -> None:
    comment = signed(TALL) | {"prompt": "something else"}
    assert signature_of(png(TALL, texts(envelope(comment)))).grade is Grade.HINT


def test_the_signature_of_another_key_is_no_proof() -> None:
    other = signed(TALL, key=Ed25519PrivateKey.from_private_bytes(bytes(32)))
    assert signature_of(png(TALL, texts(envelope(other)))).grade is Grade.HINT


def test_without_a_key_of_ours_novelais_own_is_used() -> None:
    assert all(item.grade is not Grade.PROOF for item in read_provenance(signed_png(TALL)))


def test_transparency_is_not_signed_and_could_show_another_picture() -> None:
    """A black signed picture shows anything through alpha over white: that would frame an artist."""
    black = np.zeros((160, 24, 4), np.uint8)
    black[:, :, 3] = drawing(24, 160)[:, :, 0]
    item = signature_of(signed_png(black))
    assert (item.grade, item.label) == (Grade.HINT, None)
    assert "transparency" in render(item.detail)


@pytest.mark.parametrize(
    "chunk",
    [
        png_chunk(b"acTL", bytes(8)),
        png_chunk(b"iCCP", b"x\0\0" + bytes(9)),
        png_chunk(b"gAMA", (20000).to_bytes(4, "big")),
        png_chunk(b"tRNS", bytes(6)),
    ],
)
def test_what_changes_the_shown_pixels_takes_the_proof_away(chunk: bytes) -> None:
    pixels = drawing(24, 160)
    assert signature_of(png(pixels, [*texts(envelope(signed(pixels))), chunk])).grade is Grade.HINT


def test_the_first_frame_of_an_animation_proves_nothing_of_the_others() -> None:
    """Frames count as an animation whether or not the file announces one, as they do when it is shown."""
    pixels = drawing(24, 160)
    record = exif({}, {0x9286: b"ASCII\0\0\0" + json.dumps(signed(pixels)).encode()}, marked=False)
    still, other = (webp(pixels=one)[30:] for one in (pixels, drawing(24, 160, seed=2)))
    placed = bytes(6) + (23).to_bytes(3, "little") + (159).to_bytes(3, "little") + bytes([200, 0, 0, 0])
    frames = [riff_chunk(b"ANMF", placed + one) for one in (still, other)]
    data = bytearray(webp([*frames, riff_chunk(b"EXIF", record)], pixels))
    assert signature_of(bytes(webp([riff_chunk(b"EXIF", record)], pixels))).grade is Grade.PROOF
    data[20] |= 0x02  # the bit of an animation, without the chunk that says how it repeats
    stored = take_apart(bytes(data))
    assert stored is not None
    assert len(stored.frames) == 2
    assert signature_of(bytes(data)).grade is Grade.HINT


def test_a_jpeg_cannot_keep_the_signed_pixels() -> None:
    record = exif({}, {0x9286: b"ASCII\0\0\0" + json.dumps(signed(TALL)).encode()})
    assert signature_of(jpeg([jpeg_segment(0xE1, record)])).grade is Grade.HINT


@pytest.mark.parametrize(
    "value", [7, None, [], {}, "", "***", "A" * 10_000, base64.b64encode(b"short").decode()]
)
def test_a_signature_of_any_shape_is_survived(value: object) -> None:
    found = read(png(TALL, texts(envelope(COMMENT | {"signed_hash": value}))))
    assert all(item.grade is not Grade.PROOF for item in found)


@pytest.mark.parametrize("comment", ["{", "[" * 100_000, '{"prompt": ' + "9" * 5000 + "}"])
def test_a_malformed_comment_is_unreadable(comment: str) -> None:
    data = png(before=texts({"Title": "AI generated image", "Comment": comment}))
    assert all(item.grade is Grade.HINT for item in read(data))


def test_the_name_alone_is_a_hint() -> None:
    found = read(png(before=[text_chunk("Software", "NovelAI")]))
    assert {(item.grade, item.label) for item in found} == {(Grade.HINT, Label.AI)}


def test_settings_alone_are_not_novelais() -> None:
    plain = {"prompt": "x", "steps": 20, "seed": 1, "sampler": "euler", "scale": 7}
    for value in (plain, {"Comment": json.dumps(plain)}):
        found = read(png(before=[text_chunk("Comment", json.dumps(value))]))
        assert all(item.generator != "NovelAI" for item in found)
    wrapped = {"Software": "NovelAI", "Comment": json.dumps(plain)}
    found = read(png(before=[text_chunk("Comment", json.dumps(wrapped))]))
    assert [item.kind for item in found] == [EvidenceKind.NOVELAI_METADATA]


def test_a_title_of_ones_own_is_nothing() -> None:
    assert read(png(before=texts({"Title": "Not an AI generated image", "Comment": "drawn in 2015"}))) == []


def test_a_hidden_message_that_is_cut_is_unreadable() -> None:
    hidden = hide(TALL, json.dumps(envelope(COMMENT)))
    hidden[:, 2:, 3] = 255
    says_unreadable(png(hidden), EvidenceKind.NOVELAI_STEALTH)
