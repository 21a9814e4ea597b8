"""`kantei trust`: installing and listing published trust lists of C2PA signers."""

import re
import time
from dataclasses import replace
from pathlib import Path

import click

from core.settings.setting_values import TRUST_LISTS
from core.settings.settings import read_settings_as_found
from kantei.roots.trust_lists import (
    KNOWN,
    TrustFile,
    TrustFileError,
    chosen_texts,
    count_expired,
    install,
    installed,
    read_trust_file,
)


@click.group()
def trust() -> None:
    """Manage trust lists of C2PA signers, whose manifests count as proof."""


@trust.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--sha256", "expected", help="SHA-256 that FILE must have, from its publisher.")
@click.option("--list", "list_name", type=click.Choice(TRUST_LISTS), help="List that an unknown FILE is of.")
def update(file: Path, expected: str | None, list_name: str | None) -> None:
    """Install FILE as a trust list, or as a new edition of one.

    The official list is C2PA-TRUST-LIST.pem of the C2PA. The interim list, which older signatures need, is
    anchors.pem and allowed.sha256.txt of contentcredentials.org. Editions that this version of Kantei knows
    are recognised by their SHA-256; any other needs --sha256. A list counts if KANTEI_C2PA_TRUST_LISTS
    names it.
    """
    if expected is not None and not re.fullmatch(r"[0-9A-Fa-f]{64}", expected):
        raise click.UsageError("--sha256 must have 64 hexadecimal digits")
    settings = read_settings_as_found()
    if not settings.data_dir.is_dir():
        folder = settings.data_dir
        raise click.ClickException(f"{folder} does not exist; set KANTEI_DATA_DIR to your data folder")
    try:
        data = file.read_bytes()
        found = _vouched_for(read_trust_file(data), expected and expected.lower(), list_name)
        install(settings, data, found)
    except (OSError, TrustFileError) as error:
        raise click.ClickException(f"{file} was not installed: {error}") from None
    click.echo(f"installed: {found.list_name}, {found.contents}, SHA-256 {found.sha256}")
    if found.list_name not in settings.c2pa_trust_lists:
        names = ",".join(sorted({found.list_name, *settings.c2pa_trust_lists}))
        click.echo(f"To use it, set KANTEI_C2PA_TRUST_LISTS={names} and restart the workers.")
    else:
        click.echo("Restart the workers to use it.")


def _vouched_for(found: TrustFile, expected: str | None, list_name: str | None) -> TrustFile:
    """The file under its list. Errors: `TrustFileError` where nobody vouches for its SHA-256."""
    digest = found.sha256
    if expected is not None and expected != digest:
        raise TrustFileError(f"its SHA-256 is {digest}, not {expected}")
    if digest not in KNOWN and expected is None:
        raise TrustFileError(
            f"this version of Kantei does not know this edition ({found.contents}). Its SHA-256 is {digest}."
            f" Compare that with what its publisher says, then add `--sha256 {digest}`"
        )
    if digest in KNOWN and list_name not in {None, found.list_name}:
        raise TrustFileError(f"it is of the {found.list_name} list, not of the {list_name} one")
    return replace(found, list_name=list_name or found.list_name)


@trust.command("list")
def list_installed() -> None:
    """List the installed trust lists, and say which ones count."""
    settings = read_settings_as_found()
    files = installed(settings)
    if not files:
        click.echo("No trust lists are installed. `kantei trust update FILE` installs one.")
    for pin in files:
        chosen = "chosen" if pin.list_name in settings.c2pa_trust_lists else "not chosen"
        click.echo(f"{pin.list_name}: {pin.name}, {pin.contents}, SHA-256 {pin.sha256}, {chosen}")
    for pin, text in chosen_texts(settings):
        if pin.holds_roots and (past := count_expired(text, time.time())):
            click.echo(f"{pin.list_name}: certificates past their time: {past}")
