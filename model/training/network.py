"""The production network: several backbones, their maps' statistics, one linear layer, a heat map.

Each tapped map gives the mean and the deviation of every channel; nearer maps, whose cells see little
more than a brush stroke, give the covariance of every pair of channels: texture, as it is read where
style is synthesised (Gatys et al. 2015). The linear layer is applied to every cell: a channel's value
for its mean, its squared distance from the mean over its deviation for the deviation, the product of
two channels' distances for a covariance. The average over the cells is the logit itself, so the cells
are a class activation map, exact and without gradients.
"""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from model.training.backbones import build_backbone, scaled, scaling, tapped, textured
from model.training.head import Head

SIDE = 256  # px; at which networks are converted. They run at every other multiple of 32
_TINY = 1e-6  # of a variance; less would be nothing in float16, and nothing by nothing is no number


def build_features(weights: Mapping[str, str | None], scalings: Mapping[str, str]) -> Any:
    """Build the network from pixels (1, h, w, 3) of 0..255 to features (1, d); sides are multiples of 32."""
    pixels, maps, textures, _ = _maps(weights, scalings)
    parts = []
    for values in maps:
        mean, deviation = _statistics(values)
        parts += [keras.layers.Flatten()(mean), keras.layers.Flatten()(deviation)]
    parts += [_covariances(values) for values in textures]
    return keras.Model(pixels, keras.layers.Concatenate()(parts), name="features")


def build_reader(
    weights: Mapping[str, str | None], scalings: Mapping[str, str], head: Head | None = None
) -> Any:
    """Build the network from pixels (n, 32 h, 32 w, 3) of 0..255, of any size, to a dict.

    In it are `logit` (n, 1), `map` (n, h, w, 1) and `look` (n, d).

    The look is the mean of the first tapped map, the nearest: style more than subject.
    """
    pixels, maps, textures, cells = _maps(weights, scalings)
    readers, mixers, seen, means = [], [], [], []

    def see(read: Any, side: int) -> None:
        ratio = side // min(cells)
        seen.append(keras.layers.AveragePooling2D(ratio)(read) if ratio > 1 else read)

    for values, side in zip(maps, cells, strict=False):
        mean, deviation = _statistics(values)
        means.append(mean)
        distance = keras.ops.square(values - mean) / deviation
        for part in (values, distance):
            readers.append(keras.layers.Conv2D(1, 1, use_bias=False))
            see(readers[-1](part), side)
    for values, side in zip(textures, cells[len(maps) :], strict=True):
        distance = values - keras.ops.mean(values, axis=(1, 2), keepdims=True)
        mixers.append(keras.layers.Conv2D(values.shape[-1], 1, use_bias=False))
        see(keras.ops.sum(distance * mixers[-1](distance), axis=-1, keepdims=True), side)
    # The bias is a layer of its own, so that it can be set like the others.
    bias = keras.layers.Conv2D(1, 1, name="map")
    summed = bias(keras.layers.Add()(seen))
    logit = keras.layers.GlobalAveragePooling2D(name="logit")(summed)
    look = keras.layers.Flatten(name="look")(means[0])
    network = keras.Model(pixels, {"logit": logit, "map": summed, "look": look}, name="reader")
    if head is not None:
        _set(readers, mixers, bias, head)
    return network


def scalings_of(weights: Mapping[str, str | None]) -> dict[str, str]:
    """The input scaling of each backbone's weights."""
    return {name: scaling(file) for name, file in weights.items()}


def _set(readers: list[Any], mixers: list[Any], bias: Any, head: Head) -> None:
    start = 0
    for reader in readers:
        width = reader.kernel.shape[2]
        part = head.weight[start : start + width].astype(np.float32)
        reader.set_weights([part.reshape(1, 1, width, 1)])
        start += width
    for mixer in mixers:
        width = mixer.kernel.shape[2]
        rows, columns = np.triu_indices(width)
        mix = np.zeros((width, width))
        mix[rows, columns] = head.weight[start : start + len(rows)]
        # A pair is one feature and two entries; the diagonal is halved twice and added up again.
        mixer.set_weights([((mix + mix.T) / 2).astype(np.float32).reshape(1, 1, width, width)])
        start += len(rows)
    if start != len(head.weight):
        raise ValueError(f"the head has {len(head.weight)} weights, the network {start} features")
    bias.set_weights([np.ones((1, 1, 1, 1), np.float32), np.array([head.bias], np.float32)])


def _maps(
    weights: Mapping[str, str | None], scalings: Mapping[str, str]
) -> tuple[Any, list[Any], list[Any], list[int]]:
    """The input of the pixels, the tapped maps, the maps for textures, and the sides of all of these.

    Sides are those of the maps of a picture of `SIDE` pixels: what counts is how they compare.
    """
    pixels = keras.Input((None, None, 3), name="pixels")
    maps: list[Any] = []
    textures: list[Any] = []
    sides: tuple[list[int], list[int]] = ([], [])
    for name, file in weights.items():
        backbone = build_backbone(name, None, file)
        taps, near = tapped(backbone), textured(backbone)
        outputs = [backbone.get_layer(layer).output for layer in (*taps, *near)]
        view = keras.Model(backbone.input, outputs, name=f"{name}_taps")
        seen = view(scaled(pixels, scalings[name]))
        maps += seen[: len(taps)]
        textures += seen[len(taps) :]
        shapes = [shape[1] for shape in view.compute_output_shape((1, SIDE, SIDE, 3))]
        sides[0].extend(shapes[: len(taps)])
        sides[1].extend(shapes[len(taps) :])
    return pixels, maps, textures, [*sides[0], *sides[1]]


def _statistics(values: Any) -> tuple[Any, Any]:
    """Mean and deviation of each channel over the cells, (n, 1, 1, c) each."""
    mean = keras.ops.mean(values, axis=(1, 2), keepdims=True)
    variance = keras.ops.mean(keras.ops.square(values - mean), axis=(1, 2), keepdims=True)
    return mean, keras.ops.sqrt(variance + _TINY)


def _covariances(values: Any) -> Any:
    """The covariance over the cells of every pair of channels once, (1, c (c + 1) / 2)."""
    channels = values.shape[-1]
    # Conversion freezes shapes that are named: so the batch is, and the cells, which differ, are counted.
    cells = keras.ops.reshape(values, (1, -1, channels))
    count = keras.ops.sum(cells[:, :, :1] * 0 + 1, axis=1, keepdims=True)
    cells = cells - keras.ops.mean(cells, axis=1, keepdims=True)
    products = keras.ops.matmul(keras.ops.transpose(cells, (0, 2, 1)), cells) / count
    rows, columns = np.triu_indices(channels)
    flat = keras.ops.reshape(products, (-1, channels * channels))
    return keras.ops.take(flat, rows * channels + columns, axis=1)
