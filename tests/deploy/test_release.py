"""A release is whole: one version everywhere, and what it contains works in an empty environment."""

import email
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from tests.whole.pictures import draw

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github").rglob("*.y*ml"))


def run_release(*words: str) -> str:
    command = [sys.executable, str(ROOT / "script" / "release"), *words]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout


def test_the_version_is_the_one_at_the_top_of_the_changelog() -> None:
    top = re.search(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert top
    for folder in (ROOT, ROOT / "client"):
        with (folder / "pyproject.toml").open("rb") as file:
            assert tomllib.load(file)["project"]["version"] == top[1].split()[0]


@pytest.mark.processes
def test_the_notes_of_a_release_are_its_section() -> None:
    notes = run_release("notes")
    assert "Verdicts" in notes
    assert "\n## " not in notes
    assert len(notes.splitlines()) < 60  # what a first user must know


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_workflows_call_scripts_that_exist_and_may_do_little(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    found = yaml.safe_load(text)
    for script in re.findall(r"(?:script|\.ci)/\w+", text):
        assert os.access(ROOT / script, os.X_OK), script
    if file.parent.name == "workflows":
        assert found["permissions"] == {"contents": "read"}
        for job in found["jobs"].values():
            assert job["timeout-minutes"] <= 60
            assert job["steps"][0]["with"]["persist-credentials"] is False


def test_every_script_says_what_it_does_first() -> None:
    for file in (ROOT / "script").iterdir():
        if file.is_file():
            second = file.read_text(encoding="utf-8").splitlines()[1]
            assert re.match(r'(# |""")[A-Z]', second), file.name
            assert os.access(file, os.X_OK), file.name


def test_the_dev_container_has_what_tests_use() -> None:
    folder = ROOT / ".devcontainer"
    container = json.loads((folder / "devcontainer.json").read_text(encoding="utf-8"))
    compose = yaml.safe_load((folder / container["dockerComposeFile"]).read_text(encoding="utf-8"))
    workspace = compose["services"][container["service"]]
    assert workspace["volumes"] == [f"..:{container['workspaceFolder']}:cached"]
    assert set(workspace["depends_on"]) <= compose["services"].keys()
    assert {"KANTEI_TEST_POSTGRESQL", "KANTEI_TEST_REDIS"} == workspace["environment"].keys()
    assert os.access(ROOT / container["postCreateCommand"].split()[0], os.X_OK)
    packages = (folder / workspace["build"] / "Dockerfile").read_text(encoding="utf-8").split()
    wanted = re.findall(r"missing\+=\(([^)]+)\)", (ROOT / ".ci" / "run").read_text(encoding="utf-8"))
    assert {name for names in wanted for name in names.split()} <= set(packages)


def test_style_is_checked_in_the_scripts_that_are_python() -> None:
    """The hooks of pre-commit hand them to ruff, which looks at names that end in .py by itself."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        included = tomllib.load(file)["tool"]["ruff"]["extend-include"]
    scripts = [path for path in (ROOT / "script").iterdir() if path.is_file()]
    written = {
        f"script/{path.name}" for path in scripts if "python" in path.read_text("utf-8").partition("\n")[0]
    }
    assert written == set(included)


def test_every_owner_of_code_owns_a_folder_that_is_there() -> None:
    lines = (ROOT / ".github" / "CODEOWNERS").read_text(encoding="utf-8").splitlines()
    owned = [line.split()[0] for line in lines if line and not line.startswith("#")]
    assert all((ROOT / place.strip("/")).is_dir() for place in owned if place != "*")
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"bench", "tests"}
    assert rooms <= {place.strip("/").split("/")[0] for place in owned}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The files of a release, of what git knows."""
    source, out = tmp_path_factory.mktemp("source") / "kantei", tmp_path_factory.mktemp("dist")
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout  # noqa: S607
    for name in filter(None, tracked.decode().split("\0")):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, source / name, follow_symlinks=True)
    (source / ".venv").symlink_to(Path(sys.executable).parents[1])
    subprocess.run([sys.executable, source / "script" / "release", "build", out], check=True)
    yield out
    shutil.rmtree(source.parent)


@pytest.mark.slow
@pytest.mark.processes
def test_the_wheel_checks_a_picture_in_an_empty_environment(built: Path, tmp_path: Path) -> None:
    names = {re.sub(r"-\d.*?(?=(-py3-none-any\.whl|\.tar\.gz)$)", "", path.name) for path in built.iterdir()}
    assert names == {
        "kantei-py3-none-any.whl",
        "kantei.tar.gz",
        "kantei_client-py3-none-any.whl",
        "kantei_client.tar.gz",
    }
    (wheel,) = built.glob("kantei-*.whl")
    room = tmp_path / "room"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", room], check=True)
    (library,) = room.glob("lib/python*/site-packages")
    link_dependencies(f"kantei[worker] @ file://{wheel}", wheel, library)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    python = str(room / "bin" / "python")
    subprocess.run([*pip, "--python", python, "install", "--no-deps", "--no-index", str(wheel)], check=True)
    (tmp_path / "picture.png").write_bytes(draw(1))
    done = subprocess.run(
        [room / "bin" / "kantei", "check", "--json", "picture.png"],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    assert (found["failure"], found["finding"] in {"clear", "uncertain", "flagged"}) == (None, True)
    assert found["model"].startswith("mobilenet")


def link_dependencies(wanted: str, wheel: Path, library: Path) -> None:
    """Put what a wheel asks for, and what that asks for, into an environment, from the one that tests run in.

    Nothing else is there, so an import that no requirement covers fails. It costs no download.
    """
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (one for one in archive.namelist() if one.endswith(".dist-info/METADATA"))
        asked = email.message_from_bytes(archive.read(name)).get_all("Requires-Dist") or []
    waiting = [(Requirement(one), Requirement(wanted).extras) for one in asked]
    seen: set[str] = set()
    while waiting:
        requirement, extras = waiting.pop()
        if requirement.marker and not any(
            requirement.marker.evaluate({"extra": extra}) for extra in (*extras, "")
        ):
            continue
        key = f"{requirement.name}{sorted(requirement.extras)}"
        if key in seen:
            continue
        seen.add(key)
        found = importlib.metadata.distribution(requirement.name)
        waiting += [(Requirement(one), requirement.extras) for one in found.requires or []]
        for top in {file.parts[0] for file in found.files or [] if file.parts[0] != ".."}:
            link = library / top
            if not link.exists() and top != "__pycache__":
                link.symlink_to(str(found.locate_file(top)))
