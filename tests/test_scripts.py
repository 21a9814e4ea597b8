"""The scripts that start everything say how they are called."""

import subprocess

import pytest

from tests.commands import ROOT

pytestmark = pytest.mark.processes
USAGE = "usage: script/server [--port N] [--data DIR]\n"


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_the_server_script_prints_its_usage_when_asked(option: str) -> None:
    done = subprocess.run([ROOT / "script/server", option], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, USAGE, "")


@pytest.mark.parametrize("options", [["--prot"], ["--port"]])
def test_the_server_script_refuses_what_it_does_not_know(options: list[str]) -> None:
    done = subprocess.run([ROOT / "script/server", *options], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", USAGE)
