"""How fast the whole is, and what it holds in memory: `python -m bench.whole [--pictures N] [--servers]`.

Starts everything as `kantei serve` does, submits pictures from a local server in batches, waits until
all are examined, and prints pictures a second and the resident memory of every process. With
`--folder DIR` real pictures are served instead of drawn ones, each once.
"""

import argparse
import json
import random
import tempfile
import time
from pathlib import Path

from tests.servers import Server
from tests.whole.installation import Installation, installed
from tests.whole.pictures import draw

BATCH = 500
POSTGRESQL_AND_REDIS = {
    "KANTEI_DATABASE_URL": "postgresql://postgres@127.0.0.1:5432/kantei_bench",
    "KANTEI_BROKER_URL": "redis://127.0.0.1:6379/7",
}


def main() -> None:
    """Measure once and print a JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=500)
    parser.add_argument("--folder", type=Path)
    parser.add_argument(
        "--servers", action="store_true", help="PostgreSQL and Redis instead of embedded defaults"
    )
    arguments = parser.parse_args()
    settings = POSTGRESQL_AND_REDIS if arguments.servers else {}
    with tempfile.TemporaryDirectory() as folder, Server() as web:
        pictures = _pictures(arguments.folder, arguments.pictures)
        urls = [web.reply(f"/{number}.bin", data) for number, data in enumerate(pictures)]
        with installed(Path(folder), **settings) as whole:
            before = _memory(whole)
            began = time.monotonic()
            ids = [i for at in range(0, len(urls), BATCH) for i in whole.submit(urls[at : at + BATCH])]
            states = [found["state"] for found in whole.settle(ids, patience=3600)]
            seconds = time.monotonic() - began
            report = {
                "pictures": len(ids),
                "examined": states.count("examined"),
                "seconds": round(seconds, 2),
                "pictures_per_second": round(len(ids) / seconds, 1),
                "resident_mib_before": before,
                "resident_mib_after": _memory(whole),
            }
            print(json.dumps(report, indent=1))  # noqa: T201  # the report


def _pictures(folder: Path | None, count: int) -> list[bytes]:
    if folder is None:
        return [draw(number, size=(768, 1024), kind="JPEG") for number in range(count)]
    files = sorted(path for path in folder.rglob("*") if path.suffix in {".webp", ".png", ".jpg"})
    random.Random(1).shuffle(files)  # noqa: S311  # the same choice each time
    return [path.read_bytes() for path in files[:count]]


def _memory(whole: Installation) -> dict[str, list[float]]:
    return {part: [_resident(pid) for pid in whole.children(part)] for part in ("api", "worker", "sweep")}


def _resident(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    (line,) = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return round(int(line.split()[1]) / 1024, 1)


if __name__ == "__main__":
    main()
