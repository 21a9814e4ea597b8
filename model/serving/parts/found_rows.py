"""The rows that could be decoded of a picture, and what is made of them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Rows = NDArray[np.bool_]
Load = Callable[[bytes], Image.Image]  # decodes a whole file, with all checks


class FewRowsError(Exception):
    """Less than half of a picture's rows are there."""

    def __init__(self, rows: int, height: int) -> None:
        super().__init__(f"{rows} of {height} rows")
        self.rows = rows
        self.height = height


@dataclass(frozen=True, slots=True)
class FoundRows:
    """A decoded image, which of its rows are there, and whether nothing is missing."""

    image: Image.Image
    rows: Rows
    is_whole: bool

    def joined(self) -> Image.Image:
        """What is there: missing rows repeat the one above, and those at either end are cut off.

        Errors: `FewRowsError`.
        """
        there = int(self.rows.sum())
        if 2 * there < len(self.rows):
            raise FewRowsError(there, len(self.rows))
        places = np.flatnonzero(self.rows)
        top, bottom = int(places[0]), int(places[-1]) + 1
        image = self.image.crop((0, top, self.image.width, bottom)) if there < len(self.rows) else self.image
        if there == bottom - top:
            return image
        above = np.maximum.accumulate(np.where(self.rows[top:bottom], np.arange(bottom - top), 0))
        filled = Image.fromarray(np.asarray(image)[above], image.mode)
        if image.palette is not None:
            filled.putpalette(image.palette)
        filled.info.update(image.info)
        return filled


def upper(rows: int, height: int) -> Rows:
    """The first rows of so many."""
    return np.arange(height) < rows
