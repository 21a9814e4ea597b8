"""`kantei doctor`: check everything that Kantei needs, and say what to do about problems."""

import json
import os
import sys
from dataclasses import asdict

import click

from core.settings.setting import SettingsError
from core.settings.settings import read_settings_as_found
from kantei.operations.checkup import examine_names, examine_settings
from kantei.operations.checkup_servers import look_at_every_blob
from kantei.operations.diagnostic import Diagnostic, Health, wrong_setting
from kantei.roots.existing import is_missing

MARKS = {Health.WELL: "ok  ", Health.WARNING: "warn", Health.BROKEN: "FAIL"}
COLOURS = {Health.WELL: "green", Health.WARNING: "yellow", Health.BROKEN: "red"}


@click.command()
@click.option(
    "--blobs",
    "every_blob",
    is_flag=True,
    help="Also read every image file; count those missing or damaged.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def doctor(as_json: bool, every_blob: bool) -> None:
    """Check settings, disk, database, broker, blobs, classifier and clocks.

    Exit status 1 if any check fails.
    """
    checks = examine_names(os.environ)
    try:
        settings = read_settings_as_found()
        checks += examine_settings(settings)
        if every_blob and not is_missing(settings):
            checks += look_at_every_blob(settings)
    except SettingsError as error:
        checks.append(wrong_setting(error))
    is_well = all(checked.state is not Health.BROKEN for checked in checks)
    if as_json:
        click.echo(json.dumps({"well": is_well, "checks": [asdict(checked) for checked in checks]}, indent=1))
    else:
        for checked in checks:
            _say(checked)
    sys.exit(0 if is_well else 1)


def _say(checked: Diagnostic) -> None:
    mark = click.style(MARKS[checked.state], fg=COLOURS[checked.state])
    click.echo(f"{mark}  {checked.check:<12} {checked.said}")
    if checked.advice:
        click.echo(f"{'':>18} -> {checked.advice}")
