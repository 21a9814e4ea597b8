"""Fetch the pictures of owners that the published classifier has never met, to judge it on them.

    python -m bench.classifier.new_owners DIR [--from https://raw.githubusercontent.com]
    kantei evaluate --data DIR --out model/reports/new_owners --no-encodings --no-confounds

The folds of training are cut between owners, but recipes and features were chosen while looking at them. The
pictures of `model/reports/new_owners/manifest.csv` were gathered afterwards, from owners that are not in the
training data. Each is named by repository, commit and path, and taken only if its SHA-256 is right. What is
in DIR already is not fetched again; what cannot be had is named and left out of DIR's manifest.
"""

# ruff: noqa: T201  # a bench prints what it does

import argparse
import csv
import hashlib
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import requests

from model.serving.info import REPORTS

MANIFEST = REPORTS / "new_owners" / "manifest.csv"
HOST = "https://raw.githubusercontent.com"
MOST = 32 * 2**20  # bytes; the largest picture has 4 million
_TIMEOUT = 30  # seconds without a byte
_AT_ONCE = 8

Row = Mapping[str, str]


def fetch_pictures(folder: Path, host: str = HOST, manifest: Path = MANIFEST) -> list[tuple[Row, str]]:
    """Fetch all pictures of the manifest into a folder, with a manifest of those that are there.

    Returns the rows that could not be had, each with the reason.
    """
    with manifest.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        reasons = list(pool.map(lambda row: _fetch(row, folder, host), rows))
    with (folder / "manifest.csv").open("w", newline="", encoding="utf-8") as file:
        written = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        written.writeheader()
        written.writerows(row for row, reason in zip(rows, reasons, strict=True) if not reason)
    return [(row, reason) for row, reason in zip(rows, reasons, strict=True) if reason]


def _fetch(row: Row, folder: Path, host: str) -> str:
    """Fetch one picture; returns why it cannot be had, or nothing."""
    place = folder / row["file"]
    if place.is_file() and _is_right(place.read_bytes(), row):
        return ""
    url = f"{host}/{row['repo']}/{row['commit']}/{quote(row['path'])}"
    try:
        with requests.get(url, timeout=_TIMEOUT, stream=True) as answer:
            answer.raise_for_status()
            data = b""
            for part in answer.iter_content(2**16):
                data += part
                if len(data) > MOST:
                    return f"more than {MOST:,} bytes"
    except requests.RequestException as error:
        return str(error)
    if not _is_right(data, row):
        return "another file now: its SHA-256 differs"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)
    return ""


def _is_right(data: bytes, row: Row) -> bool:
    return hashlib.sha256(data).hexdigest() == row["sha256"]


def main(arguments: Sequence[str]) -> int:
    """Fetch, and name what could not be had. Returns 1 if anything is missing, since the report is of all."""
    parser = argparse.ArgumentParser(prog="python -m bench.classifier.new_owners", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--from", dest="host", default=HOST, help="the host that serves files by commit")
    options = parser.parse_args(arguments)
    lost = fetch_pictures(options.folder, options.host, MANIFEST)
    for row, reason in lost:
        print(f"{row['repo']}/{row['path']}: {reason}")
    print(f"Pictures that could not be fetched: {len(lost)}. The others are in {options.folder}.")
    return int(bool(lost))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
