"""Tables as CSV (RFC 4180) that no spreadsheet takes for a program."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

# What makes a cell a formula, in any width and after anything a spreadsheet trims (OWASP, CSV Injection).
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}")
_MORE_STARTS = ("\N{FULLWIDTH HYPHEN-MINUS}", "\N{FULLWIDTH COMMERCIAL AT}", "\N{MINUS SIGN}", "|", "%")


def csv_lines(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Write rows one by one, the first after a byte order mark, without which Excel misreads UTF-8."""
    yield "\ufeff"
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    for row in rows:
        writer.writerow([cell(value) for value in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def cell(value: object) -> str:
    """Write one value; a text that a spreadsheet would run gets an apostrophe in front."""
    if value is None:
        return ""
    if isinstance(value, (int, float)):
        return str(value)
    text = str(value).replace("\x00", "")
    return f"'{text}" if text.lstrip(" ").startswith(_STARTS + _MORE_STARTS) else text
