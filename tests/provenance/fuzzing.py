"""Mutate real containers and watch the readers: no exception, no unsafe text, no lost time.

The suite runs a short form. The long one: `python -m tests.provenance.fuzzing 100000`.
"""

import json
import logging
import random
import resource
import struct
import sys
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from core.sayings.saying import render
from core.vocabulary import Evidence
from provenance.read import explain, read_provenance
from provenance.shared.limits import C2PA_SECONDS, MAX_DETAIL, MAX_EVIDENCE, MAX_NAME, MAX_VALUE, MAX_VALUES
from tests.provenance.making import (
    COMMENT,
    INFOTEXT,
    PROMPT,
    SIGNED_LABEL,
    VERIFY_KEY,
    WORKFLOW,
    envelope,
    hide,
    signed,
)
from tests.provenance.signing import created, make_signer, sign
from tests.provenance.writing import (
    avif,
    drawing,
    exif,
    gif,
    gif_comment,
    iim,
    jpeg,
    jpeg_segment,
    packed_chunk,
    pillow_png,
    png,
    png_chunk,
    riff_chunk,
    sef,
    text_chunk,
    user_comment,
    webp,
    xmp,
)

SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "provenance"
EDGES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)
ODD_JSON = ("null", "[]", "{}", "0", "-1", '""', "1e999", "NaN", "true", '"\\ud800"', "[" * 200, '{"a":' * 50)
SLOW = 2.0  # seconds for one small file


@dataclass(slots=True)
class Report:
    """What a run saw: how many inputs, the slowest, and whatever went wrong."""

    inputs: int = 0
    with_evidence: int = 0
    slowest: float = 0.0
    faults: list[str] = field(default_factory=list)


def seeds() -> list[bytes]:
    """A container of every kind with a record of every kind, and the real samples where they are."""
    pixels = drawing(24, 160, channels=4)
    swarm = json.dumps({"sui_image_params": {"prompt": "x", "seed": 1}})
    fooocus = json.dumps({"base_model": "x", "metadata_scheme": "fooocus", "performance": "y", "prompt": "z"})
    uri = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    packet = xmp(
        f"<Iptc4xmpExt:DigitalSourceType>{uri}</Iptc4xmpExt:DigitalSourceType>", 'xmp:CreatorTool="Krita"'
    )
    ai_packet = xmp("<Iptc4xmpExt:AIPromptInformation>a castle</Iptc4xmpExt:AIPromptInformation>")
    elsewhere = xmp(
        attributes='xmlns:dcterms="http://purl.org/dc/terms/" dcterms:provenance="https://x.example/1.c2pa"'
    )
    packet_chunk = png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + packet)
    tall = drawing(40, 200, channels=4)
    texts = {
        **envelope(signed(pixels)),
        "parameters": INFOTEXT,
        "prompt": json.dumps(PROMPT),
        "workflow": json.dumps(WORKFLOW),
        "invokeai_metadata": '{"positive_prompt": "x", "seed": 1}',
        "sd-metadata": '{"image": {"prompt": [{"prompt": "x"}]}}',
        "Dream": '"x" -s50 -S1 -W512',
        "generation_data": '{"prompt": "x"}',
        "AIGC": '{"Label": "1"}',
        "modl_metadata": '{"generated_with": "modl.run", "prompt": "x"}',
        "hf-job-id": "ec8380a6-2091-423a-b835-209420f99ee1",
    }
    comments = [
        INFOTEXT,
        swarm,
        fooocus,
        json.dumps(COMMENT),
        json.dumps({"prompt": PROMPT, "workflow": WORKFLOW}),
    ]
    records = [exif({0x0131: b"GIMP 2", 0x010F: b"a", 0x0110: b"b"}, user_comment(text)) for text in comments]
    samsung = sef({"PEg_Info": '{"genAIType": 1}', "PhotoEditor_Re_Edit_Data": '{"genAIType": 2}'})
    bytedance = json.dumps({"data": '{"product": "dreamina", "exportType": "generation", "aigc_info": {}}'})
    signer = make_signer("Fuzz")
    small = pillow_png(drawing(16, 16))
    found = [
        png(pixels, [text_chunk(*pair) for pair in texts.items()]),
        png(before=[packed_chunk("parameters", INFOTEXT), png_chunk(b"eXIf", records[0][6:])]),
        png(before=[packet_chunk], after=[text_chunk("parameters", swarm)]),
        *(png(hide(tall, INFOTEXT, channels=name, packed=True)) for name in ("alpha", "rgb")),
        *(png(hide(tall, INFOTEXT, channels=name, packed=False)) for name in ("alpha", "rgb")),
        png(hide(drawing(40, 200, 4), json.dumps(envelope(COMMENT)))),
        *(jpeg([jpeg_segment(0xE1, record), jpeg_segment(0xFE, b"hello")]) for record in records),
        jpeg([jpeg_segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet)]),
        *(webp([riff_chunk(b"EXIF", record), riff_chunk(b"XMP ", packet)]) for record in records[:2]),
        webp(pixels=hide(drawing(24, 200, 4), INFOTEXT, packed=False)),
        avif([(b"Exif", b"", b"\0\0\0\0" + records[0][6:]), (b"mime", b"application/rdf+xml", packet)]),
        gif([gif_comment(INFOTEXT.encode())]),
        jpeg([jpeg_segment(0xE1, exif({}, user_comment(bytedance)))], tail=samsung),
        iim(Caption="Signature: " + "QUJD" * 20, Byline="ec8380a6-2091-423a-b835-209420f99ee1"),
        png(before=[text_chunk("AIGC", json.dumps(SIGNED_LABEL))]),
        jpeg([jpeg_segment(0xE1, exif({}, user_comment(json.dumps({"AIGC": SIGNED_LABEL}))))]),
        jpeg([jpeg_segment(0xE9, b"AIGC" + json.dumps(SIGNED_LABEL).encode())]),
        jpeg([jpeg_segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + ai_packet)]),
        png(after=[png_chunk(b"comf", b"prompt\0" + json.dumps(PROMPT).encode())]),
        jpeg([jpeg_segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x0b\x1c\x02\x6e\0\x06openai\0")]),
        sign(small, "image/png", signer, [created("trainedAlgorithmicMedia")]),
        sign(small, "image/png", signer, [created("digitalCapture")]),
        sign(
            small,
            "image/png",
            signer,
            [created("digitalCreation"), {"action": "c2pa.watermarked"}],
            component=sign(small, "image/png", signer, [created("trainedAlgorithmicMedia")]),
            assertions={"c2pa.soft-binding": {"alg": "com.adobe.trustmark.P", "blocks": []}},
        ),
        jpeg([jpeg_segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + elsewhere)]),
        sign(jpeg(), "image/jpeg", signer, [created("trainedAlgorithmicMedia")]),
    ]
    return found + [
        path.read_bytes() for path in sorted(SAMPLES.glob("*.*g")) if path.stat().st_size < 200_000
    ]


def mutants(originals: list[bytes], random_: random.Random) -> Iterator[bytes]:
    """An endless stream of mutants."""
    while True:
        data = bytearray(random_.choice(originals))
        for _ in range(random_.choice((1, 1, 2, 3, 8))):
            _mutate(data, originals, random_)
        if random_.random() < 0.8 and data.startswith(b"\x89PNG"):
            mend_checksums(data)  # else the checksum hides the mutation
        yield bytes(data)


def _mutate(data: bytearray, originals: list[bytes], random_: random.Random) -> None:
    if not data:
        return
    at = random_.randrange(len(data))
    way = random_.randrange(9)
    if way == 0:
        data[at] ^= 1 << random_.randrange(8)
    elif way == 1:
        data[at] = random_.randrange(256)
    elif way == 2:
        form = random_.choice((">I", "<I", ">H", "<H"))
        value = random_.choice(EDGES) & (0xFFFFFFFF if "I" in form else 0xFFFF)
        data[at : at + struct.calcsize(form)] = struct.pack(form, value)
    elif way == 3:
        del data[at:]
    elif way == 4:
        del data[at : at + random_.randrange(1, 64)]
    elif way == 5:
        piece = data[at : at + random_.randrange(1, 256)]
        data[at:at] = piece * random_.choice((1, 2, 50))
    elif way == 6:
        other = random_.choice(originals)
        start = random_.randrange(len(other))
        data[at:at] = other[start : start + random_.randrange(1, 2000)]
    elif way == 7:
        data[at:at] = random_.randbytes(random_.randrange(1, 64))
    else:
        _mutate_json(data, at, random_)


def _mutate_json(data: bytearray, at: int, random_: random.Random) -> None:
    """Put an odd value where a value of a JSON text stands, so that it stays nearly JSON."""
    start = data.find(b": ", at)
    end = data.find(b",", start)
    if 0 < start < end:
        data[start + 2 : end] = random_.choice(ODD_JSON).encode()


def mend_checksums(data: bytearray) -> None:
    """Write right checksums, as far as chunks can be walked; lengths stay as they are."""
    at = 8
    while at + 12 <= len(data):
        end = at + 8 + struct.unpack_from(">I", data, at)[0]
        if end + 4 > len(data):
            return
        struct.pack_into(">I", data, end, zlib.crc32(data[at + 4 : end]))
        at = end + 4


class _Ear(logging.Handler):
    """Hears what the guard around the readers would have hidden."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(logging.Formatter().format(record))


def run(count: int, seed: int) -> Report:
    """Read so many mutants; every fault is kept with the number that makes it again."""
    random_ = random.Random(seed)
    report = Report()
    originals = seeds()
    ear = _Ear()
    log = logging.getLogger("provenance.read")
    log.addHandler(ear)
    log.propagate = False
    try:
        for number, data in zip(range(count), mutants(originals, random_), strict=False):
            started, busy = time.perf_counter(), time.thread_time()
            found = read_provenance(data, max_pixels=2_000_000, verify_key=VERIFY_KEY)
            if number % 20 == 0:
                explain(data, max_pixels=2_000_000)
            took, busy = time.perf_counter() - started, time.thread_time() - busy
            report.inputs += 1
            report.with_evidence += bool(found)
            report.slowest = max(report.slowest, busy)
            # The clock alone would blame a reader for other programs' turns; the C2PA library has limits.
            if busy > SLOW or took > 2 * C2PA_SECONDS:
                report.faults.append(f"#{number} took {took:.1f} s, and {busy:.1f} s of the processor")
            report.faults += [f"#{number} {text}" for text in (*ear.heard, *_unsafe(found))]
            ear.heard.clear()
    finally:
        log.removeHandler(ear)
        log.propagate = True
    return report


def _unsafe(found: tuple[Evidence, ...]) -> Iterator[str]:
    if len(found) > MAX_EVIDENCE:
        yield "too much evidence"
    for item in found:
        names = [item.generator or "", *item.fields]
        if len(render(item.detail)) > MAX_DETAIL or any(len(name) > MAX_NAME for name in names):
            yield f"a long text in {item}"
        if len(item.fields) > MAX_VALUES or any(len(value) > MAX_VALUE for value in item.fields.values()):
            yield f"long values in {item}"
        for text in (render(item.detail), *names, *item.fields.values()):
            if any(char in "<>\x1b\u202e\0" or "\ud800" <= char <= "\udfff" for char in text):
                yield f"an unsafe character in {item}"


def main() -> None:
    """Run for as many inputs as the command line says; exit 1 at any fault."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    started = time.perf_counter()
    report = run(count, seed)
    took = time.perf_counter() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write(
        f"{report.inputs:,} inputs in {took:.0f} s, {report.with_evidence:,} with evidence,"
        f" slowest {1000 * report.slowest:.0f} ms, peak memory {memory} MB, {len(report.faults)} faults\n"
    )
    for fault in report.faults[:20]:
        sys.stdout.write(fault + "\n")
    sys.exit(bool(report.faults))


if __name__ == "__main__":
    main()
