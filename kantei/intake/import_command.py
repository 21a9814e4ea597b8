"""`kantei import`: submitting a file of images at low priority, resumable."""

import csv
import hashlib
import json
import sys
from collections.abc import Generator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import track

from core.settings.settings import read_client_settings
from kantei.text_files import open_text
from kantei_client import Kantei, KanteiError, UnreachableError

FIELDS = (
    "image_url",
    "page_url",
    "title",
    "listing_id",
    "external_id",
    "callback_url",
    "priority",
    "declared",
)
STEP = 500  # submissions a request
MOST_LINE = 64 * 1024  # characters


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--server", metavar="URL", help="Kantei server. [default: KANTEI_SERVER, or http://127.0.0.1:8000]"
)
@click.option("--key", help="API key. Set KANTEI_API_KEY instead to keep it out of the shell history.")
@click.option(
    "--priority",
    type=click.Choice(["low", "normal", "high"]),
    default="low",
    show_default=True,
    help="Priority of entries that name none.",
)
@click.option("--restart", is_flag=True, help="Start again from the first entry.")
def import_command(file: Path, server: str | None, key: str | None, priority: str, *, restart: bool) -> None:
    """Submit the entries of FILE.csv (with a header row) or FILE.jsonl, from the first not yet submitted.

    The file is in UTF-8. Its columns are the fields of a submission; `image_url` is required. Progress is
    kept in FILE.progress, and entries sent twice count once. Exit status 1 if any entries were refused.
    """
    settings = read_client_settings()
    if not (key or settings.api_key):
        raise click.UsageError("an API key is required: set KANTEI_API_KEY, or use --key")
    digest = _digest(file)
    progress = file.with_name(file.name + ".progress")
    done = 0 if restart else _read_progress(progress, digest)
    total = sum(1 for _ in _entries(file))
    if done:
        click.echo(f"entries already submitted: {done}", err=True)
    refused = 0
    steps: Any = range(done, total, STEP)
    if sys.stderr.isatty():
        steps = track(steps, description="Submitting", console=Console(stderr=True))
    kantei = Kantei(server or settings.server, key or settings.api_key)
    with kantei, closing(_entries(file)) as every:  # the file, too, where a quota ends the loop
        lines = islice(every, done, None)
        for start in steps:
            entries = [{"priority": priority, **entry} for entry in islice(lines, STEP)]
            try:
                answer = kantei.batch(entries, idempotency_key=f"import-{digest[:40]}-{start}-{priority}")
            except UnreachableError as error:
                raise click.ClickException(
                    f"{error}. Is the server running? Run the same command again to continue."
                ) from error
            except KanteiError as error:
                said = str(error).rstrip(".")
                raise click.ClickException(
                    f"stopped before entry {start + 1}: {said}. Run the same command again to continue."
                ) from error
            for place, result in enumerate(answer["results"], start=start):
                problem = result["problem"]
                if problem is not None and problem["code"] == "quota_exhausted":
                    _write_progress(progress, digest, place)
                    raise click.ClickException(
                        f"stopped before entry {place + 1}: {problem['detail']} "
                        "Run the same command again to continue."
                    )
                if problem is not None:
                    refused += 1
                    click.echo(f"entry {place + 1}: {problem['detail']}", err=True)
            _write_progress(progress, digest, start + len(entries))
    click.echo(f"entries submitted: {total - done - refused}, refused: {refused}")
    sys.exit(1 if refused else 0)


def _entries(file: Path) -> Generator[dict[str, Any]]:
    """Read a file's entries, empty fields left out. Errors: UsageError."""
    with open_text(file) as text:
        if file.suffix.lower() == ".csv":
            rows = csv.DictReader(text)
            unknown = set(rows.fieldnames or ()) - set(FIELDS)
            if "image_url" not in (rows.fieldnames or ()):
                raise click.UsageError(f"{file.name} must have a column image_url")
            if unknown:
                raise click.UsageError(f"{file.name} has unknown columns: {sorted(unknown)}")
            try:
                for row in rows:
                    yield {name: value for name, value in row.items() if name in FIELDS and value}
            except csv.Error as error:
                raise click.UsageError(f"{file.name}, after line {rows.line_num}: {error}") from error
        elif file.suffix.lower() in {".jsonl", ".ndjson"}:
            for number, line in enumerate(text, start=1):
                if line.strip():
                    yield _object(line, file, number)
        else:
            raise click.UsageError(f"{file.name} must be a .csv or .jsonl file")


def _object(line: str, file: Path, number: int) -> dict[str, Any]:
    try:
        found = json.loads(line) if len(line) <= MOST_LINE else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise click.UsageError(f"{file.name}, line {number}: not a JSON object")
    return found


def _digest(file: Path) -> str:
    with file.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def _read_progress(progress: Path, digest: str) -> int:
    """Read how many entries were submitted; none where the file has changed since."""
    try:
        found = json.loads(progress.read_text(encoding="utf-8"))
        return int(found["done"]) if found["sha256"] == digest else 0
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def _write_progress(progress: Path, digest: str, done: int) -> None:
    draft = progress.with_name(progress.name + ".new")
    draft.write_text(json.dumps({"sha256": digest, "done": done}), encoding="utf-8")
    draft.replace(progress)
