"""Known images: labels of pictures by their perceptual hash."""

from dataclasses import dataclass
from datetime import datetime

from core.vocabulary import Label

LEAST_QUALITY = 50  # of a perceptual hash that tells pictures apart


@dataclass(frozen=True, slots=True)
class PictureHash:
    """A perceptual hash (PDQ): 256 bits as 64 hex digits, and their quality, 0 to 100.

    Below 50 a picture has too few edges to be told from others by them.
    """

    hex: str
    quality: int


@dataclass(frozen=True, slots=True)
class KnownImage:
    """What is known of a picture that looks like another one, `distance` bits of 256 apart.

    A person decided it (`case` is its image, with the decision's id and moment), or the list of someone
    else says so (`list_name`). `label` is None where the person decided that it is partly generated.
    """

    label: Label | None
    distance: int
    case: str | None = None
    decision_id: str | None = None
    decided_at: datetime | None = None
    list_name: str | None = None
