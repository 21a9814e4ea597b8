"""`kantei --help` is quick: it loads no command."""

import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from kantei.__main__ import COMMANDS, EXTRAS, SUMMARIES, kantei


def test_every_command_is_listed_with_what_it_does() -> None:
    assert SUMMARIES.keys() <= COMMANDS.keys()
    shown = " ".join(CliRunner().invoke(kantei, ["--help"]).output.split())
    for name in COMMANDS:
        assert f"{name} {SUMMARIES.get(name, '')}" in shown


@pytest.mark.parametrize("name", SUMMARIES)
def test_the_list_says_what_the_command_says_itself(name: str) -> None:
    command = kantei.get_command(click.Context(kantei), name)
    assert command is not None
    assert (command.help or "").split()[0] == SUMMARIES[name].split()[0]


@pytest.mark.parametrize(("name", "extras"), [("serve", "api,worker"), ("check", "worker")])
def test_a_command_whose_packages_are_missing_says_how_to_install_them(
    name: str, extras: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(COMMANDS, name, "no_such_package:command")
    found = CliRunner().invoke(kantei, [name])
    assert found.exit_code == 2
    assert f"run `pip install '.[{extras}]'`" in found.output


def test_the_extras_that_commands_ask_for_are_declared() -> None:
    with (Path(__file__).parents[2] / "pyproject.toml").open("rb") as file:
        declared = tomllib.load(file)["project"]["optional-dependencies"]
    assert {*EXTRAS.values(), "api", "worker"} <= declared.keys()
    assert EXTRAS.keys() <= COMMANDS.keys()


@pytest.mark.processes
def test_help_loads_no_command_and_none_of_their_libraries() -> None:
    heavy = (
        "'sqlalchemy', 'alembic', 'flask', 'numpy', 'PIL', 'celery', 'redis', 'rich', 'requests',"
        " 'tensorflow', 'keras', 'ai_edge_litert', 'prometheus_client'"
    )
    code = (
        "import sys; from click.testing import CliRunner; from kantei.__main__ import kantei\n"
        "print(CliRunner().invoke(kantei, ['--help']).exit_code)\n"
        f"print([name for name in ({heavy}) if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["0", "[]"]


@pytest.mark.processes
@pytest.mark.parametrize("words", [["--help"], ["--version"]])
def test_help_takes_less_than_0_4_seconds_of_the_processor(words: list[str]) -> None:
    code = (
        "import time\n"
        "from kantei.__main__ import main\n"
        "try:\n    main()\nexcept SystemExit:\n    print(time.process_time())"
    )
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    assert float(done.stdout.split()[-1]) < 0.4
