"""Checking that pretrained weights are available, before anything that takes long."""

from collections.abc import Sequence

from model.data.samples import SamplesError
from model.training.backbones import IMAGENET, build_backbone, find_weights


def check_pretrained(names: Sequence[str], weights: str) -> None:
    """Build each backbone once with its weights: Keras downloads ImageNet's and keeps them.

    Errors: `SamplesError`, as `find_weights` raises it, saying why and what to do.
    """
    for name, file in find_weights(names, weights).items():
        try:
            build_backbone(name, None, file)
        except Exception as error:  # Keras raises bare ones where a download fails
            reason = str(error).strip().partition("\n")[0]
            raise SamplesError(_explain(name, file, reason)) from error


def _explain(name: str, file: str | None, reason: str) -> str:
    if file != IMAGENET:
        return f"{file} does not contain Keras weights of {name} without top: {reason}"
    return (
        f"could not get the ImageNet weights for {name}: {reason}. Without internet access, name a file with "
        "--weights, or put the file of that name into the folder `models` of the Keras cache ($KERAS_HOME, "
        "else ~/.keras). Delete a damaged file there first"
    )
