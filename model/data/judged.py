"""What a classifier said of one labelled picture; loads no runtime, so that training code can import it."""

from dataclasses import dataclass, field

from model.data.samples import Sample


@dataclass(frozen=True, slots=True)
class Judged:
    """One picture's calibrated logits, and the thresholds (clear, flagged) that they were held against.

    `logit` is what decides: near a threshold the median of `first`, the picture as it is, and its
    re-encodings. `encoded` holds those of the ordinary re-encodings by name; `uniform` that of the picture
    cut to one size and saved in one codec; `swapped` that of the picture in the other class's codec (human
    as WebP 90, generated as JPEG 75). `sharpness` is the logarithm of the Laplacian's variance, `pixels`
    that of the original's pixels.
    """

    sample: Sample
    logit: float
    lines: tuple[float, float]
    first: float
    sharpness: float
    pixels: float
    encoded: dict[str, float] = field(default_factory=dict)
    uniform: float | None = None
    swapped: float | None = None

    @property
    def side(self) -> int:
        """The finding: 0 clear, 1 uncertain, 2 flagged."""
        return self.side_of(self.logit)

    def side_of(self, logit: float) -> int:
        """The finding that another logit would have led to."""
        return sum(logit >= line for line in self.lines)
