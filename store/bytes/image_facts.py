"""Facts of an image's bytes that need no verdict."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What is known of the bytes without judging them; width and height in pixels, upright.

    `is_animated` is None where no one has looked.
    """

    sha256: str
    width: int
    height: int
    format: str
    bytes: int
    is_animated: bool | None = None
