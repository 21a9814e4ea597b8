"""The classifier that is installed, at work."""

import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from model.serving.info import ModelInfoError, read_model_info
from model.serving.picture import Picture, decode_picture
from model.serving.runtime import Classifier
from tests.model.drawing import LIMIT, gradient, saved


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier.load()


@pytest.fixture(scope="module")
def picture() -> Picture:
    return decode_picture(saved(gradient(700, 900), "PNG"), max_pixels=LIMIT)


def test_a_score_is_a_probability_and_names_its_model(classifier: Classifier, picture: Picture) -> None:
    first, second = classifier.classify(picture), classifier.classify(picture)
    assert first == second
    assert 0 < first.score < 1
    assert first.model == classifier.version == read_model_info().version


@pytest.mark.parametrize("size", [(1, 1), (20_000, 10), (512, 512)])
def test_pictures_of_any_shape_are_classified(classifier: Classifier, size: tuple[int, int]) -> None:
    odd = decode_picture(saved(gradient(*size), "PNG"), max_pixels=LIMIT)
    assert 0 < classifier.classify(odd).score < 1


def test_a_heat_map_is_a_png_in_the_shape_of_the_picture(classifier: Classifier, picture: Picture) -> None:
    with Image.open(io.BytesIO(classifier.heatmap(picture))) as image:
        assert image.format == "PNG"
        assert image.height == 512
        assert image.width == pytest.approx(512 * 7 / 9, abs=1)


def test_the_version_holds_the_digest_of_the_weights() -> None:
    info = read_model_info()
    assert info.version.endswith(f"-{info.sha256[:8]}")
    assert info.weights == f"{info.version}.tflite"


@pytest.mark.slow
def test_a_score_near_a_line_is_looked_at_again(tmp_path: Path, picture: Picture) -> None:
    """Put both lines a hair below the score, then above it: a copy that moves crosses one of the two."""
    score = Classifier.load().classify(picture).score

    def is_stable(line: float, margin: float) -> bool:
        folder = _copy(tmp_path, clear_below=line, flagged_from=line, margin=margin)
        return Classifier.load(folder).classify(picture).stable

    lines = (score * 0.999999, score * 1.000001)
    assert [is_stable(line, margin=0.0) for line in lines] == [True, True]
    assert False in [is_stable(line, margin=0.5) for line in lines]


def test_a_score_that_decides_nothing_is_not_looked_at_again(
    tmp_path: Path, picture: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    score = Classifier.load().classify(picture).score
    folder = _copy(tmp_path, clear_below=score * 0.999999, flagged_from=score * 1.000001, margin=0.5)
    monkeypatch.setattr("model.serving.runtime.ORDINARY", (None,))  # nothing that a picture could be saved as
    assert Classifier.load(folder).classify(picture).stable


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"version": 1}', '{"thresholds": {"clear_below": 2, "flagged_from": 1}}']
)
def test_a_damaged_description_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "classifier.json").write_text(text)
    with pytest.raises(ModelInfoError):
        read_model_info(tmp_path)


@pytest.mark.processes
def test_the_description_is_read_without_numpy_pillow_or_runtime() -> None:
    code = (
        "import sys; from model.serving.info import read_model_info, read_card;"
        "read_model_info(); read_card();"
        "print([m for m in ('numpy', 'PIL', 'ai_edge_litert', 'keras') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.processes
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads memory as Linux tells it")
def test_loading_is_quick_and_small() -> None:
    code = (
        "import time; from model.serving.runtime import Classifier; start = time.monotonic();"
        "import numpy as np; c = Classifier.load(); print(time.monotonic() - start);"
        "c.view_logits(np.zeros((512, 700, 3), dtype=np.uint8));"
        "print(int(next(x for x in open('/proc/self/status') if x.startswith('VmHWM')).split()[1]) / 1024)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, mebibytes = map(float, done.stdout.split())
    assert seconds < 2  # 0.1 s on an idle machine
    assert mebibytes < 200


def _copy(folder: Path, *, clear_below: float, flagged_from: float, margin: float) -> Path:
    home = Path(sys.modules["model.serving.info"].__file__ or "").parents[1] / "weights"
    described = json.loads((home / "classifier.json").read_text())
    described["thresholds"] = {"clear_below": clear_below, "flagged_from": flagged_from}
    described["stability"]["margin"] = margin
    (folder / "classifier.json").write_text(json.dumps(described))
    weights = folder / described["weights"]["file"]
    if not weights.exists():
        weights.write_bytes((home / weights.name).read_bytes())
    return folder


def test_views_are_cut_alike_from_the_same_pixels(classifier: Classifier, picture: Picture) -> None:
    assert np.array_equal(classifier.view_logits(picture.rgb), classifier.view_logits(picture.rgb.copy()))
