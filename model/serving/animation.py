"""Choosing frames of an animation, and drawing them as a browser shows them."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate

from PIL import Image

from core.pictures.stored_frames import Disposal, StoredFrame, StoredPicture

LOOKED_AT = 5  # frames, spread over the time of the animation
MOST_DRAWN = 250_000_000  # pixels, of all frames that have to be drawn for these
MOST_CANVAS = 12_000_000  # pixels; of a larger animation only the first frame is looked at
_OPENED = 20_000  # pixels that take as long as opening a frame

Decode = Callable[[StoredFrame], Image.Image]


def spread_over(durations: Sequence[int]) -> list[int]:
    """The frames shown at the start, after each quarter of the time, and at the end."""
    ends = list(accumulate(durations))
    times = (ends[-1] * step // (LOOKED_AT - 1) for step in range(LOOKED_AT))
    return sorted({min(bisect_right(ends, time), len(ends) - 1) for time in times})


def choose_frames(stored: StoredPicture) -> list[int]:
    """The frames to look at, in their order; from an earlier part where all of it would take too long."""
    if stored.width * stored.height > MOST_CANVAS:
        return [0]
    reach = len(stored.frames)
    while True:
        chosen = spread_over([frame.shown_for for frame in stored.frames[:reach]])
        drawn = (stored.frames[number] for number in _drawn_for(stored, chosen))
        if reach == 1 or sum(_OPENED + one.width * one.height for one in drawn) <= MOST_DRAWN:
            return chosen
        reach //= 2


def fills_canvas(stored: StoredPicture, frame: StoredFrame) -> bool:
    """True if a frame lies on all of the canvas."""
    return (frame.left, frame.top) == (0, 0) and (frame.width, frame.height) >= (stored.width, stored.height)


def draw_frames(stored: StoredPicture, chosen: Sequence[int], decode: Decode) -> Iterator[Image.Image]:
    """Draw the chosen frames: RGBA images, each good until the next is asked for.

    A frame that cannot be decoded changes nothing, as in browsers. Errors: those of `decode`, where no frame
    can be.
    """
    canvas = Image.new("RGBA", (stored.width, stored.height))
    fault: Exception | None = None
    is_drawn = False
    for number in _drawn_for(stored, chosen):
        frame = stored.frames[number]
        if _starts_anew(stored, number):
            canvas.paste((0, 0, 0, 0), (0, 0, *canvas.size))
        box = (frame.left, frame.top, frame.left + frame.width, frame.top + frame.height)
        before = canvas.crop(box) if frame.disposal is Disposal.RESTORE else None
        try:
            image = decode(frame).convert("RGBA")
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001  # decoders raise what they like
            fault = fault or error
        else:
            is_drawn = True
            if frame.blends:
                canvas.alpha_composite(image, box[:2])
            else:
                canvas.paste(image, box[:2])
        if is_drawn and number in chosen:
            yield canvas
        if frame.disposal is Disposal.CLEAR:
            canvas.paste((0, 0, 0, 0), box)
        elif before is not None:
            canvas.paste(before, box[:2])
    if fault is not None and not is_drawn:
        raise fault


def _drawn_for(stored: StoredPicture, chosen: Sequence[int]) -> list[int]:
    """The frames that have to be drawn: back from each chosen one to where the canvas starts anew."""
    drawn: list[int] = []
    for number in chosen:
        start = number
        while not _starts_anew(stored, start) and start > (drawn[-1] + 1 if drawn else 0):
            start -= 1
        drawn += range(start, number + 1)
    return drawn


def _starts_anew(stored: StoredPicture, number: int) -> bool:
    """True if nothing of what was drawn before a frame is left."""
    if number == 0:
        return True
    frame, before = stored.frames[number], stored.frames[number - 1]
    covers = frame.covers and fills_canvas(stored, frame)
    return covers or (before.disposal is Disposal.CLEAR and fills_canvas(stored, before))
