"""The commands of the model's life: what they say before any of it is loaded."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from kantei.training.model_commands import evaluate, export, train
from tests.whole.pictures import draw


@pytest.mark.parametrize("command", [train, evaluate, export])
def test_each_command_explains_itself(command: object) -> None:
    done = CliRunner().invoke(command, ["--help"])  # type: ignore[arg-type]  # click's own commands
    assert done.exit_code == 0
    assert "Usage" in done.output


@pytest.mark.processes
def test_help_loads_no_framework() -> None:
    code = (
        "import sys; from kantei.training.model_commands import train;"
        "print([m for m in ('tensorflow', 'keras', 'matplotlib', 'ai_edge_litert') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_data_without_both_labels_is_refused_in_one_line(tmp_path: Path) -> None:
    done = CliRunner().invoke(evaluate, ["--data", str(tmp_path)])
    assert done.exit_code == 1
    assert "both labels" in done.output


def test_export_wants_one_of_two_things(tmp_path: Path) -> None:
    assert CliRunner().invoke(export, []).exit_code == 2
    both = ["--run", str(tmp_path), "--decisions", str(tmp_path / "d")]
    assert CliRunner().invoke(export, both).exit_code == 2


@pytest.mark.processes
@pytest.mark.slow
def test_evaluation_needs_no_plots_and_shows_the_confusion_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for label in ("ai", "human"):
        (tmp_path / "data" / label / "owner").mkdir(parents=True)
        for number in range(2):
            (tmp_path / "data" / label / "owner" / f"{number}.png").write_bytes(
                draw(number + 10 * len(label))
            )
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "matplotlib" else find(name)
    )
    out = tmp_path / "out"
    words = ["--data", str(tmp_path / "data"), "--out", str(out), "--no-encodings", "--no-confounds"]
    done = CliRunner().invoke(evaluate, [*words, "--processes", "1"])
    assert done.exit_code == 0, done.output
    assert {path.name for path in out.iterdir()} == {"report.json", "report.md", "scores.tsv"}
    assert len((out / "scores.tsv").read_text(encoding="utf-8").splitlines()) == 4
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert [row["threshold"] for row in report["confusion"]] == ["not clear", "0.5", "flagged"]
    assert done.output.index("precision") < done.output.index("goal")
    assert "pip install '.[train]'" in done.output
