"""How `kantei check` shows what it found: lines, a table for terminals, JSON lines or CSV."""

import csv
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import chain, count
from pathlib import Path

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from core.csv_cells import cell
from core.sayings.allowing import may_be_allowed
from core.sayings.codes import Reason
from core.sayings.saying import Saying, render
from core.sayings.score_text import score_text
from core.vocabulary import Finding
from kantei.checking.looking import Look

FAILED = "failed"
# The most serious first: so are they counted, sorted and failed on.
OUTCOMES = (*(finding.value for finding in reversed(Finding)), FAILED)
STYLES = {"flagged": "bold red", "uncertain": "yellow", "clear": "green", FAILED: "magenta"}
COLUMNS = ("source", "finding", "score", "label", "sha256", "model", "reason")
MANY = 5  # from here on, a progress bar helps
WIDEST_NAME = 48
LONGEST_STEM = 100

Write = Callable[[Look], None]


def outcome(look: Look) -> str:
    """The finding, or `failed`."""
    return look.opinion.judgement.finding.value if look.opinion else FAILED


def riskiest_first(look: Look) -> tuple[int, float]:
    """The key of the order that puts the highest scores first, then what has none, and failures last."""
    if look.opinion is None:
        return 2, 0.0
    return (0, -look.opinion.classification.score) if is_scored(look) else (1, 0.0)


def is_scored(look: Look) -> bool:
    """True if the score means something: not where nothing was examined, or a picture too small to say."""
    reasons = look.opinion.judgement.reasons if look.opinion else ()
    small = any(isinstance(one, Saying) and one.code is Reason.PICTURE_TOO_SMALL for one in reasons)
    return look.opinion is not None and not small


def shown_score(look: Look) -> str:
    """The score as people read it, or two dashes where there is none."""
    return score_text(look.opinion.classification.score) if look.opinion and is_scored(look) else "--"


def why(look: Look) -> str:
    """The first reason, or the failure."""
    if look.opinion is not None:
        return render(look.opinion.judgement.reasons[0])
    if look.failure is None:
        return ""
    hint = " To allow it, set KANTEI_FETCH_ALLOW." if may_be_allowed(look.failure.detail) else ""
    return f"{look.failure.code.value}: {render(look.failure.detail)}{hint}"


def plain_line(look: Look) -> str:
    """A line for files and pipes; no part of it is cut."""
    return f"{outcome(look):<10} {shown_score(look):>15}  {look.source}  {why(look)}"


def write_plain(look: Look) -> None:
    """Print a line, and where the heat map is."""
    click.echo(plain_line(look))
    if look.heatmap is not None:
        click.echo(f"{'':<26}  heat map: {look.heatmap}")


def write_json(look: Look) -> None:
    """Print the JSON object of the contract."""
    click.echo(json.dumps(look.as_json(), ensure_ascii=False))


def csv_writer() -> Write:
    """Print a header, and return what prints a row."""
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(COLUMNS)

    def write(look: Look) -> None:
        opinion = look.opinion
        rows.writerow(
            [
                cell(look.source),
                outcome(look),
                round(opinion.classification.score, 6) if opinion else "",
                opinion.judgement.label or "" if opinion else "",
                look.sha256 or "",
                opinion.classification.model if opinion else "",
                cell(why(look)),
            ]
        )

    return write


def table_writer(console: Console, sources: Iterable[str]) -> Write:
    """Print a head, and return what prints a row as soon as it is known; long names are cut on the left."""
    widest = min(WIDEST_NAME, max((len(source) for source in sources), default=0), console.width // 3)
    width = max(widest, len("source"))

    def row(*cells: Text) -> None:
        grid = Table.grid(padding=(0, 2))
        grid.add_column(width=9)
        grid.add_column(width=10, justify="right")
        grid.add_column(width=width, no_wrap=True)
        grid.add_column(overflow="fold")
        grid.add_row(*cells)
        console.print(grid)

    def write(look: Look) -> None:
        name = look.source if len(look.source) <= width else f"…{look.source[1 - width :]}"
        row(Text(outcome(look), STYLES[outcome(look)]), Text(shown_score(look)), Text(name), Text(why(look)))
        if look.heatmap is not None:
            row(Text(), Text(), Text("heat map", "dim"), Text(str(look.heatmap), "dim"))

    row(*(Text(word, "dim") for word in ("finding", "score", "source", "reason")))
    return write


def progress_bar(console: Console) -> Progress:
    """A bar that moves from the first picture on; before, it says that the classifier is being loaded."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )


def summary(counts: Counter[str], seconds: float, *, colour: bool) -> str:
    """How many of each outcome, and how long it took."""
    parts = []
    for name in OUTCOMES:
        if counts[name] or name != FAILED:
            text = f"{counts[name]} {name}"
            parts.append(click.style(text, fg=STYLES[name].split()[-1]) if colour and counts[name] else text)
    return (
        f"{' · '.join(parts)} in {seconds:.0f} s"
        if seconds >= 10
        else f"{' · '.join(parts)} in {seconds:.1f} s"
    )


def heatmap_names(sources: Iterable[str]) -> dict[str, str]:
    """A file name for the heat map of each source: `a.heat.png` for `a.png`, with a number where taken."""
    taken: set[str] = set()
    names: dict[str, str] = {}
    for source in dict.fromkeys(sources):
        stem = Path(source.split("?", 1)[0].rstrip("/")).stem[:LONGEST_STEM] or "picture"
        numbered = (f"{stem}-{number}" for number in count(2))
        name = next(one for one in chain([stem], numbered) if one not in taken)
        taken.add(name)
        names[source] = f"{name}.heat.png"
    return names
