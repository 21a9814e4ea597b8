"""What a production run is made of, but the pictures."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that a run is made of, but the pictures.

    The scaled look sees a picture whole, its short side scaled to `short` pixels.
    Of every `degraded_each`th picture a degraded copy is learned from beside the picture itself, and of
    every `processed_each`th original a processed one; every `encoded_each`th is judged after the ordinary
    re-encodings, too, beside those near a threshold.
    """

    backbones: tuple[str, ...] = ("mobilenet_v2",)
    short: int = 352
    shrink: float = 0.15
    ridges: tuple[float, ...] = (1.0, 5.0)
    degraded_each: int = 6
    processed_each: int = 2
    encoded_each: int = 12
    folds: int = 5
    seed: int = 11
