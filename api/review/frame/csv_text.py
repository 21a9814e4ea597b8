"""CSV (RFC 4180) as files to save."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from flask import Response, stream_with_context

from core.csv_cells import cell


def csv_file(name: str, rows: Iterable[Sequence[object]]) -> Response:
    """An answer that is saved as a file; rows are drawn while it is sent, within the request."""
    response = Response(stream_with_context(csv_lines(rows)), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


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
