"""Keras code that runs on any of its backends: what one trains, another reads and TensorFlow publishes."""

# ruff: noqa: PLC0415  # what loads Keras is imported only where it is installed
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.training

VIEWS = np.random.default_rng(5).integers(0, 256, (3, 96, 96, 3), dtype=np.uint8)
_TRAIN = """
import sys
from pathlib import Path
import keras, numpy as np
from PIL import Image
from model.training.backbones import build_backbone
from model.data.sample_pixels import open_pixels
from model.training.production import train_production
from model.training.recipe import Recipe
from model.training.trained import load_trained
from model.data.samples import read_samples
folder = Path(sys.argv[1])
rng = np.random.default_rng(0)
for number in range(12):
    place = folder / ("ai", "human")[number % 2] / f"owner{number // 2 % 3}" / f"{number}.png"
    place.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(rng.integers(0, 256, (100, 110, 3), dtype=np.uint8)).save(place)
keras.utils.set_random_seed(0)
build_backbone("mobilenet_v2", 96, None).save_weights(folder / "made-up.weights.h5")
samples = read_samples(folder)
recipe = Recipe(short=96, folds=3)
pixels = open_pixels(samples, folder, print)
train_production(recipe, str(folder / "made-up.weights.h5"), samples, pixels, folder=folder, say=print)
network, _ = load_trained(folder)
views = np.random.default_rng(5).integers(0, 256, (3, 96, 96, 3), dtype=np.uint8).astype(np.float32)
np.save(folder / "logits.npy", keras.ops.convert_to_numpy(network(views)["logit"]))
assert keras.backend.backend() == sys.argv[2]
assert "ai_edge_litert" not in sys.modules  # Keras itself may load TensorFlow where it is installed
"""


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_what_another_backend_trains_tensorflow_publishes(backend: str, tmp_path: Path) -> None:
    """Left out where the framework is not installed, as in CI; the test below runs everywhere."""
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"no {backend} here")
    from model.training.export import convert, largest_difference
    from model.training.trained import load_trained

    environment = {**os.environ, "KERAS_BACKEND": backend}
    subprocess.run([sys.executable, "-c", _TRAIN, str(tmp_path), backend], check=True, env=environment)
    network, _ = load_trained(tmp_path)
    said = network.predict_on_batch(VIEWS.astype(np.float32))["logit"]
    assert said == pytest.approx(np.load(tmp_path / "logits.npy"), abs=1e-4)
    assert largest_difference(network, convert(network, "float32"), VIEWS) < 1e-3


def test_another_backend_reads_features_by_keras_and_never_by_tensorflows_runtime(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import keras

    from model.training.feature_reading import make_reader
    from model.training.network import build_features

    network = build_features({"mobilenet_v2": None}, {"mobilenet_v2": "symmetric"})
    expected = np.concatenate([network.predict_on_batch(one[None].astype(np.float32)) for one in VIEWS])
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)  # an import of it fails
    monkeypatch.setitem(sys.modules, "model.training.export", None)
    assert make_reader(network)(VIEWS) == pytest.approx(expected, rel=1e-4, abs=1e-5)
