"""Where a backbone's weights come from: ImageNet's by Keras' cache or download, or a file."""

# ruff: noqa: PLC0415  # what loads Keras is imported only where it is installed
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.training

# What Keras calls the file of MobileNetV2 without top: of 224 pixels, whatever the views' side.
NAME = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5"
NOWHERE = "http://127.0.0.1:9"


def _run(call: list[str], home: Path) -> subprocess.CompletedProcess[str]:
    """Run Python with a Keras' cache of its own, and with no way to the internet."""
    environment = {**os.environ, "KERAS_HOME": str(home), "https_proxy": NOWHERE, "HTTPS_PROXY": NOWHERE}
    return subprocess.run(
        [sys.executable, *call], capture_output=True, text=True, env=environment, check=False
    )


def test_imagenet_without_internet_and_cache_ends_in_one_line_that_says_what_to_do(tmp_path: Path) -> None:
    for label in ("ai", "human"):
        (tmp_path / "data" / label).mkdir(parents=True)
        (tmp_path / "data" / label / "a.png").touch()
    home = tmp_path / "keras"
    home.mkdir()
    call = ["--data", str(tmp_path / "data"), "--run", str(tmp_path / "run"), "--weights", "imagenet"]
    done = _run(["-m", "kantei", "train", *call], home)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    error = done.stderr[done.stderr.index("Error:") :]
    assert NAME in error
    assert "--weights" in error
    assert "KERAS_HOME" in error


def test_what_lies_in_keras_cache_is_used_and_nothing_downloaded(tmp_path: Path) -> None:
    import h5py
    import keras
    from keras.src.legacy.saving.legacy_h5_format import save_weights_to_hdf5_group

    from model.training.backbones import build_backbone

    network = build_backbone("mobilenet_v2", 256, None)
    (tmp_path / "models").mkdir()
    with h5py.File(tmp_path / "models" / NAME, "w") as file:
        save_weights_to_hdf5_group(file, network)
    code = (
        "from model.training.pretrained import check_pretrained;"
        "from model.training.backbones import build_backbone;"
        "check_pretrained(['mobilenet_v2'], 'imagenet');"
        "network = build_backbone('mobilenet_v2', None, 'imagenet');"
        "print('kernel', float(network.get_layer('Conv1').get_weights()[0].sum()))"
    )
    done = _run(["-c", code], tmp_path)
    kernel = float(keras.ops.convert_to_numpy(network.get_layer("Conv1").kernel).sum())
    assert float(done.stdout.split("kernel ")[1]) == pytest.approx(kernel, rel=1e-5)
    assert "Downloading" not in done.stdout


def test_a_file_that_holds_no_such_weights_is_named(tmp_path: Path) -> None:
    from model.data.samples import SamplesError
    from model.training.pretrained import check_pretrained

    rubbish = tmp_path / "weights.h5"
    rubbish.write_text("none")
    with pytest.raises(SamplesError, match=r"weights\.h5 does not contain Keras weights of mobilenet_v2"):
        check_pretrained(["mobilenet_v2"], str(rubbish))
