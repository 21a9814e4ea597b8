"""`kantei check`: examine files, folders and URLs without any server."""

import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console

from core.sayings.saying import render
from core.settings.settings import Settings, read_settings_to_keep_nothing
from core.vocabulary import Finding
from kantei.checking.check_output import (
    FAILED,
    MANY,
    OUTCOMES,
    Write,
    csv_writer,
    heatmap_names,
    outcome,
    progress_bar,
    riskiest_first,
    summary,
    table_writer,
    write_json,
    write_plain,
)
from kantei.checking.check_pool import look_at_all
from kantei.checking.explaining import explain_all
from kantei.checking.looking import Look, is_url

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif", ".bmp"}


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="PATH_OR_URL...")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV with a header row.")
@click.option("--evidence", "all_evidence", is_flag=True, help="Print all evidence below each picture.")
@click.option("--sort", "is_sorted", is_flag=True, help="Print at the end, highest scores first.")
@click.option(
    "--only",
    type=click.Choice(OUTCOMES),
    multiple=True,
    help="Print only pictures with this finding; may be repeated.",
)
@click.option(
    "--fail-on",
    type=click.Choice([finding.value for finding in Finding if finding is not Finding.CLEAR]),
    help="Exit with status 3 if any picture has this finding or a more serious one.",
)
@click.option(
    "--heatmap",
    type=click.Path(file_okay=False, path_type=Path),
    help="Save a heat map for each picture in this folder, as NAME.heat.png.",
)
@click.option(
    "--explain", "explained", is_flag=True, help="Print the verdict and what each provenance reader found."
)
def check(
    sources: tuple[str, ...],
    *,
    as_json: bool,
    as_csv: bool,
    all_evidence: bool,
    is_sorted: bool,
    only: tuple[str, ...],
    fail_on: str | None,
    heatmap: Path | None,
    explained: bool,
) -> None:
    """Examine pictures: files, folders (including subfolders) and http(s) URLs.

    Exit status: 0 if all were examined, 1 if any failed, 2 if the arguments are wrong, 3 for --fail-on.
    """
    if as_json and as_csv:
        raise click.UsageError("choose either --json or --csv")
    settings = read_settings_to_keep_nothing()
    targets = list(_expand(sources))
    if explained:
        sys.exit(explain_all(targets, settings))
    began, counts = time.monotonic(), Counter[str]()
    screen = Console()
    is_table = screen.is_terminal and not as_json and not as_csv
    write = _writer(screen, targets, as_json=as_json, as_csv=as_csv)
    with _looking(targets, settings, heatmap, screen if is_table else Console(stderr=True)) as looks:
        for look in _sorted(looks) if is_sorted else looks:
            counts[outcome(look)] += 1
            if only and outcome(look) not in only:
                continue
            write(look)
            if all_evidence and not as_json and not as_csv:
                for item in look.evidence:
                    click.echo(f"           {item.grade.value} {item.kind.value}: {render(item.detail)}")
    if len(targets) > 1 and not as_json and not as_csv:
        click.echo(summary(counts, time.monotonic() - began, colour=is_table), err=True)
    sys.exit(_status(counts, fail_on))


def _writer(screen: Console, targets: list[str], *, as_json: bool, as_csv: bool) -> Write:
    if as_json:
        return write_json
    if as_csv:
        return csv_writer()
    return table_writer(screen, targets) if screen.is_terminal else write_plain


@contextmanager
def _looking(
    targets: list[str], settings: Settings, heatmap: Path | None, console: Console
) -> Iterator[Iterator[Look]]:
    """Look at all targets, with a progress bar on a terminal where there are many."""
    heatmaps = {}
    if heatmap is not None:
        heatmap.mkdir(parents=True, exist_ok=True)
        heatmaps = {source: heatmap / name for source, name in heatmap_names(targets).items()}
    if len(targets) < MANY or not console.is_terminal:
        yield look_at_all(targets, settings, heatmaps)
        return
    with progress_bar(console) as bar:
        task = bar.add_task("Loading the classifier", total=len(targets))

        def advance() -> None:
            bar.update(task, advance=1, description="Examining")

        yield look_at_all(targets, settings, heatmaps, advance)


def _sorted(looks: Iterator[Look]) -> Iterator[Look]:
    yield from sorted(looks, key=riskiest_first)


def _status(counts: Counter[str], fail_on: str | None) -> int:
    """The exit status; a finding that was asked for goes before a failure."""
    if fail_on is not None and any(counts[name] for name in OUTCOMES[: OUTCOMES.index(fail_on) + 1]):
        return 3
    return 1 if counts[FAILED] else 0


def _expand(sources: tuple[str, ...]) -> Iterable[str]:
    """Every single file and URL. A folder without pictures is passed over beside others, as `*` names them.

    A path that does not exist stays, and fails beside the others. Errors: `UsageError` where none exists, and
    for a single folder without pictures.
    """
    missing = [source for source in sources if not is_url(source) and not Path(source).exists()]
    if len(missing) == len(sources):
        raise click.UsageError(f"{missing[0]} does not exist")
    for source in sources:
        path = Path(source)
        if is_url(source) or not path.is_dir():
            yield source
            continue
        found = sorted(str(p) for p in path.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
        if not found and len(sources) == 1:
            raise click.UsageError(f"{source} contains no pictures")
        yield from found
