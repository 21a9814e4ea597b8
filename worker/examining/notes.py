"""Reasons that come of the picture itself, whatever its pixels and its file say."""

from collections.abc import Iterable
from typing import Any

from core.sayings.codes import Reason
from core.sayings.saying import Saying, say
from core.sayings.stored import read_saying
from model.serving.picture import Picture

LEAST_SIDE = 64  # pixels; the classifier was never judged on less
_NOTES = frozenset({Reason.PICTURE_TOO_SMALL, Reason.FILE_ENDS_EARLY, Reason.FRAMES_COUNTED})


def notes_on(picture: Picture) -> tuple[Saying, ...]:
    """The notes on a picture that was decoded."""
    notes = []
    if picture.short_side < LEAST_SIDE:
        notes.append(say(Reason.PICTURE_TOO_SMALL, least=LEAST_SIDE))
    if picture.is_cut_short:
        notes.append(say(Reason.FILE_ENDS_EARLY))
    if picture.is_animated:
        notes.append(say(Reason.FRAMES_COUNTED, count=picture.frames))
    return tuple(notes)


def notes_among(stored: Iterable[Any]) -> tuple[Saying, ...]:
    """The notes among the reasons of a verdict that a row holds."""
    reasons = (read_saying(one) for one in stored)
    return tuple(one for one in reasons if isinstance(one, Saying) and one.code in _NOTES)
