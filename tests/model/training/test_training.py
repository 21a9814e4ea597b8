"""The whole way of a model: train on drawn pictures, export, prove parity, serve, judge, report."""

# ruff: noqa: PLC0415  # what loads TensorFlow is imported only where it is installed
import json
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tests.model.training.small import small_backbone

pytestmark = pytest.mark.training


@pytest.fixture(scope="module", autouse=True)
def small() -> Iterator[None]:
    with small_backbone():
        yield


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Draw thirty pictures of two kinds, by three owners each: round and square shapes."""
    folder = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(0)
    for label in ("ai", "human"):
        for number in range(15):
            image = Image.new("RGB", (300, 280), tuple(int(c) for c in rng.integers(0, 255, 3)))
            draw = ImageDraw.Draw(image)
            for _ in range(12):
                x, y = (int(v) for v in rng.integers(0, 240, 2))
                colour = tuple(int(c) for c in rng.integers(0, 255, 3))
                (draw.ellipse if label == "ai" else draw.rectangle)((x, y, x + 50, y + 50), fill=colour)
            place = folder / label / f"owner{label}{number % 3}" / f"{number}.png"
            place.parent.mkdir(parents=True, exist_ok=True)
            image.save(place)
    rows = [
        f"{p.relative_to(folder).as_posix()},{p.parts[-3]},train,{p.parts[-2]}/x"
        for p in folder.rglob("*.png")
    ]
    (folder / "manifest.csv").write_text("file,label,split,repo\n" + "\n".join(rows) + "\n")
    return folder


@pytest.fixture(scope="module")
def run(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train, from backbone weights that this test makes up."""
    import keras

    from model.data.sample_pixels import open_pixels
    from model.data.samples import read_samples
    from model.training.backbones import build_backbone
    from model.training.production import train_production
    from model.training.recipe import Recipe

    folder = tmp_path_factory.mktemp("run")
    keras.utils.set_random_seed(0)
    weights = folder / "made-up.weights.h5"
    build_backbone("mobilenet_v2", 96, None).save_weights(weights)
    recipe = Recipe(backbones=("mobilenet_v2",), short=128, folds=3)
    samples = read_samples(data)
    said: list[str] = []
    pixels = open_pixels(samples, folder, said.append)
    first = train_production(recipe, str(weights), samples, pixels, folder=folder, say=said.append)
    again = train_production(recipe, str(weights), samples, pixels, folder=folder, say=said.append)
    assert first["calibration"] == pytest.approx(again["calibration"])
    assert "native" not in first  # the pictures are too small for a look at their own scale
    return folder


@pytest.fixture(scope="module")
def published(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish it: the folder that workers load."""
    from kantei.training.publishing import publish_run

    folder = tmp_path_factory.mktemp("published")
    publish_run(run, "float32", "2026.11", folder, lambda _: None)
    return folder


def test_calibration_and_lines_come_from_unseen_owners(run: Path) -> None:
    facts = json.loads((run / "facts.json").read_text())
    assert facts["training"]["owners"] == 6
    assert 0 < facts["thresholds"]["clear_below"] <= facts["thresholds"]["flagged_from"] < 1
    # A backbone of random weights tells nothing; the line must hold all the same.
    assert facts["unseen_owners"]["accused"]["total"] == 15
    assert 0 < facts["unseen_owners"]["auc"]["value"] < 1


def _weights(published: Path) -> bytes:
    (file,) = published.glob("*.tflite")
    return file.read_bytes()


def test_keras_and_litert_say_the_same_and_the_map_averages_to_the_logit(
    run: Path, published: Path, data: Path
) -> None:
    from model.training.export import largest_difference
    from model.training.trained import load_trained

    network, _ = load_trained(run)
    rgb = [np.asarray(Image.open(path))[:96, :96] for path in sorted(data.rglob("*.png"))[::10]]
    views = np.stack(rgb)
    assert largest_difference(network, _weights(published), views) < 1e-3
    said = network.predict_on_batch(views.astype(np.float32))
    assert said["map"].mean(axis=(1, 2, 3)) == pytest.approx(said["logit"][:, 0], abs=1e-3)


def test_bytes_do_not_depend_on_what_the_process_built_before(run: Path, published: Path) -> None:
    import keras

    from model.training.export import convert
    from model.training.trained import load_trained

    keras.layers.Conv2D(1, 1)  # takes a name of a counter, as a whole training does
    assert convert(load_trained(run)[0], "float32") == _weights(published)


def test_features_are_the_same_by_either_runtime(run: Path, data: Path) -> None:
    from model.training.feature_reading import make_reader
    from model.training.network import build_features

    network = build_features({"mobilenet_v2": str(run / "made-up.weights.h5")}, {"mobilenet_v2": "symmetric"})
    pictures = [np.asarray(Image.open(path)) for path in sorted(data.rglob("*.png"))[:4]]
    shapes = ((96, 96), (128, 224), (256, 160), (96, 96))
    views = [rgb[:high, :wide] for rgb, (high, wide) in zip(pictures, shapes, strict=True)]
    expected = np.concatenate([network.predict_on_batch(view[None].astype(np.float32)) for view in views])
    assert make_reader(network)(views) == pytest.approx(expected, rel=1e-3, abs=1e-3)


def test_a_published_run_serves_and_is_judged(published: Path, data: Path, tmp_path: Path) -> None:
    from model.data.samples import read_samples
    from model.judging.evaluation import Dresses, judge_with
    from model.judging.markdown import render
    from model.judging.plots import plot_scores
    from model.judging.report import make_report
    from model.serving.encodings import ORDINARY
    from model.serving.info import read_model_info
    from model.serving.runtime import Classifier

    info, classifier = read_model_info(published), Classifier.load(published)
    assert classifier.version == info.version
    judged = [judge_with(classifier, sample, Dresses()) for sample in read_samples(data)]
    kept = [item for item in judged if not isinstance(item, str)]
    report = make_report(kept, info)
    assert report["overall"]["auc"]["value"] > 0.8  # its own training pictures
    assert set(report["confounds"]) == {"one codec and one size", "codecs swapped"}
    assert list(report["encodings"])[1:] == [encoding.name for encoding in ORDINARY]
    text = render(report)
    assert "AUC" in text
    assert "ownerai0/x" in text
    scores = np.array([item.logit for item in kept])
    plot_scores(
        1 / (1 + np.exp(-scores)), np.array([i.sample.is_ai for i in kept]), (0.3, 0.7), tmp_path / "p"
    )
    assert {path.name for path in (tmp_path / "p").iterdir()} == {
        "roc.png",
        "reliability.png",
        "histogram.png",
        "confusion.png",
    }


def test_extraction_resumes_where_it_was_cut(run: Path, data: Path, tmp_path: Path) -> None:
    from model.data.sample_pixels import open_pixels
    from model.data.samples import read_samples
    from model.training.extract import extract

    pictures = 0

    def read(views: Iterable[np.ndarray]) -> np.ndarray:
        nonlocal pictures
        means = [view.mean(axis=(0, 1)) for view in views]
        pictures += len(means)
        return np.array(means)

    pixels = open_pixels(read_samples(data), run, print)
    place = tmp_path / "f.npy"
    whole = extract(read, pixels, 128, None, place=place, say=lambda _: None)
    assert pictures == 31  # one of them to learn the width
    kept = np.load(place)
    kept[20:29] = np.nan
    kept[29, 2] = np.nan  # cut in the middle of a picture
    np.save(place, kept)
    again = extract(read, pixels, 128, None, place=place, say=lambda _: None)
    assert pictures == 41
    assert np.array_equal(whole, again)
    shutil.rmtree(tmp_path)


def test_a_run_with_large_pictures_serves_both_looks(tmp_path: Path) -> None:
    import keras

    from kantei.training.publishing import publish_run
    from model.data.sample_pixels import open_pixels
    from model.data.samples import read_samples
    from model.serving.info import read_model_info
    from model.serving.picture import decode_picture
    from model.serving.runtime import Classifier
    from model.training.backbones import build_backbone
    from model.training.production import train_production
    from model.training.recipe import Recipe
    from model.training.unseen import load_unseen

    rng = np.random.default_rng(0)
    for number in range(24):
        label = ("ai", "human")[number % 2]
        side = 20 if label == "ai" else 4  # only their own scale tells: scaled, both are grey
        rgb = rng.integers(0, 256, (640 // side, 640 // side, 3), dtype=np.uint8)
        place = tmp_path / label / f"owner{number // 2 % 4}" / f"{number}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rgb.repeat(side, 0).repeat(side, 1)).save(place)
    keras.utils.set_random_seed(0)
    weights = tmp_path / "made-up.weights.h5"
    build_backbone("mobilenet_v2", 256, None).save_weights(weights)
    samples = read_samples(tmp_path)
    recipe = Recipe(short=256, folds=3, encoded_each=24)
    pixels = open_pixels(samples, tmp_path, print)
    facts = train_production(recipe, str(weights), samples, pixels, folder=tmp_path, say=print)
    assert facts["training"]["originals"] == 24
    assert load_unseen(tmp_path).first.shape == (24,)
    publish_run(tmp_path, "float32", "2026.11", tmp_path / "out", lambda _: None)
    info, classifier = read_model_info(tmp_path / "out"), Classifier.load(tmp_path / "out")
    assert info.native is not None
    assert classifier.looks_native
    data = samples[0].path.read_bytes()
    both = decode_picture(data, max_pixels=10**7, looks_native=True)
    assert both.native is not None
    assert 0 < classifier.classify(both).score < 1
