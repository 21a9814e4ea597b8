"""`kantei check`: examine files, folders and URLs without any server."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track

from core.sayings.saying import render
from core.sayings.score_text import score_text
from core.settings.settings import Settings, read_settings_to_keep_nothing
from kantei.checking.check_pool import look_at_all
from kantei.checking.looking import Look, is_url, read_source
from kantei.roots.picture_reading import make_fetcher, trust_list
from provenance.read import explain
from worker.outbound.fetch_error import FetchError

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif", ".bmp"}
MANY = 5  # from here on, and on a terminal, a progress bar helps


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="PATH_OR_URL...")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
@click.option("--evidence", "all_evidence", is_flag=True, help="Print all evidence below each picture.")
@click.option(
    "--heatmap",
    type=click.Path(file_okay=False, path_type=Path),
    help="Save a heat map (PNG) for each picture in this folder.",
)
@click.option("--explain", "explained", is_flag=True, help="Show what each provenance reader found.")
def check(
    sources: tuple[str, ...], as_json: bool, all_evidence: bool, heatmap: Path | None, explained: bool
) -> None:
    """Examine pictures: files, folders (including subfolders) and http(s) URLs.

    Exit status: 0 if all were examined, 1 if any failed, 2 if the arguments are wrong.
    """
    settings = read_settings_to_keep_nothing()
    targets = list(_expand(sources))
    if explained:
        sys.exit(_explain(targets, settings))
    if heatmap is not None:
        heatmap.mkdir(parents=True, exist_ok=True)
    looks: Iterable[Look] = look_at_all(targets, settings, heatmap)
    if len(targets) >= MANY and sys.stderr.isatty():
        looks = track(looks, total=len(targets), description="Examining", console=Console(stderr=True))
    failed = 0
    for look in looks:
        failed += look.failure is not None
        click.echo(json.dumps(look.as_json(), ensure_ascii=False) if as_json else _line(look))
        if all_evidence and not as_json:
            for item in look.evidence:
                click.echo(f"           {item.grade.value} {item.kind.value}: {render(item.detail)}")
    if len(targets) > 1 and not as_json:
        click.echo(f"{len(targets)} pictures examined, {failed} failed", err=True)
    sys.exit(1 if failed else 0)


def _expand(sources: tuple[str, ...]) -> Iterable[str]:
    """Every single file and URL. A folder without pictures is passed over beside others, as `*` names them.

    Errors: `UsageError` for a path that does not exist, and for a single folder without pictures.
    """
    for source in sources:
        if is_url(source):
            yield source
            continue
        path = Path(source)
        if path.is_dir():
            found = sorted(str(p) for p in path.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
            if not found and len(sources) == 1:
                raise click.UsageError(f"{source} contains no pictures")
            yield from found
        elif path.exists():
            yield source
        else:
            raise click.UsageError(f"{source} does not exist")


def _explain(sources: Iterable[str], settings: Settings) -> int:
    """Print what every reader of provenance saw; the exit status, 1 where a source could not be read."""
    failed = 0
    with make_fetcher(settings, keeps_places=False) as fetcher:
        for source in sources:
            click.echo(source)
            try:
                data = read_source(source, fetcher, settings)
            except (FetchError, OSError) as error:
                click.echo(f"  failed: {error}")
                failed = 1
                continue
            for note in explain(data, trust=trust_list(settings), max_pixels=settings.max_pixels):
                click.echo(f"  {note.reader}: {note.looked_at}")
                for line in note.saw:
                    click.echo(f"    {line}")
    return failed


def _line(look: Look) -> str:
    if look.opinion is None:
        failure = look.failure
        why = f"{failure.code.value}: {render(failure.detail)}" if failure else ""
        return f"{'failed':<10} {'--':>11}  {look.source}  {why}"
    judgement = look.opinion.judgement
    score = score_text(look.opinion.classification.score)
    return f"{judgement.finding.value:<10} {score:>11}  {look.source}  {render(judgement.reasons[0])}"
