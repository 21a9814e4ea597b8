"""A network is judged before it is installed, and refused where it misjudges again what was mended."""

# ruff: noqa: PLC0415  # what loads TensorFlow is imported only where it is installed
import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.vocabulary import Label
from model.data.scores import read_scores, write_scores
from model.judging.regression import Mended, read_mended, write_mended
from model.judging.relapses import Reasons, RelapseError, read_accepted
from model.serving.info import CARD, ROOM
from tests.model.training.small import small_backbone

pytestmark = pytest.mark.training


@pytest.fixture(scope="module", autouse=True)
def small() -> Iterator[None]:
    with small_backbone():
        yield


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Draw noise, generated in red and human in blue, by four owners of each.

    There is one of each label in the other's colour: whoever has not seen its owner misjudges it.
    """
    folder = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(0)
    rows = ["file,label,repo"]

    def draw(name: str, label: str, colour: int, owner: int) -> None:
        rgb = rng.integers(0, 90, (100, 110, 3), dtype=np.uint8)
        rgb[..., colour] += 120
        Image.fromarray(rgb).save(folder / name)
        rows.append(f"{name},{label},{label}{owner}/x")

    for number in range(16):
        draw(f"ai-{number}.png", "ai", 0, number % 4)
        draw(f"human-{number}.png", "human", 2, number % 4)
    draw("ai-blue.png", "ai", 2, 3)
    draw("human-red.png", "human", 0, 3)
    (folder / "manifest.csv").write_text("\n".join(rows) + "\n")
    return folder


@pytest.fixture(scope="module")
def candidate(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train on it, from backbone weights that this test makes up, and convert the network."""
    import keras

    from kantei.training.publishing import publish_run
    from model.data.sample_pixels import open_pixels
    from model.data.samples import read_samples
    from model.training.backbones import build_backbone
    from model.training.production import train_production
    from model.training.recipe import Recipe

    folder = tmp_path_factory.mktemp("run")
    keras.utils.set_random_seed(0)
    weights = folder / "made-up.weights.h5"
    build_backbone("mobilenet_v2", 96, None).save_weights(weights)
    samples = read_samples(data)
    recipe = Recipe(short=96, folds=3)
    pixels = open_pixels(samples, folder, print)
    train_production(recipe, str(weights), samples, pixels, folder=folder, say=print)
    publish_run(folder, "float16", "2026.11", folder / "candidate", print)
    return folder / "candidate"


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """Make a room that holds another classifier and its card."""
    (tmp_path / "reports").mkdir()
    shutil.copytree(ROOM / "weights", tmp_path / "weights")
    shutil.copyfile(CARD, tmp_path / "card.md")
    return tmp_path


def _publish(candidate: Path, data: Path, room: Path, mended: Sequence[str], **reasons: str) -> None:
    """Publish where pictures of these names must stay mended."""
    from kantei.training.publishing import install_judged
    from model.data.sample_pixels import open_pixels
    from model.data.samples import read_samples
    from model.judging.unseen_owners import judge_unseen_owners
    from model.training.unseen import load_unseen

    listed = [
        Mended(hashlib.sha256((data / name).read_bytes()).hexdigest(), Label(label), "m-1", 0.5, "m-2", 0.5)
        for name in mended
        for label in [name.split("-")[0]]
    ]
    write_mended(listed, room / "reports" / "regressions.json")
    samples = read_samples(data)
    pixels = open_pixels(samples, candidate.parent, print)
    said = judge_unseen_owners(samples, pixels, load_unseen(candidate.parent))
    install_judged(candidate, said, Reasons(**reasons), lambda _: None, room)


def _version(room: Path) -> str:
    return str(json.loads((room / "weights" / "classifier.json").read_text())["version"])


def test_what_relapses_is_named_and_nothing_is_installed(candidate: Path, data: Path, room: Path) -> None:
    before = {path: path.read_bytes() for path in room.rglob("*") if path.is_file()}
    with pytest.raises(RelapseError) as refused:
        _publish(candidate, data, room, ["ai-3.png", "ai-blue.png", "human-red.png"], ai="finds more")
    text = str(refused.value)
    assert "human human-red.png: 0." in text
    assert "ai-blue.png" not in text  # there was a reason for it
    assert "--accept-accused WHY" in text
    assert "--accept-missed" not in text
    after = {path: path.read_bytes() for path in room.rglob("*") if path.is_file()}
    del after[room / "reports" / "regressions.json"]
    assert after == before
    assert (candidate / "report" / "report.md").is_file()


def test_a_relapse_with_a_reason_is_published_and_stands_in_report_and_card(
    candidate: Path, data: Path, room: Path
) -> None:
    _publish(candidate, data, room, ["ai-3.png", "ai-blue.png"], ai="finds more elsewhere")
    version = _version(room)
    assert [(one.model, one.why) for one in read_accepted(room / "reports" / "accepted.json")] == [
        (version, "finds more elsewhere")
    ]
    for place in (room / "card.md", room / "reports" / "unseen" / "report.md"):
        text = place.read_text()
        assert version in text
        assert "1 of these are misjudged again" in text
        assert "| finds more elsewhere |" in text
    assert [path.name for path in (room / "weights").glob("*.tflite")] == [f"{version}.tflite"]


def test_what_the_new_one_mends_is_listed_from_then_on(candidate: Path, data: Path, room: Path) -> None:
    _publish(candidate, data, room, ["ai-3.png"])
    place = room / "reports" / "unseen"
    assert len(read_mended(room / "reports" / "regressions.json")) == 1
    wrong = [replace(one, score=1 - one.score) for one in read_scores(place / "scores.tsv")]
    write_scores(wrong, place / "scores.tsv")  # an earlier model that was right where this one is wrong
    _publish(candidate, data, room, ["ai-3.png"])
    names = {one.sha256: one.name for one in wrong}
    mended = {names[one.sha256] for one in read_mended(room / "reports" / "regressions.json")}
    assert {"ai-3.png", "ai-7.png", "human-3.png"} <= mended
    assert not mended & {"ai-blue.png", "human-red.png"}
    assert not (room / "reports" / "accepted.json").exists()
