"""The rows that are there of a JPEG whose data break off, with an end or without, or are damaged."""

import re
from itertools import islice

import numpy as np
from PIL import Image

from core.pictures.jpeg_frames import END_OF_IMAGE, MOST_SCANS, SCAN
from model.serving.parts.found_rows import FoundRows, Load, upper

# What the data are read on with. Where that changes no pixel, nothing was missing.
_FILLERS = (b"\0" * 64, b"\xaa" * 64)
_ALL = (1 << 64) - 1  # coefficients of a block
# Behind the first scan: neither a stuffed byte nor a restart.
_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_MOST_MARKERS = 512  # looked at for the one at which libjpeg gives up
_BLOCKS = 16  # px; the most that a row of blocks is high
_GREYS = (127, 128)  # what libjpeg draws where it has no data; 127 where CMYK is stored inverted


def jpeg_part(data: bytes, load: Load) -> FoundRows:
    """Decode the rows that are there of a JPEG of one image, which has an end.

    A picture that builds up shows all of its rows early: they are there, but not whole.
    """
    data, image = _load_up_to_fault(data, load)
    pixels = np.asarray(image)
    start = data.removesuffix(END_OF_IMAGE)
    height = image.height
    others = (np.asarray(load(start + filler + END_OF_IMAGE)) for filler in _FILLERS)
    if _has_all_scans(start) and all(np.array_equal(pixels, other) for other in others):
        return FoundRows(image, upper(height, height), is_whole=True)
    grey = pixels[-1, -1]
    missing = 0
    if np.isin(grey, _GREYS).all():
        blank = (pixels == grey).reshape(height, image.width, -1).all(axis=2)
        missing = _run(blank.all(axis=1))
        # The row of blocks in which the data end is there on its left only.
        missing += min(_run(blank[: height - missing, -1]), _BLOCKS) if missing < height else 0
        if image.info.get("progressive") and missing:
            # libjpeg smooths a first scan, two rows of blocks into where there is nothing.
            missing = min(height, missing + 2 * _BLOCKS)
    return FoundRows(image, upper(height - missing, height), is_whole=False)


def seems_whole(image: Image.Image, data: bytes) -> bool:
    """False if a JPEG that libjpeg decoded without an error looks as if its data broke off."""
    last = image.getpixel((image.width - 1, image.height - 1))
    is_grey = all(value in _GREYS for value in (last if isinstance(last, tuple) else (last,)))
    if is_grey or not image.info.get("progressive"):
        return not is_grey
    return data.count(SCAN) >= MOST_SCANS or _has_all_scans(data)  # of so many, we left out some ourselves


def _load_up_to_fault(data: bytes, load: Load) -> tuple[bytes, Image.Image]:
    """Decode all of a JPEG, or what stands before a marker that makes no sense there; that, and the bytes."""
    try:
        return data, load(data)
    except (Image.DecompressionBombError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001  # decoders raise what they like
        fault = error
    scan = data.find(SCAN)
    places = [found.start() for found in islice(_MARKER.finditer(data, scan + 2), _MOST_MARKERS)]
    best = None
    while places:
        middle = len(places) // 2
        part = data[: places[middle]] + END_OF_IMAGE
        try:
            best = part, load(part)
        except (Image.DecompressionBombError, MemoryError):
            raise
        except Exception:  # noqa: BLE001  # as above
            places = places[:middle]
        else:
            places = places[middle + 1 :]
    if best is None:
        raise fault
    return best


def _has_all_scans(data: bytes) -> bool:
    """True if every coefficient of every component comes to its last bit (ITU-T T.81, B.2.3 and G.1.1.1)."""
    finished: dict[int, int] = {}
    at = data.find(SCAN)
    while at >= 0:
        count = data[at + 4] if at + 4 < len(data) else 0
        rest = data[at + 5 + 2 * count : at + 8 + 2 * count]
        if len(rest) == 3:
            first, last, bits = rest
            for component in data[at + 5 : at + 5 + 2 * count : 2]:
                band = 0 if bits & 15 else (2 << min(last, 63)) - (1 << min(first, 63))
                finished[component] = finished.get(component, 0) | band
        at = data.find(SCAN, at + 2)
    return all(band == _ALL for band in finished.values())


def _run(rows: np.ndarray) -> int:
    """How many rows at the end are true."""
    return len(rows) if rows.all() else int(np.argmin(rows[::-1]))
