"""The client is a distribution of its own."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "client"


def test_it_imports_nothing_but_requests_and_the_standard_library() -> None:
    imported = set()
    for file in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").partition(".")[0])
            elif isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
    assert imported - sys.stdlib_module_names == {"requests", "kantei_client"}


@pytest.mark.slow
@pytest.mark.processes
def test_its_wheel_works_in_an_empty_environment_and_is_typed(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    source = shutil.copytree(FOLDER, tmp_path / "client", ignore=shutil.ignore_patterns("__pycache__"))
    wheels, room = tmp_path / "wheels", tmp_path / "room"
    subprocess.run([*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", wheels, source], check=True)
    (wheel,) = wheels.glob("kantei_client-*.whl")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", room], check=True)
    python = room / "bin" / "python"
    subprocess.run([*pip, "--python", python, "install", wheel], check=True)
    program = (
        "import importlib.metadata, importlib.resources, kantei_client\n"
        "assert (importlib.resources.files(kantei_client) / 'py.typed').is_file()\n"
        "print(*sorted(one.name for one in importlib.metadata.distributions()))\n"
        "try: kantei_client.Kantei('http://127.0.0.1:9', 'k', tries=1).quota()\n"
        "except kantei_client.UnreachableError: print('no server')\n"
    )
    done = subprocess.run(
        [python, "-c", program], cwd=tmp_path, check=True, capture_output=True, text=True, env={}
    )
    assert done.stdout.splitlines() == [
        "certifi charset-normalizer idna kantei-client requests urllib3",
        "no server",
    ]
