"""`kantei known`: importing, exporting and deleting lists of known images."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import click

from core.known.hash_files import FORMS, SharedHash, read_hashes
from core.vocabulary import Label
from kantei.roots.existing import server_data
from kantei.roots.joining import open_blobs
from kantei.text_files import open_text
from store.base.database import Database
from store.known.hash_lists import all_lists, decided_hashes, forget_list, note_export, take_list
from worker.known.hash_older import hash_older

LABELS = click.Choice([label.value for label in Label])


@click.group()
def known() -> None:
    """Manage known images: perceptual hashes (PDQ) with a label."""


@known.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--source", required=True, help="Name of the list's source, shown with every picture on the list."
)
@click.option("--label", type=LABELS, help="Label for entries without an `ai` or `human` tag.")
def import_list(file: Path, source: str, label: str | None) -> None:
    """Import the hashes in FILE (.csv, .json, .jsonl, or one per line) as a list.

    A list is a hint: it never flags or clears a picture on its own. Importing again with the same source
    adds to the list.
    Exit status 1 if any entries were skipped.
    """
    name = source.strip()
    if not name or len(name) > 200 or not name.isprintable():
        raise click.UsageError("--source must have 1 to 200 printable characters")
    try:
        with server_data() as (_, database), open_text(file) as text:
            entries = read_hashes(file.name, text, Label(label) if label else None)
            done = take_list(database, name, entries, moderator_id=None)
    except (ValueError, OSError) as error:
        raise click.ClickException(f"{file.name}: {error}") from error
    left = done.left
    click.echo(
        f"hashes imported: {done.taken}, skipped: {left.total()}; the list “{name}” now has {done.count}"
    )
    for why, times in left.most_common():
        click.echo(f"skipped: {times}, {why}", err=True)
    sys.exit(1 if left else 0)


@known.command()
@click.option(
    "--output",
    type=click.File("w", encoding="utf-8"),
    default="-",
    show_default="standard output",
    help="File to write to.",
)
@click.option(
    "--format", "form", type=click.Choice(list(FORMS)), default="csv", show_default=True, help="File format."
)
@click.option("--label", type=LABELS, help="Export only decisions with this label.")
@click.option("--name", default="kantei", show_default=True, help="Name of the exported list.")
def export(output: TextIO, form: str, label: str | None, name: str) -> None:
    """Export the hashes of decided pictures. A hash cannot be turned back into a picture."""
    wanted = Label(label) if label else None
    count = 0

    def counted(database: Database) -> Iterator[SharedHash]:
        nonlocal count
        for one in decided_hashes(database, wanted):
            count += 1
            yield one

    with server_data() as (_, database):
        with database.writing() as session:
            note_export(session, moderator_id=None, label=wanted)
        output.writelines(FORMS[form](counted(database), name))
    click.echo(f"hashes written: {count}", err=True)


@known.command("list")
def list_lists() -> None:
    """List the imported lists."""
    with server_data() as (_, database), database.reading() as session:
        for one in all_lists(session):
            click.echo(f"{one.count:>9}  {one.updated_at:%Y-%m-%d}  {one.name}")


@known.command()
@click.argument("source")
def forget(source: str) -> None:
    """Delete the list of SOURCE. Earlier verdicts do not change."""
    with server_data() as (_, database), database.writing() as session:
        count = forget_list(session, source, moderator_id=None)
    if count is None:
        raise click.ClickException(f"list “{source}” not found")
    click.echo(f"hashes deleted: {count}")


@known.command()
def backfill() -> None:
    """Compute missing hashes of stored images. If interrupted, run it again to continue.

    Workers can keep running. Decisions on these images then reach their near copies.
    """
    with server_data() as (settings, database):
        hashed = hash_older(
            database,
            open_blobs(settings),
            max_pixels=settings.max_pixels,
            say=lambda so_far: click.echo(f"images hashed so far: {so_far.done}", err=True),
        )
    click.echo(
        f"images hashed: {hashed.done}; skipped: {hashed.gone} without a stored file, "
        f"{hashed.unreadable} unreadable"
    )
