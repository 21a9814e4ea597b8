"""How many human pictures are flagged once somebody writes a record of generation into them.

    python -m bench.classifier.framing --data DATA [--scores FILE] [--pictures 500]

Pictures by people, at most ten of each owner, get a record in each carrier that anyone can write. The file is
read as a worker reads it, and judged with the score that a head gave the picture which had not seen its owner
(the published report's `scores.tsv`).
"""

# ruff: noqa: T201  # a bench prints its figures

import argparse
import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image

from core.intervals import wilson_interval
from core.vocabulary import Classification, Finding, Grade, Label
from model.data.samples import Sample, read_samples
from model.data.scores import read_scores
from model.serving.info import REPORTS, read_model_info
from provenance.read import read_provenance
from provenance.readers.watermark import MESSAGES, Message
from tests.provenance.making import (
    COMMENT,
    INFOTEXT,
    PROMPT,
    SIGNED_LABEL,
    WORKFLOW,
    envelope,
    hide,
    signed,
)
from tests.provenance.readers.generators.test_fooocus import VALUES as FOOOCUS
from tests.provenance.readers.generators.test_invokeai import METADATA as INVOKEAI
from tests.provenance.readers.test_watermark import mark
from tests.provenance.signing import created, make_signer, sign
from tests.provenance.writing import (
    exif,
    international_chunk,
    jpeg_segment,
    packed_chunk,
    png_chunk,
    text_chunk,
    user_comment,
    xmp,
)
from worker.examining.policy import judge, pixels_evidence

PER_OWNER = 10
SIDE = 400  # px; the score is that of the whole picture, and records do not depend on the size
SOURCE_TYPE = (
    '<Iptc4xmpExt:DigitalSourceType xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">'
    "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia</Iptc4xmpExt:DigitalSourceType>"
)
BYTEDANCE = json.dumps({"data": '{"product": "dreamina", "exportType": "generation", "aigc_info": {}}'})
SWARM = json.dumps({"sui_image_params": {"prompt": "x", "seed": 1, "model": "y", "steps": 20}})
SIGNER = make_signer("Nobody in particular")
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    """Save a picture as a file of this kind."""
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def in_png(*chunks: bytes) -> Callable[[Image.Image], bytes]:
    """Put chunks behind the head of a PNG."""

    def write(picture: Image.Image) -> bytes:
        data = saved(picture, "PNG")
        return data[:33] + b"".join(chunks) + data[33:]

    return write


def in_jpeg(marker: int, body: bytes) -> Callable[[Image.Image], bytes]:
    """Put a segment at the start of a JPEG."""

    def write(picture: Image.Image) -> bytes:
        data = saved(picture, "JPEG", quality=92)
        return data[:2] + jpeg_segment(marker, body) + data[2:]

    return write


def hidden(channels: str) -> Callable[[Image.Image], bytes]:
    """Hide NovelAI's record in the lowest bits."""

    def write(picture: Image.Image) -> bytes:
        pixels = hide(np.asarray(picture.convert("RGBA")), json.dumps(envelope(COMMENT)), channels=channels)
        return saved(Image.fromarray(pixels), "PNG")

    return write


def signed_by_another(picture: Image.Image) -> bytes:
    """Sign NovelAI's record with a key that is not NovelAI's."""
    comment = signed(np.asarray(picture), key=OTHER_KEY)
    return in_png(*(text_chunk(key, value) for key, value in envelope(comment).items()))(picture)


def watermarked(message: Message) -> Callable[[Image.Image], bytes]:
    """Embed the message of a generator's watermark."""

    def write(picture: Image.Image) -> bytes:
        width, height = picture.width // 8 * 8, picture.height // 8 * 8
        pixels = np.asarray(picture.crop((0, 0, width, height)))
        return saved(Image.fromarray(mark(pixels, message.bits)), "PNG")

    return write


def claimed(picture: Image.Image) -> bytes:
    """Sign a C2PA manifest that declares generation, with a certificate that nobody trusts."""
    return sign(saved(picture, "PNG"), "image/png", SIGNER, [created("trainedAlgorithmicMedia")])


CARRIERS: Mapping[str, Callable[[Image.Image], bytes]] = {
    "PNG text, A1111": in_png(text_chunk("parameters", INFOTEXT)),
    "PNG compressed text, A1111": in_png(packed_chunk("parameters", INFOTEXT)),
    "PNG international text, A1111": in_png(international_chunk("parameters", INFOTEXT)),
    "PNG text, ComfyUI": in_png(
        text_chunk("prompt", json.dumps(PROMPT)), text_chunk("workflow", json.dumps(WORKFLOW))
    ),
    "PNG text, NovelAI": in_png(*(text_chunk(key, value) for key, value in envelope(COMMENT).items())),
    "PNG text, NovelAI, signed by another": signed_by_another,
    "PNG text, InvokeAI": in_png(text_chunk("invokeai_metadata", json.dumps(INVOKEAI))),
    "PNG text, Fooocus": in_png(
        text_chunk("parameters", json.dumps(FOOOCUS)), text_chunk("fooocus_scheme", "fooocus")
    ),
    "hidden in alpha, NovelAI": hidden("alpha"),
    "hidden in colours, NovelAI": hidden("rgb"),
    "PNG text, China's AIGC label": in_png(
        text_chunk("AIGC", json.dumps({"Label": "1", "ContentProducer": "001"}))
    ),
    "JPEG EXIF, A1111": in_jpeg(0xE1, exif({}, user_comment(INFOTEXT))),
    "JPEG EXIF software, NovelAI": in_jpeg(0xE1, exif({0x0131: b"NovelAI"})),
    "JPEG comment, A1111": in_jpeg(0xFE, INFOTEXT.encode()),
    "JPEG XMP, IPTC source type": in_jpeg(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp(SOURCE_TYPE)),
    "WebP EXIF, A1111": lambda one: saved(
        one, "WEBP", quality=90, exif=exif({}, user_comment(INFOTEXT), marked=False)
    ),
    "WebP XMP, IPTC source type": lambda one: saved(one, "WEBP", quality=90, xmp=xmp(SOURCE_TYPE)),
    "GIF comment, A1111": lambda one: saved(one, "GIF", comment=INFOTEXT.encode()),
    "C2PA, untrusted signer": claimed,
    "invisible watermark, Stable Diffusion": watermarked(MESSAGES[0]),
    "invisible watermark, FLUX": watermarked(MESSAGES[-1]),
    "PNG EXIF, A1111": in_png(png_chunk(b"eXIf", exif({}, user_comment(INFOTEXT), marked=False))),
    "PNG comf, ComfyUI": in_png(png_chunk(b"comf", b"prompt\0" + json.dumps(PROMPT).encode())),
    "PNG text, Luma": in_png(
        text_chunk("Source", "Luma AI"), text_chunk("Comment", "Generated by Luma AI's Photon model")
    ),
    "JPEG EXIF, ByteDance": in_jpeg(0xE1, exif({}, user_comment(BYTEDANCE))),
    "JPEG EXIF, SwarmUI": in_jpeg(0xE1, exif({}, user_comment(SWARM))),
    "JPEG segment, China's AIGC label, signed": in_jpeg(0xE9, b"AIGC" + json.dumps(SIGNED_LABEL).encode()),
    "AVIF EXIF, A1111": lambda one: saved(
        one, "AVIF", quality=70, speed=10, exif=exif({}, user_comment(INFOTEXT), marked=False)
    ),
}


def choose_pictures(samples: list[Sample], count: int) -> list[Sample]:
    """Choose human pictures: the first of each owner, then the second of each, at most ten of one."""
    rounds: dict[str, int] = {}
    ranked = []
    for sample in samples:
        if sample.is_ai:
            continue
        rounds[sample.owner] = rounds.get(sample.owner, 0) + 1
        if rounds[sample.owner] <= PER_OWNER:
            ranked.append((rounds[sample.owner], sample.owner, sample))
    return [one for *_, one in sorted(ranked, key=lambda row: row[:2])[:count]]


def main() -> None:
    """Frame every picture in every carrier, and print how many are flagged."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--scores", type=Path, default=REPORTS / "unseen" / "scores.tsv")
    parser.add_argument("--pictures", type=int, default=500)
    given = parser.parse_args()
    info = read_model_info()
    scores = {one.name: one.score for one in read_scores(given.scores)}
    chosen = [
        sample
        for sample in choose_pictures(read_samples(given.data), given.pictures)
        if sample.name in scores
    ]
    flagged, read = dict.fromkeys(CARRIERS, 0), dict.fromkeys(CARRIERS, 0)
    for sample in chosen:
        picture = Image.open(sample.path).convert("RGB")
        picture.thumbnail((SIDE, SIDE))
        classification = Classification(scores[sample.name], info.version)
        for carrier, write in CARRIERS.items():
            evidence = read_provenance(write(picture))
            read[carrier] += any(item.label is Label.AI and item.grade is not Grade.HINT for item in evidence)
            everything = (*evidence, pixels_evidence(classification, info.thresholds))
            judgement = judge(classification, everything, info.thresholds)
            flagged[carrier] += judgement.finding is Finding.FLAGGED
    owners = len({sample.owner for sample in chosen})
    print(f"{len(chosen)} human pictures of {owners} owners, {info.version}\n")
    print("| carrier | declares generation | flagged | share | 95% interval |\n|---|---|---|---|---|")
    for carrier in CARRIERS:
        low, high = wilson_interval(flagged[carrier], len(chosen))
        share = flagged[carrier] / max(1, len(chosen))
        print(
            f"| {carrier} | {read[carrier]} | {flagged[carrier]} | {100 * share:.1f}% "
            f"| {100 * low:.1f}% to {100 * high:.1f}% |"
        )


if __name__ == "__main__":
    main()
