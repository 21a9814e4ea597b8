"""`kantei check --explain`: what every reader of provenance saw in a file, for a person."""

from collections.abc import Iterable

import click

from core.settings.settings import Settings
from kantei.checking.looking import read_source
from kantei.roots.picture_reading import make_fetcher, trust_list
from provenance.read import explain
from worker.outbound.fetch_error import FetchError


def explain_all(sources: Iterable[str], settings: Settings) -> int:
    """Explain each source; give the exit code, 1 where one could not be read."""
    failed = 0
    with make_fetcher(settings) as fetcher:
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
