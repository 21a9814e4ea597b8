"""A check by the extension against the embedded default.

    python -m bench.service.extension [--pictures N]

The server and the browser are real, and run beside each other on this machine; pictures are drawn, new to the
server, and served from this machine. Two times are taken for each: from the click in the menu to the finished
card, and from the request to the examined submission over HTTP alone, with the key of an extension.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

import requests

from bench.servers import as_shipped
from tests.extension.clicking import FINDINGS, click_through
from tests.extension.drawing import png
from tests.extension.reader import reading
from tests.extension.site import site

WARM_UP = 3
SIZE = (1200, 1600)


def main() -> int:
    """Run and print percentiles in milliseconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=30)
    pictures: int = parser.parse_args().pictures
    with (
        tempfile.TemporaryDirectory() as folder,
        as_shipped(Path(folder, "data")) as real,
        site("127.0.0.1", "127.0.0.1", size=SIZE) as near,
        reading(Path(folder, "profile")) as reader,
    ):
        made = json.loads(real.kantei("client", "add", "reader", "--source", "extension", "--json"))
        for n in range(pictures + WARM_UP):
            png(f"/p/click{n}.png", SIZE), png(f"/p/http{n}.png", SIZE)  # drawn before anything is timed
        reader.set_up(real.address, made["api_key"])
        clicks = []
        for title, _, took in click_through(reader, near, pictures + WARM_UP, "click"):
            if title not in FINDINGS:
                raise SystemExit(f"no finding: {title}")
            clicks.append(took)
        headers = {"Authorization": f"Bearer {made['api_key']}"}
        plain = [
            check(real.address, f"{near.base}/p/http{n}.png", headers) for n in range(pictures + WARM_UP)
        ]
    for name, times in (("click to card", clicks), ("request to verdict", plain)):
        sys.stdout.write(f"{name}: {spread_text(times[WARM_UP:])}\n")
    return 0


def check(address: str, url: str, headers: dict[str, str]) -> float:
    """Submit one picture and wait for its verdict; give the seconds."""
    started = time.monotonic()
    made = requests.post(
        f"{address}/v1/submissions", json={"image_url": url}, headers=headers, timeout=30
    ).json()
    found = requests.get(f"{address}/v1/submissions/{made['id']}?wait=20", headers=headers, timeout=30).json()
    if found["state"] != "examined":
        raise SystemExit(f"no finding: {found}")
    return time.monotonic() - started


def spread_text(times: list[float]) -> str:
    """How long it took, as text."""
    ordered = sorted(1000 * one for one in times)
    late = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    what = f"{len(ordered)} pictures of {SIZE[0]} x {SIZE[1]}"
    return f"p50 {statistics.median(ordered):.0f} ms, p95 {late:.0f} ms, of {what}"


if __name__ == "__main__":
    sys.exit(main())
