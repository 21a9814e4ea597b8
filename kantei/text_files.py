"""Text files that operators hand to a command."""

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click

_HEAD = 4096


@contextmanager
def open_text(file: Path) -> Iterator[TextIO]:
    """Open a text file that should be in UTF-8; its line ends stay as they are.

    UTF-16 is taken where a byte order mark says so, as Excel writes it. Errors: `ClickException` for any
    other encoding, also while the text is read.
    """
    with file.open("rb") as data:
        head = data.read(_HEAD)
    is_utf16 = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        if b"\0" in head and not is_utf16:
            raise UnicodeError  # UTF-16 without a mark; read as UTF-8 it would be letters with zeros between
        with file.open(encoding="utf-16" if is_utf16 else "utf-8-sig", newline="") as text:
            yield text
    except UnicodeError:
        raise click.ClickException(
            f"{file.name} is not in UTF-8; save it in UTF-8 (in Excel: CSV UTF-8) and run the command again"
        ) from None
