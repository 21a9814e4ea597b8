"""`kantei report`: the figures of a year for a transparency report."""

import json
from dataclasses import asdict
from typing import IO, Any

import click

from core.clock import now
from kantei.roots.existing import server_data
from store.outbox.statements import dsa_json, statements_between
from store.quality.yearly import year_of, yearly_report


@click.command()
@click.option("--year", type=click.IntRange(2000, 9998), required=True, help="Year to count, by UTC.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--statements",
    type=click.File("w", encoding="utf-8", lazy=False),  # an empty year is an empty file
    help="Also write this year's statements of reasons to a file: one JSON object per line, with the fields "
    "of the DSA Transparency Database that Kantei can fill.",
)
@click.option("--client", "client_id", help="Write only the statements of this client, given by its id.")
def report(year: int, *, as_json: bool, statements: IO[str] | None, client_id: str | None) -> None:
    """Count the decisions, automated means, appeals, outcomes and medians of a year."""
    if year > now().year:
        raise click.UsageError(f"{year} has not begun")
    with server_data() as (_, database), database.reading() as session:
        found = asdict(yearly_report(session, year, now()))
        if statements is not None:
            since, until = year_of(year)
            for one in statements_between(session, since, until, client_id=client_id):
                statements.write(json.dumps(dsa_json(one), ensure_ascii=False) + "\n")
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    for line in _lines(found):
        click.echo(line)


def _lines(values: dict[str, Any], before: str = "") -> list[str]:
    """Write `label: value`, what belongs together under one label."""
    lines = []
    for name, value in values.items():
        label = f"{before}{name.replace('_', ' ')}"
        if isinstance(value, dict):
            lines += _lines(value, f"{label}, ") if value else [f"{label}: none"]
        else:
            lines.append(f"{label}: {'none' if value is None else value}")
    return lines
