"""Notes on a picture: too small, cut short, one frame of several."""

import numpy as np
import pytest

from core.sayings.codes import Reason
from core.sayings.saying import render, say
from core.sayings.stored import saying_json
from model.serving.picture import Picture
from worker.examining.notes import notes_among, notes_on


def picture(width: int, height: int, *, rows: int | None = None, frames: int = 1) -> Picture:
    rgb = np.zeros((rows or height, width, 3), np.uint8)
    return Picture(rgb, width, height, "png", frames=frames, is_cut_short=rows is not None)


@pytest.mark.parametrize(
    ("size", "is_small"),
    [((1, 1), True), ((63, 900), True), ((900, 63), True), ((64, 64), False), ((64, 900), False)],
)
def test_a_picture_is_too_small_by_its_short_side(size: tuple[int, int], is_small: bool) -> None:  # noqa: FBT001
    notes = [render(note) for note in notes_on(picture(*size))]
    said = "The picture is too small to judge: its short side is under 64 pixels."
    assert notes == ([said] if is_small else [])


def test_what_is_left_of_a_picture_may_be_too_small() -> None:
    codes = [note.code for note in notes_on(picture(100, 100, rows=60))]
    assert codes == [Reason.PICTURE_TOO_SMALL, Reason.FILE_ENDS_EARLY]


def test_the_frames_of_an_animation_are_counted() -> None:
    (note,) = notes_on(picture(100, 100, frames=1200))
    assert render(note) == (
        "The file has 1,200 frames. Of up to five spread over it, the one with the most detail was examined."
    )


def test_the_notes_of_a_verdict_are_found_among_its_reasons() -> None:
    notes = (say(Reason.FILE_ENDS_EARLY), say(Reason.FRAMES_COUNTED, count=3))
    reasons = [saying_json(one) for one in (say(Reason.PIXELS_CLEAR, score=0.1), *notes)]
    assert (
        notes_among([*reasons, "A sentence of an older version.", {"code": "newer", "values": {}}]) == notes
    )
