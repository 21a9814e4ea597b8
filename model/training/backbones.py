"""The pretrained backbones: how each is built, its input scaling, and where it is tapped."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras

from model.data.samples import SamplesError

IMAGENET = "imagenet"
_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet, at 0..1


@dataclass(frozen=True, slots=True)
class Backbone:
    """A network of Keras' applications.

    `taps` are the layers whose maps are read channel by channel, near to far; `textures` those that are
    read in pairs of channels; `pattern` finds its weights in a folder.
    """

    name: str
    application: str
    options: tuple[tuple[str, Any], ...]
    taps: tuple[str, ...]
    textures: tuple[str, ...]
    pattern: str


_V3_TAPS = tuple(f"expanded_conv_{number}_expand_bn" for number in (10, 12, 14))
_V3_TEXTURES = ("expanded_conv_add", *(f"expanded_conv_{number}_add" for number in (2, 5, 9, 11)))
_V3 = (("include_preprocessing", False),)
BACKBONES = {
    backbone.name: backbone
    for backbone in (
        Backbone(
            "mobilenet_v2",
            "MobileNetV2",
            (),
            ("block_10_expand_relu", "block_13_expand_relu", "block_16_project_BN", "out_relu"),
            (
                "expanded_conv_project_BN",
                *(f"block_{number}_depthwise_relu" for number in (1, 2)),
                *(f"block_{number}_add" for number in (2, 5, 9, 12)),
            ),
            "mobilenetv2_*.h5",
        ),
        Backbone(
            "mobilenet_v3_minimalistic",
            "MobileNetV3Large",
            (*_V3, ("minimalistic", True)),
            _V3_TAPS,
            _V3_TEXTURES,
            "mobilenetv3large_minimalistic_*.h5",
        ),
        Backbone(
            "mobilenet_v3",
            "MobileNetV3Large",
            _V3,
            _V3_TAPS,
            _V3_TEXTURES,
            "mobilenetv3large_1.0_*.h5",
        ),
    )
}


def find_weights(names: Sequence[str], weights: str) -> dict[str, str | None]:
    """Find each backbone's weights: a folder of files, one file for one backbone, or `imagenet`.

    Errors: `SamplesError` where a file is missing or cannot be told.
    """
    place = Path(weights)
    if weights == IMAGENET:
        return dict.fromkeys(names, IMAGENET)
    if place.is_file() and len(names) == 1:
        return {names[0]: weights}
    found: dict[str, str | None] = {}
    for name in names:
        files = sorted(place.glob(BACKBONES[name].pattern))
        if len(files) != 1:
            raise SamplesError(
                f"{place} must contain one file {BACKBONES[name].pattern}, but has {len(files)}"
            )
        found[name] = str(files[0])
    return found


def build_backbone(name: str, size: int | None, weights: str | None) -> Any:
    """Build a backbone without its top, for pictures of one size, or of any where it is None.

    It is named after us, so that several live in one network.
    """
    spec = BACKBONES[name]
    application = getattr(keras.applications, spec.application)
    return application(
        input_shape=(size, size, 3), include_top=False, weights=weights, name=name, **dict(spec.options)
    )


def scaling(weights: str | None) -> str:
    """The input scaling of these weights: Keras' own -1..1, or ImageNet's standardised colours."""
    return "standardised" if weights and "kelp" in Path(weights).name else "symmetric"


def scaled(pixels: Any, how: str) -> Any:
    """Scale pixels of 0..255."""
    if how == "standardised":
        factors = [1 / (255 * deviation) for deviation in _DEVIATION]
        shifts = [-mean / deviation for mean, deviation in zip(_MEAN, _DEVIATION, strict=True)]
        return keras.layers.Rescaling(factors, shifts)(pixels)
    return keras.layers.Rescaling(1 / 127.5, -1.0)(pixels)


def tapped(backbone: Any) -> list[str]:
    """Name the layers that are read: the taps, and the last."""
    names = list(BACKBONES[backbone.name].taps)
    last = backbone.layers[-1].name
    return names if last in names else [*names, last]


def textured(backbone: Any) -> tuple[str, ...]:
    """Name the layers whose textures are read."""
    return BACKBONES[backbone.name].textures
