"""What reading a file's provenance costs, in milliseconds and in memory.

    python -m bench.provenance [--rounds N]

Draws pictures of 2 megapixels in the manner of anime (flat areas, slopes, fine noise), saves them in
the containers that people send, and reads each again and again, stealth and watermark readers
included: p50 and p95 of the time that passes, and p95 of the processor time, which other programs do
not lengthen. A picture that carries hidden text costs the inflation of all its rows, for the text
runs down its columns; one that carries none, of its first 64 to 88; one that NovelAI signed, a hash
of all its pixels. The last lines say what zlib and ISA-L take to inflate the noisy PNG, and nothing
else: the machine's measure.
"""

import argparse
import base64
import gzip
import io
import json
import resource
import statistics
import time
import zlib
from collections.abc import Callable
from functools import partial

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from isal import isal_zlib
from numpy.typing import NDArray
from PIL import Image

from core.pictures.png_chunks import chunks
from provenance.read import read_provenance

WIDTH, HEIGHT = 1448, 1448  # 2.1 megapixels, and of a size that generators draw: the dearer case
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
VERIFY_KEY = KEY.public_key().public_bytes_raw()
TAGS = "1girl, silver hair, long hair, blue eyes, school uniform, looking at viewer, cherry blossoms, "
INFOTEXT = (
    f"{4 * TAGS}\nNegative prompt: {3 * 'lowres, bad anatomy, bad hands, text, error, '}\n"
    "Steps: 28, Sampler: DPM++ 2M Karras, CFG scale: 7, Seed: 1234567890, Size: 1448x1448, "
    "Model hash: 0123abcd, Model: anime_v3, Version: v1.9.4"
)


def main() -> None:
    """Measure every case and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=100)
    rounds = parser.parse_args().rounds
    print(f"{'case':38}{'KB':>6}{'evidence':>10}{'p50 ms':>9}{'p95 ms':>9}{'p95 CPU ms':>13}")  # noqa: T201  # a table for a person
    for name, make in CASES.items():
        data = make()
        found = len(read_provenance(data, verify_key=VERIFY_KEY))
        row = measured(partial(read_provenance, data, verify_key=VERIFY_KEY), rounds)
        print(f"{name:38}{len(data) // 1024:6}{found:10}{row}")  # noqa: T201
    data = CASES[NOISY]()
    packed = b"".join(data[chunk.start : chunk.end] for chunk in chunks(data) if chunk.kind == b"IDAT")
    for name, inflate in {"zlib": zlib.decompress, "ISA-L": isal_zlib.decompress}.items():
        print(f"{name + ' inflates the noisy PNG alone':54}{measured(partial(inflate, packed), rounds)}")  # noqa: T201
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"peak resident memory, with all the drawing: {peak} MB")  # noqa: T201


def measured(work: Callable[[], object], rounds: int) -> str:
    """Run some work again and again: its p50, its p95, and p95 of its processor time, in milliseconds."""
    work()  # once before: imports and caches are not what is measured
    times, busy = [], []
    for _ in range(rounds):
        started, worked = time.perf_counter(), time.thread_time()
        work()
        times.append(1000 * (time.perf_counter() - started))
        busy.append(1000 * (time.thread_time() - worked))
    p95, busy_p95 = (statistics.quantiles(values, n=20)[18] for values in (times, busy))
    return f"{statistics.median(times):9.2f}{p95:9.2f}{busy_p95:13.2f}"


def draw(channels: int, noise: float = 2.0) -> NDArray[np.uint8]:
    """Draw areas, slopes and noise, uint8 (h, w, channels); alpha is opaque."""
    random = np.random.default_rng(1)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    colours = random.integers(20, 236, (8, 3)).astype(float)
    area = (2 * np.sin(x / 140) + 2 * np.cos(y / 110) + 4).astype(int) % 8
    rgb = (
        colours[area]
        + 30 * np.sin((x + 2 * y) / 300)[:, :, None]
        + random.normal(0, noise, (HEIGHT, WIDTH, 3))
    )
    out = np.clip(rgb, 0, 255).astype(np.uint8)
    return out if channels == 3 else np.dstack([out, np.full((HEIGHT, WIDTH), 255, np.uint8)])


def hide(pixels: NDArray[np.uint8], text: str) -> NDArray[np.uint8]:
    """Hide a gzipped text in the lowest bits of alpha, column by column."""
    body = gzip.compress(text.encode(), mtime=0)
    message = b"stealth_pngcomp" + (8 * len(body)).to_bytes(4, "big") + body
    bits = np.unpackbits(np.frombuffer(message, np.uint8))
    alpha = pixels[:, :, 3].T.copy()
    flat = alpha.reshape(-1)
    flat[: bits.size] = (flat[: bits.size] & 0xFE) | bits
    out = pixels.copy()
    out[:, :, 3] = alpha.T
    return out


def save(pixels: NDArray[np.uint8], kind: str, **options: object) -> bytes:
    """Encode a picture."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind, **options)
    return out.getvalue()


def with_graph() -> bytes:
    """Save a PNG with a ComfyUI graph of 200 nodes beside its pixels."""
    from PIL.PngImagePlugin import PngInfo  # noqa: PLC0415  # for this case only

    node = {"class_type": "KSampler", "inputs": {"seed": 1, "steps": 20, "text": "a castle " * 20}}
    info = PngInfo()
    info.add_text("prompt", json.dumps({str(number): node for number in range(200)}))
    return save(draw(3), "PNG", pnginfo=info)


def signed() -> bytes:
    """Save a PNG as NovelAI does: texts beside the pixels and hidden in them, signed with a key of ours."""
    from PIL.PngImagePlugin import PngInfo  # noqa: PLC0415

    pixels = draw(4)
    comment: dict[str, object] = {
        "prompt": 4 * TAGS,
        "steps": 28,
        "height": HEIGHT,
        "width": WIDTH,
        "scale": 5.0,
        "uncond_scale": 1.0,
        "seed": 4091185279,
        "noise_schedule": "karras",
        "sampler": "k_euler_ancestral",
        "uc": 4 * "lowres, bad anatomy, bad hands, ",
        "request_type": "PromptGenerateRequest",
    }
    message = pixels[:, :, :3].tobytes() + json.dumps(comment).encode()
    comment["signed_hash"] = base64.b64encode(KEY.sign(message)).decode()
    texts = {"Title": "AI generated image", "Software": "NovelAI", "Source": "NovelAI Diffusion V4.5"}
    texts["Comment"] = json.dumps(comment)
    info = PngInfo()
    for key, text in texts.items():
        info.add_text(key, text)
    return save(hide(pixels, json.dumps(texts)), "PNG", pnginfo=info)


def edited() -> bytes:
    """Save a JPEG with the records that painting programs leave."""
    camera = Image.Exif()
    camera[0x010F], camera[0x0110], camera[0x0131] = "FUJIFILM", "X-T5", "Adobe Photoshop 25.1"
    name = "<xmp:CreatorTool>Adobe Photoshop 25.1 (Macintosh)</xmp:CreatorTool>"
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/">{10 * name}</rdf:Description></rdf:RDF>'
        "</x:xmpmeta>"
    )
    return save(draw(3), "JPEG", quality=88, exif=camera, xmp=packet.encode())


NOISY = "PNG RGBA with hidden text"
CASES: dict[str, Callable[[], bytes]] = {
    "PNG RGBA, nothing hidden": lambda: save(draw(4), "PNG"),
    "PNG RGBA, noisy, nothing hidden": lambda: save(draw(4, 12), "PNG"),
    "PNG RGB, nothing hidden": lambda: save(draw(3), "PNG"),
    "PNG RGB with a ComfyUI graph": with_graph,
    NOISY: lambda: save(hide(draw(4), INFOTEXT), "PNG"),
    "PNG RGBA, flat, with hidden text": lambda: save(hide(draw(4, 0), INFOTEXT), "PNG"),
    "PNG RGBA signed by NovelAI's method": signed,
    "WebP lossless, nothing hidden": lambda: save(draw(3), "WEBP", lossless=True, method=0),
    "WebP lossy": lambda: save(draw(3), "WEBP", quality=85, method=0),
    "AVIF": lambda: save(draw(3), "AVIF", quality=60),
    "JPEG": lambda: save(draw(3), "JPEG", quality=88),
    "JPEG with EXIF and XMP of an editor": edited,
}

if __name__ == "__main__":
    main()
