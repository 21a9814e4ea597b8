"""The extension's modules by themselves, in Node's test runner."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.services import leave_out

UNIT = Path(__file__).resolve().parent / "unit"
OLDEST = 20  # the first with `node --test` on a list of files, and with all that modules here need


@pytest.mark.node
def test_the_modules_pass_their_own_tests() -> None:
    node = shutil.which("node")
    if node is None:
        leave_out("node", "node is not installed")
    version = subprocess.run([node or "", "--version"], capture_output=True, text=True, check=True).stdout
    found = re.match(r"v(\d+)\.", version)
    if found is None or int(found[1]) < OLDEST:
        leave_out("node", f"node {version.strip()} is older than {OLDEST}")
    files = sorted(str(path) for path in UNIT.glob("*.test.mjs"))
    done = subprocess.run([node or "", "--test", *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-8000:]
