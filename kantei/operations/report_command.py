"""`kantei report`: the figures of a year for a transparency report."""

import json
from dataclasses import asdict
from typing import Any

import click

from core.clock import now
from kantei.roots.existing import server_data
from store.quality.yearly import yearly_report


@click.command()
@click.option("--year", type=click.IntRange(2000, 9998), required=True, help="Year to count, by UTC.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def report(year: int, *, as_json: bool) -> None:
    """Count the decisions, automated means, appeals, outcomes and medians of a year."""
    if year > now().year:
        raise click.UsageError(f"{year} has not begun")
    with server_data() as (_, database), database.reading() as session:
        found = asdict(yearly_report(session, year))
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
