"""What a run leaves for publishing: the weights of its networks, and the facts about them."""

import json
from pathlib import Path
from typing import Any

import keras

from model.training.network import build_reader

FACTS, NETWORK, NATIVE = "facts.json", "network.weights.h5", "native.weights.h5"


def save_network(files: Any, scalings: dict[str, str], head: Any, place: Path) -> int:
    """Keep a network's weights, and return how many channels its look has."""
    reader = build_reader(files, scalings, head)
    reader.save_weights(place)
    return int(reader.output["look"].shape[-1])


def load_trained(folder: Path) -> tuple[Any, dict[str, Any]]:
    """Load what a run left: the network of the scaled look and the facts. Errors: FileNotFoundError."""
    facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    return _load(folder / NETWORK, facts), facts


def load_native(folder: Path, facts: dict[str, Any]) -> Any:
    """Load the network of the native look."""
    return _load(folder / NATIVE, facts)


def _load(place: Path, facts: dict[str, Any]) -> Any:
    # Layers are named by counters of the process, and their names stand in the exported file: without
    # this, one network exported after a training and by itself would have two digests.
    keras.utils.clear_session()
    recipe, scalings = facts["training"]["recipe"], facts["training"]["scalings"]
    reader = build_reader(dict.fromkeys(recipe["backbones"]), scalings)
    reader.load_weights(place)
    return reader
