"""What a classifier said of one labelled picture; loads no runtime, so that training code can import it."""

from dataclasses import dataclass, field

from model.data.samples import Sample


@dataclass(frozen=True, slots=True)
class Judged:
    """One picture's calibrated logits.

    `encoded` holds those of the ordinary re-encodings by name; `uniform` that of the picture cut to
    one size and saved in one codec; `swapped` that of the picture in the other class's codec (human
    as WebP 90, generated as JPEG 75). `sharpness` is the logarithm of the Laplacian's variance,
    `pixels` that of the original's pixels.
    """

    sample: Sample
    logit: float
    sharpness: float
    pixels: float
    encoded: dict[str, float] = field(default_factory=dict)
    uniform: float | None = None
    swapped: float | None = None
