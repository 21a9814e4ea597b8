"""A picture file taken apart: each frame as bytes that hold its pixels and nothing else.

What a browser passes over (texts, colour profiles, chunks whose checksum is wrong) is left out, so that no
decoder can stumble over it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

MOST_FRAMES = 65_536  # of one file
_LEAST_SHOWN = 10  # ms; browsers show what claims no longer than this for 100 ms
_SHOWN_AT_LEAST = 100


_LEAST_HOLLOW = 1024  # bytes


def end_of_content(data: bytes) -> int:
    """Where the bytes of a file end that were written.

    A download that broke off may leave zeros up to the size of the file. A few zeros are data like others.
    """
    end = len(data.rstrip(b"\0"))
    return end if len(data) - end >= _LEAST_HOLLOW else len(data)


class Disposal(Enum):
    """What becomes of a frame's area before the next frame is drawn."""

    KEEP = auto()
    CLEAR = auto()
    RESTORE = auto()


@dataclass(frozen=True, slots=True)
class StoredFrame:
    """One frame, where it lies on the canvas, and how it joins what is there.

    `write` gives the bytes of a file of this frame alone. `is_whole`: False where its data are known to break
    off with the file. `blends`: what is transparent in it shows what was there before. `covers`: nothing of
    what was there before is left in its area.
    """

    write: Callable[[], bytes]
    left: int
    top: int
    width: int
    height: int
    is_whole: bool = True
    milliseconds: int = 0
    blends: bool = True
    covers: bool = False
    disposal: Disposal = Disposal.KEEP

    @property
    def shown_for(self) -> int:
        """Milliseconds for which browsers show it."""
        return self.milliseconds if self.milliseconds > _LEAST_SHOWN else _SHOWN_AT_LEAST


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """A picture file: its canvas, and the frames that a browser shows, in their order; at least one.

    `kind` is Pillow's name of the format. `exif` is the record that may turn the picture, if there is one.
    `ends_early`: frames are missing at the end.
    """

    kind: str
    width: int
    height: int
    frames: tuple[StoredFrame, ...]
    exif: bytes = b""
    ends_early: bool = False
