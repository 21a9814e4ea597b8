"""The filtered rows of an ordinary PNG, inflated forwards and no further than they are asked for.

No filter of PNG looks to the right or below (W3C PNG, 9.2), so what is cut from the upper left of the
filtered rows is a smaller PNG by itself, and a decoder undoes its filters.
"""

import struct
import zlib
from collections.abc import Iterator

import numpy as np
from isal import isal_zlib

from core.pictures.png_chunks import SIGNATURE, chunks, write_chunk
from core.sayings.fault_codes import ContainerFault
from provenance.containers.image_file import ImageFile
from provenance.shared.errors import RecordError

KEPT = 16 * 2**20  # bytes of rows kept for the next reader: all of an ordinary picture
_CHANNELS = {2: 3, 6: 4}  # colour types that are RGB and RGBA
_SLICE = 1 << 16
_BLOCK = 1 << 18  # bytes of rows inflated at a time: they stay in the processor's cache


class PngRows:
    """The upper left of a PNG as a PNG; each row is inflated once, while there is room to store it."""

    def __init__(self, image: ImageFile, depth: int, colour: int) -> None:
        self.size = (1 + image.width * _CHANNELS[colour]) * image.height
        self._data = image.data
        self._width, self._height = image.width, image.height
        self._depth, self._colour = depth, colour
        self._stride = self.size // image.height
        self._restart()

    @classmethod
    def of(cls, image: ImageFile) -> "PngRows | None":
        """Open a PNG; None where its layout is not the ordinary one (8 bits, RGB or RGBA, not interlaced).

        The default image of an animation may be one that nobody is shown.
        """
        depth, colour, _, _, interlace = struct.unpack_from(">5B", image.data, len(SIGNATURE) + 16)
        if depth != 8 or colour not in _CHANNELS or interlace or image.animated or not image.pixels:
            return None
        return cls(image, depth, colour)

    def cut(self, columns: int, rows: int) -> bytes:
        """Cut the leftmost columns of the upper rows. Errors: `RecordError` where the rows break off."""
        columns, rows = min(columns, self._width), min(rows, self._height)
        width = 1 + columns * _CHANNELS[self._colour]
        kept: list[bytes] = []
        left = rows
        for block in self._blocks(rows * self._stride):
            area = np.frombuffer(block, np.uint8).reshape(-1, self._stride)[:left, :width]
            kept.append(area.tobytes())
            left -= len(area)
            if not left:
                return self._as_png(columns, rows, b"".join(kept))
        raise RecordError(ContainerFault.PIXEL_DATA_CUT)

    def _as_png(self, columns: int, rows: int, filtered: bytes) -> bytes:
        header = struct.pack(">II5B", columns, rows, self._depth, self._colour, 0, 0, 0)
        parts = [(b"IHDR", header), (b"IDAT", zlib.compress(filtered, 0)), (b"IEND", b"")]
        return SIGNATURE + b"".join(write_chunk(kind, body) for kind, body in parts)

    def _blocks(self, need: int) -> Iterator[bytearray]:
        """The first `need` bytes of rows, or more if more are stored, in blocks of whole rows."""
        kept = sum(map(len, self._kept))
        if kept < min(need, self.inflated):
            self._restart()  # rows went by that were not kept
        yield from self._kept
        size = max(_BLOCK // self._stride, 1) * self._stride
        try:
            while self.inflated < need:
                block = self._inflate(min(size, need - self.inflated))
                if not block:
                    return
                self.inflated += len(block)
                if self.inflated <= KEPT:
                    self._kept.append(block)
                yield block
        except isal_zlib.error:  # type: ignore[misc]  # its stub takes the class for one of its errors
            raise RecordError(ContainerFault.PIXEL_DATA_DAMAGED) from None

    def _restart(self) -> None:
        self._machine = isal_zlib.decompressobj()
        self._pieces = _pieces(self._data)
        self._kept: list[bytearray] = []
        self.inflated = 0

    def _inflate(self, size: int) -> bytearray:
        """Inflate the next `size` bytes of rows; only whole rows where the stream breaks off."""
        block = bytearray()
        while len(block) < size and not self._machine.eof:
            # Without input left, output may still wait within the machine.
            pending = self._machine.unconsumed_tail or next(self._pieces, b"")
            more = self._machine.decompress(pending, size - len(block))
            if not (pending or more):
                break
            block += more
        del block[len(block) // self._stride * self._stride :]
        return block


def _pieces(data: bytes) -> Iterator[memoryview]:
    view = memoryview(data)
    for chunk in chunks(data):
        if chunk.kind == b"IDAT":
            for at in range(chunk.start, chunk.end, _SLICE):
                yield view[at : min(at + _SLICE, chunk.end)]
