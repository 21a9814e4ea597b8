"""`kantei known`: lists of known images, others' and our own."""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import click

from core.clock import now
from core.settings import read_settings
from core.vocabulary import Label
from kantei.hash_files import Left, read_hashes, write_csv, write_json_lines
from kantei.migrate import ready_database
from kantei.parts import open_database
from store.database import Database
from store.hash_lists import (
    STEP,
    SharedHash,
    add_hashes,
    all_lists,
    close_list,
    decided_hashes,
    forget_list,
    open_list,
)

LABELS = click.Choice([label.value for label in Label])
SHOWN = 5  # reasons for which entries were left out


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
    taken, left = 0, Counter[str]()
    with database.writing() as session:
        list_id = open_list(session, name, now())
    try:
        entries = read_hashes(file, Label(label) if label else None)
        while step := _step(entries, left):
            with database.writing() as session:
                add_hashes(session, list_id, step)
            taken += len(step)
    except (ValueError, OSError) as error:
        raise click.ClickException(f"{file.name}: {error}") from error
    finally:
        with database.writing() as session:
            count = close_list(session, list_id)
        database.close()
    click.echo(f"{taken} hashes taken, {left.total()} left out; the list “{name}” holds {count}")
    for why, times in left.most_common(SHOWN):
        click.echo(f"left out: {times} with {why}", err=True)
    sys.exit(1 if left else 0)


@known.command()
@click.option("--output", type=click.File("w", encoding="utf-8"), default="-", help="A file; default: here.")
@click.option("--format", "form", type=click.Choice(["csv", "jsonl"]), default="csv", show_default=True)
@click.option("--label", type=LABELS, help="Only what was decided so.")
@click.option("--name", default="kantei", show_default=True, help="The name that the list gives itself.")
def export(output: TextIO, form: str, label: str | None, name: str) -> None:
    """Write the hashes of what moderators decided, for others: no picture can be made from them."""
    database = _database()
    write = write_csv if form == "csv" else write_json_lines
    count = write(output, decided_hashes(database, Label(label) if label else None), name)
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
        count = forget_list(session, source)
    database.close()
    if count is None:
        raise click.ClickException(f"there is no list “{source}”")
    click.echo(f"{count} hashes forgotten")


def _step(entries: Iterator[SharedHash | Left], left: Counter[str]) -> list[SharedHash]:
    """Read a step of hashes, and count what is left out by why."""
    found: list[SharedHash] = []
    for entry in entries:
        if isinstance(entry, Left):
            left[entry.why] += 1
            continue
        found.append(entry)
        if len(found) == STEP:
            break
    return found


def _database() -> Database:
    settings = read_settings()
    ready_database(settings)
    return open_database(settings)
