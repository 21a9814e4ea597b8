"""Samsung's trailer behind the end of a JPEG (exiftool, `Samsung.pm`), as far as its editor writes there.

The file ends with the directory's length and `SEFT`; the directory says how far before it each block
starts. A block is a type, the length of its name, its name and its content.
"""

import struct
from collections.abc import Iterator

from provenance.shared.text import decode_text

_NAMES = frozenset({"PhotoEditor_Re_Edit_Data", "PEg_Info"})  # of the editor; the rest is the camera's
_MOST_ENTRIES = 64
_LARGEST = 1 << 16  # bytes, of the directory and of a block


def read_sef(data: bytes) -> Iterator[tuple[str, str]]:
    """The name and the text of each block that is known; nothing where the trailer is not whole."""
    end = len(data) - 8
    if end < 12 or data[-4:] != b"SEFT":
        return
    start = end - int.from_bytes(data[end : end + 4], "little")
    if not end - _LARGEST <= start <= end - 12 or start < 0 or data[start : start + 4] != b"SEFH":
        return
    count = int.from_bytes(data[start + 8 : start + 12], "little")
    for number in range(min(count, _MOST_ENTRIES, (end - start - 12) // 12)):
        before, size = struct.unpack_from("<II", data, start + 16 + 12 * number)
        if not 8 <= size <= min(before, _LARGEST) or before > start:
            continue
        block = data[start - before : start - before + size]
        named = int.from_bytes(block[4:8], "little")
        name = block[8 : 8 + named].decode("latin-1") if named <= size - 8 else ""
        if name in _NAMES:
            yield name, decode_text(block[8 + named :].rstrip(b"\0"))
