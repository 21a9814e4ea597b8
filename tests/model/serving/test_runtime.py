"""The classifier that is installed, at work."""

import io
import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from model.serving.encodings import ORDINARY, encode_again
from model.serving.heatmap import paint
from model.serving.info import CELLS, ModelInfoError, read_model_info
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


def test_the_mean_of_the_map_is_the_score_itself(classifier: Classifier, picture: Picture) -> None:
    slope, intercept = read_model_info().calibration
    [(_, cells)] = classifier.activation(picture.rgb)
    assert cells.mean() == pytest.approx(slope * classifier.scaled_logit(picture.rgb) + intercept, abs=1e-3)


def test_each_region_says_what_its_cells_of_the_map_say(classifier: Classifier, picture: Picture) -> None:
    said = classifier.classify(picture)
    [((left, top, right, low), cells)] = classifier.activation(picture.rgb)
    rows, columns = cells.shape
    assert len(said.views) == 7  # three squares along the picture, and one in each corner
    for one in said.views:
        x, end_x = (round((edge - left) / (right - left) * columns) for edge in one.box[::2])
        y, end_y = (round((edge - top) / (low - top) * rows) for edge in one.box[1::2])
        logit = cells[y:end_y, x:end_x].mean()
        assert one.score == pytest.approx(1 / (1 + math.exp(-logit)), rel=1e-4)


@pytest.mark.parametrize("size", [(1, 1), (20_000, 10), (512, 512)])
def test_pictures_of_any_shape_are_classified(classifier: Classifier, size: tuple[int, int]) -> None:
    odd = decode_picture(saved(gradient(*size), "PNG"), max_pixels=LIMIT)
    assert 0 < classifier.classify(odd).score < 1


def test_a_heat_map_is_a_png_in_the_shape_of_the_picture(classifier: Classifier, picture: Picture) -> None:
    with Image.open(io.BytesIO(classifier.heatmap(picture))) as image:
        assert image.format == "PNG"
        assert image.height == 512
        assert image.width == pytest.approx(512 * 7 / 9, abs=1)


def test_frames_show_where_the_native_look_was_taken() -> None:
    rgb, nothing = np.full((300, 400, 3), 120, np.uint8), [((0.0, 0.0, 1.0, 1.0), np.full((8, 8), -5.0))]
    plain = paint(rgb, nothing, 400)
    framed = paint(rgb, nothing, 400, [((0.25, 0.2, 0.5, 0.6), 20.0), ((0.6, 0.2, 0.8, 0.6), -3.0)])
    with Image.open(io.BytesIO(plain)) as one, Image.open(io.BytesIO(framed)) as other:
        assert other.getpixel((100, 100)) == (214, 20, 20)  # as hot as it gets
        assert other.getpixel((240, 100)) == (255, 255, 255)
        assert other.getpixel((150, 100)) == one.getpixel((150, 100))


def test_heat_is_painted_where_a_part_lies_and_nowhere_between() -> None:
    rgb, hot = np.full((100, 800, 3), 120, np.uint8), np.full((4, 4), 20.0)
    ends = [((0.0, 0.0, 0.125, 1.0), hot), ((0.875, 0.0, 1.0, 1.0), hot)]
    with Image.open(io.BytesIO(paint(rgb, ends, 800))) as image:
        red = np.asarray(image)[50, :, 0].astype(int)
    assert red[[10, 90, 710, 790]].min() > 150
    assert set(red[110:690]) == {120}


def test_the_version_holds_the_digest_of_the_weights() -> None:
    info = read_model_info()
    assert info.version.endswith(f"-{info.sha256[:8]}")
    assert info.weights == f"{info.version}.tflite"


@pytest.mark.slow
def test_a_score_near_a_threshold_is_the_median_with_its_re_encodings(
    tmp_path: Path, picture: Picture
) -> None:
    once = Classifier.load().classify(picture)
    assert once.score_range is None
    line = once.score * 0.999999
    folder = _copy(tmp_path, clear_below=line, flagged_from=line, margin=0.5)
    classifier = Classifier.load(folder)
    again = classifier.classify(picture)
    slope, intercept = read_model_info(folder).calibration
    looks = [picture.rgb, *(encode_again(picture.rgb, encoding) for encoding in ORDINARY)]
    logits = sorted(slope * classifier.scaled_logit(rgb) + intercept for rgb in looks)
    scores = [1 / (1 + math.exp(-logit)) for logit in logits]
    assert again.score == pytest.approx(1 / (1 + math.exp(-(logits[2] + logits[3]) / 2)), rel=1e-6)
    assert again.score_range == pytest.approx((scores[0], scores[-1]), rel=1e-6)
    assert scores[0] < scores[-1]


def test_a_score_far_from_both_thresholds_is_looked_at_once(tmp_path: Path, picture: Picture) -> None:
    score = Classifier.load().classify(picture).score
    folder = _copy(tmp_path, clear_below=score * 0.999999, flagged_from=score * 0.999999, margin=0.0)
    assert Classifier.load(folder).classify(picture).score_range is None


def test_a_score_comes_with_the_share_of_human_pictures_that_score_as_high(
    classifier: Classifier, picture: Picture
) -> None:
    said, shares = classifier.classify(picture), read_model_info().human_shares
    assert len(shares) == 101
    assert list(shares) == sorted(shares, reverse=True)
    assert said.human_share == shares[int(said.score * 100)]


@pytest.mark.slow
def test_the_native_look_counts_between_its_ends_and_by_its_cell(tmp_path: Path) -> None:
    data = saved(gradient(700, 900), "PNG")
    both = decode_picture(data, max_pixels=LIMIT, looks_native=True)
    alone = decode_picture(data, max_pixels=LIMIT)

    def differs(between: tuple[float, float], weight: float) -> bool:
        folder = _copy(tmp_path, clear_below=0.4, flagged_from=0.6, margin=0.0)
        described = json.loads((folder / "classifier.json").read_text())
        described["native"] |= {"between": between, "cells": dict.fromkeys(CELLS, weight)}
        (folder / "classifier.json").write_text(json.dumps(described))
        classifier = Classifier.load(folder)
        return classifier.classify(both).score != classifier.classify(alone).score

    assert differs((-99.0, 99.0), 1.0)
    assert not differs((98.0, 99.0), 1.0)
    assert not differs((-99.0, 99.0), 0.0)


@pytest.mark.slow
def test_more_threads_give_the_same_score(picture: Picture) -> None:
    scores = [Classifier.load(threads=threads).classify(picture).score for threads in (1, 4)]
    assert scores[0] == pytest.approx(scores[1], abs=1e-3)


def test_a_score_that_decides_nothing_is_not_looked_at_again(
    tmp_path: Path, picture: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    score = Classifier.load().classify(picture).score
    folder = _copy(tmp_path, clear_below=score * 0.999999, flagged_from=score * 1.000001, margin=0.5)
    monkeypatch.setattr("model.serving.runtime.ORDINARY", (None,))  # nothing that a picture could be saved as
    assert Classifier.load(folder).classify(picture).score_range is None


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
        "c.scaled_logit(np.zeros((512, 1500, 3), dtype=np.uint8));"
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
    for path in home.glob("*.tflite"):
        if not (folder / path.name).exists():
            (folder / path.name).write_bytes(path.read_bytes())
    return folder
