"""What a picture looks like, in 256 bits of the classifier's features: for finding pictures alike in style.

Random projections keep angles (Charikar, STOC 2002): the more bits of two pictures differ, the wider the
angle between their features. Each channel is first brought to mean 0 and deviation 1; otherwise all angles
would be small.
"""

import hashlib
import json
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.vocabulary import PictureLook
from model.serving.info import LookInfo

BITS = 256
SEED = 576  # another one makes other bits, and so another kind


def look_of(features: NDArray[np.float32], info: LookInfo) -> PictureLook:
    """The look of a picture by the features of its views (n, d)."""
    standard = (features.mean(axis=0) - np.array(info.mean)) / np.array(info.deviation)
    return PictureLook(info.kind, np.packbits(_directions(len(info.mean)) @ standard > 0).tobytes().hex())


def look_facts(name: str, mean: NDArray[np.float64], deviation: NDArray[np.float64]) -> dict[str, Any]:
    """What `classifier.json` says of looks: a network's channels, measured over many pictures.

    Other figures make other bits, so that they are part of the kind's name.
    """
    channels = {
        "mean": [round(float(value), 4) for value in mean],
        "deviation": [max(0.001, round(float(value), 4)) for value in deviation],
    }
    digest = hashlib.sha256(json.dumps([SEED, channels]).encode()).hexdigest()
    return {"kind": f"{name}-{digest[:8]}", **channels}


@cache
def _directions(channels: int) -> NDArray[np.float64]:
    # RandomState's stream is frozen; those of the newer generators may change with NumPy.
    return np.random.RandomState(SEED).standard_normal((BITS, channels))
