"""The commands of the model's life: what they say before any of it is loaded."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from kantei.training.model_commands import evaluate, export, train


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
