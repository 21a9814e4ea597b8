"""`kantei check --explain`: the verdict on a picture, then what each provenance reader saw."""

from collections.abc import Iterable, Iterator, Sequence

import click

from core.sayings.saying import render
from core.settings.settings import Settings
from kantei.checking.check_output import is_scored, outcome, shown_score, why
from kantei.checking.looking import Look, Looker
from kantei.roots.picture_reading import trust_list
from provenance.read import ReaderNote, explain


def explain_all(sources: Iterable[str], settings: Settings) -> int:
    """Explain each source; the exit status, 1 where any could not be examined."""
    looker = Looker(settings, {}, settings.classifier_threads)
    trust = trust_list(settings)
    failed = 0
    for source in sources:
        look, data = looker.look_and_keep(source)
        failed += look.failure is not None
        click.echo(source)
        notes = () if data is None else explain(data, trust=trust, max_pixels=settings.max_pixels)
        for line in (*_verdict_lines(look), *note_lines(notes)):
            click.echo(f"  {line}")
    return 1 if failed else 0


def _verdict_lines(look: Look) -> Iterator[str]:
    if look.opinion is None:
        yield f"{outcome(look)}: {why(look)}"
        return
    yield f"{outcome(look)}, score {shown_score(look)}" if is_scored(look) else outcome(look)
    yield from (f"  {render(reason)}" for reason in look.opinion.judgement.reasons)


def note_lines(notes: Sequence[ReaderNote]) -> Iterator[str]:
    """What each reader saw; those that found nothing share one line."""
    for note in notes:
        if not note.is_silent:
            yield f"{note.reader}: {note.looked_at}"
            yield from (f"  {line}" for line in note.saw)
    silent = [note.reader for note in notes if note.is_silent]
    if silent:
        yield f"Nothing found by: {', '.join(silent)}"
