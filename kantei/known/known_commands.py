"""`kantei known`: lists of known images, others' and our own."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import click

from core.known.hash_files import FORMS, SharedHash, read_hashes
from core.settings.settings import read_settings
from core.vocabulary import Label
from kantei.roots.joining import open_blobs, open_database
from kantei.roots.migrate import ready_database
from store.base.database import Database
from store.known.hash_lists import all_lists, decided_hashes, forget_list, note_export, take_list
from worker.known.hash_older import hash_older

LABELS = click.Choice([label.value for label in Label])


@click.group()
def known() -> None:
    """Pictures that somebody has decided: lists of perceptual hashes (PDQ)."""


@known.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", required=True, help="Whose list it is: shown with every picture that it names.")
@click.option("--label", type=LABELS, help="What it says of its pictures, where their tags do not.")
def import_list(file: Path, source: str, label: str | None) -> None:
    """Keep the hashes of FILE (.csv, .json, .jsonl, or one a line) as a list of their source.

    A hint and no more: it convicts and clears nobody. Again with the same source adds to its list.
    Ends with 1 where entries were left out.
    """
    name = source.strip()
    if not name or len(name) > 200 or not name.isprintable():
        raise click.UsageError("a source needs a name of 1 to 200 characters")
    database = _database()
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            entries = read_hashes(file.name, text, Label(label) if label else None)
            done = take_list(database, name, entries, moderator_id=None)
    except (ValueError, OSError) as error:
        raise click.ClickException(f"{file.name}: {error}") from error
    finally:
        database.close()
    left = done.left
    click.echo(f"{done.taken} hashes taken, {left.total()} left out; the list “{name}” holds {done.count}")
    for why, times in left.most_common():
        click.echo(f"left out: {times} with {why}", err=True)
    sys.exit(1 if left else 0)


@known.command()
@click.option("--output", type=click.File("w", encoding="utf-8"), default="-", help="A file; default: here.")
@click.option("--format", "form", type=click.Choice(list(FORMS)), default="csv", show_default=True)
@click.option("--label", type=LABELS, help="Only what was decided so.")
@click.option("--name", default="kantei", show_default=True, help="The name that the list gives itself.")
def export(output: TextIO, form: str, label: str | None, name: str) -> None:
    """Write the hashes of what moderators decided, for others: no picture can be made from them."""
    database = _database()
    wanted = Label(label) if label else None
    with database.writing() as session:
        note_export(session, moderator_id=None, label=wanted)
    count = 0

    def counted() -> Iterator[SharedHash]:
        nonlocal count
        for one in decided_hashes(database, wanted):
            count += 1
            yield one

    output.writelines(FORMS[form](counted(), name))
    database.close()
    click.echo(f"{count} hashes written", err=True)


@known.command("list")
def list_lists() -> None:
    """List the lists of others."""
    database = _database()
    with database.reading() as session:
        for one in all_lists(session):
            click.echo(f"{one.count:>9}  {one.updated_at:%Y-%m-%d}  {one.name}")
    database.close()


@known.command()
@click.argument("source")
def forget(source: str) -> None:
    """Forget the list of SOURCE. Verdicts that it was part of stay as they were."""
    database = _database()
    with database.writing() as session:
        count = forget_list(session, source, moderator_id=None)
    database.close()
    if count is None:
        raise click.ClickException(f"there is no list “{source}”")
    click.echo(f"{count} hashes forgotten")


@known.command()
def backfill() -> None:
    """Hash stored images from before hashes were kept; cut off, it goes on where it was.

    Run it beside the workers. What people decided then reaches look-alikes that came before it.
    """
    settings = read_settings()
    ready_database(settings)
    database, blobs = open_database(settings), open_blobs(settings)
    try:
        told = hash_older(
            database,
            blobs,
            max_pixels=settings.max_pixels,
            say=lambda so_far: click.echo(f"{so_far.done} hashed", err=True),
        )
    finally:
        database.close()
    click.echo(
        f"{told.done} images hashed; {told.gone} without bytes and {told.unreadable} unreadable left out"
    )


def _database() -> Database:
    settings = read_settings()
    ready_database(settings)
    return open_database(settings)
