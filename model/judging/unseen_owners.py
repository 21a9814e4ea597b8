"""What a run said of owners that its heads and choices had not seen, ready for the report."""

from collections.abc import Sequence

import numpy as np

from model.data.judged import Judged
from model.data.sample_pixels import SamplePixels
from model.data.samples import Sample
from model.judging.evaluation import sharpness
from model.training.unseen import Unseen


def judge_unseen_owners(samples: Sequence[Sample], pixels: SamplePixels, unseen: Unseen) -> list[Judged]:
    """Join each picture with its logits and the thresholds of its fold, in the samples' order.

    Re-encodings are told of the sampled pictures alone: those near a threshold would not stand for all.
    """
    place = {int(row): number for number, row in enumerate(unseen.rows) if row % unseen.sampled_each == 0}
    judged = []
    for number, sample in enumerate(samples):
        rgb = pixels[number]
        width, height = (int(sample.facets.get(name, 0)) for name in ("width", "height"))
        again = place.get(number)
        judged.append(
            Judged(
                sample,
                float(unseen.settled[number]),
                (float(unseen.lines[number, 0]), float(unseen.lines[number, 1])),
                float(unseen.first[number]),
                sharpness(rgb),
                float(np.log(width * height or rgb.shape[0] * rgb.shape[1])),
                {} if again is None else {name: float(row[again]) for name, row in unseen.encoded.items()},
            )
        )
    return judged
