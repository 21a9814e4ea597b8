"""`kantei --help` is quick: it loads no command."""

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from kantei.__main__ import COMMANDS, SUMMARIES, kantei


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


@pytest.mark.processes
def test_help_loads_no_command_and_none_of_their_libraries() -> None:
    heavy = "'sqlalchemy', 'flask', 'numpy', 'PIL', 'celery', 'redis', 'rich', 'requests'"
    code = (
        "import sys; from click.testing import CliRunner; from kantei.__main__ import kantei\n"
        "print(CliRunner().invoke(kantei, ['--help']).exit_code)\n"
        f"print([name for name in ({heavy}) if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["0", "[]"]
