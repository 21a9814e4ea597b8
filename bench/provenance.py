"""What reading a file's provenance costs, in milliseconds and in memory.

    python -m bench.provenance [--rounds N]

Draws pictures of 2 megapixels in the manner of anime (flat areas, slopes, fine noise), saves them in
the containers that people send, and reads each again and again, stealth and watermark readers
included: p50 and p95 of the time that passes, and p95 of the processor time, which other programs do
not lengthen. A picture that carries hidden text costs the inflation of all its rows, for the text
runs down its columns; one that carries none, of its first 152.
"""

import argparse
import io
import json
import resource
import statistics
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from provenance.read import read_evidence

WIDTH, HEIGHT = 1448, 1448  # 2.1 megapixels, and of a size that generators draw: the dearer case
INFOTEXT = "1girl, silver hair\nNegative prompt: lowres\nSteps: 28, Sampler: Euler a, CFG scale: 7, Seed: 1"


def main() -> None:
    """Measure every case and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=100)
    rounds = parser.parse_args().rounds
    print(f"{'case':34}{'KB':>8}{'evidence':>10}{'p50 ms':>9}{'p95 ms':>9}{'p95 CPU ms':>13}")  # noqa: T201  # a table for a person
    for name, make in CASES.items():
        data = make()
        found = read_evidence(data)  # once before: imports and caches are not what is measured
        times, work = [], []
        for _ in range(rounds):
            started, worked = time.perf_counter(), time.thread_time()
            read_evidence(data)
            times.append(1000 * (time.perf_counter() - started))
            work.append(1000 * (time.thread_time() - worked))
        p95 = statistics.quantiles(times, n=20)[18]
        row = f"{name:34}{len(data) // 1024:8}{len(found):10}{statistics.median(times):9.1f}{p95:9.1f}"
        row += f"{statistics.quantiles(work, n=20)[18]:13.1f}"
        print(row)  # noqa: T201
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"peak resident memory, with all the drawing: {peak} MB")  # noqa: T201


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
    """Hide plain text in the lowest bits of alpha, column by column."""
    body = text.encode()
    message = b"stealth_pnginfo" + (8 * len(body)).to_bytes(4, "big") + body
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


CASES: dict[str, Callable[[], bytes]] = {
    "PNG RGBA, nothing hidden": lambda: save(draw(4), "PNG"),
    "PNG RGBA, noisy, nothing hidden": lambda: save(draw(4, 12), "PNG"),
    "PNG RGB, nothing hidden": lambda: save(draw(3), "PNG"),
    "PNG RGB with a ComfyUI graph": with_graph,
    "PNG RGBA with hidden text": lambda: save(hide(draw(4), INFOTEXT), "PNG"),
    "PNG RGBA, flat, with hidden text": lambda: save(hide(draw(4, 0), INFOTEXT), "PNG"),
    "WebP lossless, nothing hidden": lambda: save(draw(3), "WEBP", lossless=True, method=0),
    "WebP lossy": lambda: save(draw(3), "WEBP", quality=85, method=0),
    "JPEG": lambda: save(draw(3), "JPEG", quality=88),
}

if __name__ == "__main__":
    main()
