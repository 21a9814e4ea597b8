"""Every command that a document shows is run by a test, or stands in a short list with the reason why not."""

import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from core.settings.every_setting import EVERY_SETTING
from core.settings.settings import read_settings_to_keep_nothing
from kantei.__main__ import kantei
from store.bytes.blobs import FolderBlobs
from tests.clients import SECRET_KEY
from tests.commands import ASSIGNMENT, ROOT, Block, bare, blocks, documents, spans, unknown_words
from tests.servers import Server
from tests.whole.pictures import draw

# Pages, or parts of them, that a test of their own runs: page, heading (none: all of it), test.
ELSEWHERE = [
    ("README.md", "Quick start", "tests/whole/test_story.py"),
    ("docs/start/marketplace.md", "", "tests/deploy/test_site.py"),
    ("docs/marketplaces.md", "", "tests/whole/test_marketplace_docs.py"),
    ("docs/operating.md", "On PostgreSQL", "tests/whole/test_runbook.py"),
]
# What no test runs. A `kantei` here has its options checked all the same, a `docker compose` its services.
NOT_RUN = {
    "docker compose": "needs a Docker engine",
    "kubectl": "needs a cluster",
    "pip install ./client": "installs packages; tests/client/test_distribution.py installs the wheel",
    "script/test fast": "is this suite",
    "cd kantei": "leads to wherever the reader's copy is",
    "script/setup test": "installs packages of 1 GB",
    "script/server": "installs packages; tests/whole runs what it starts",
    "kantei serve": "runs until it is stopped; tests/whole starts it",
    "kantei worker": "runs until it is stopped; tests/whole starts it",
    "kantei train": "takes hours; tests/kantei/training trains on a few pictures",
    "kantei evaluate": "needs pictures; tests/kantei/training evaluates a few",
    "kantei export": "needs the run of a training; tests/kantei/training exports one",
    "python -m bench.classifier.processed": "takes hours and needs pictures",
    "pip install waifu2x": "installs networks that nothing else needs",
    "python -m bench.classifier.enlarge": "takes an hour; tests/bench enlarges pictures",
    "python -m bench.classifier.enlarge_parts": "takes an hour; tests/bench enlarges a part",
    "python -m bench.classifier.new_owners": "needs the internet; tests/bench fetches from its own server",
    "python -m venv gpu": "installs another framework for training",
}
SHELL = re.compile(r"[|&;<>$*(){}]")
BLOCKS = [block for page in documents() for block in blocks(page)]


def is_elsewhere(block: Block) -> bool:
    return any(block.page == page and heading in {"", block.heading} for page, heading, _ in ELSEWHERE)


def reason(command: str) -> str | None:
    """Why no test runs a command, or None for one that is run."""
    return next((why for start, why in NOT_RUN.items() if f"{bare(command)} ".startswith(f"{start} ")), None)


def here() -> dict[str, list[str]]:
    """The commands that this file runs, by page and in order."""
    found: dict[str, list[str]] = {}
    for block in BLOCKS:
        if not is_elsewhere(block):
            wanted = [command for command in block.commands() if reason(command) is None]
            found.setdefault(block.page, []).extend(wanted)
    return {page: commands for page, commands in found.items() if commands}


def test_the_lists_name_pages_and_commands_that_there_are() -> None:
    for page, heading, test in ELSEWHERE:
        assert any(block.page == page and heading in {"", block.heading} for block in BLOCKS), (page, heading)
        assert Path(page).name in (ROOT / test).read_text(encoding="utf-8")
    shown = [f"{bare(command)} " for block in BLOCKS for command in block.commands()]
    assert [start for start in NOT_RUN if not any(one.startswith(start) for one in shown)] == []


@pytest.mark.parametrize("page", documents(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_that_a_page_names_has_its_options(page: Path) -> None:
    named = [command for block in blocks(page) for command in block.commands()] + spans(page)
    wrong = {}
    for command in map(bare, named):
        if command.startswith("kantei ") and unknown_words(command):
            wrong[command] = unknown_words(command)
        module = re.match(r"(?:\.venv/bin/)?python -m ([\w.]+)", command)
        if module and importlib.util.find_spec(module[1]) is None:
            wrong[command] = [module[1]]
        for path in re.findall(r" (tests/[\w./-]+)", command):
            if not (ROOT / path).exists():
                wrong[command] = [path]
    assert wrong == {}


def test_compose_commands_name_services_and_commands_that_there_are() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    shown = [command for block in BLOCKS for command in block.commands()]
    called = [found for one in shown for found in re.findall(r"docker compose (?:run|exec) ([^<>|&]+)", one)]
    assert len(called) >= 5
    for one in called:
        service, *words = shlex.split(re.sub(r"--entrypoint \S+|--?[\w-]+ ", "", one, count=4))
        assert service in services
        if words and " --entrypoint " not in f" {one}" and service == "api":
            assert unknown_words(f"kantei {' '.join(words)}") == []


@pytest.mark.slow
@pytest.mark.processes
@pytest.mark.parametrize("page", here())
def test_the_commands_of_a_page_run_as_printed(page: str, tmp_path: Path, sqlite_template: Path) -> None:
    data = tmp_path / "data"
    FolderBlobs(data / "blobs").put(draw(1))
    shutil.copy(sqlite_template, data / "kantei.sqlite3")
    (data / "secret_key").write_text(SECRET_KEY)
    (data / "secret_key").chmod(0o600)
    (tmp_path / "picture.png").write_bytes(draw(1))
    (tmp_path / "folder").mkdir()
    shutil.copy(tmp_path / "picture.png", tmp_path / "folder")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("KANTEI_")}
    environ |= {
        "KANTEI_FETCH_ALLOW": "127.0.0.1/32",
        "PATH": f"{Path(sys.executable).parent}:{environ['PATH']}",
    }
    with Server() as web:
        address = web.reply("/picture.png", draw(2))
        settings: dict[str, str] = {}
        for command in here()[page]:
            printed = command.replace("https://example.com/picture.png", address)
            if ASSIGNMENT.match(printed) and printed == bare(printed):
                settings |= dict([shlex.split(printed)[0].split("=", 1)])
            else:
                run(printed, tmp_path, environ)
    check(settings, tmp_path)


def run(command: str, folder: Path, environ: dict[str, str]) -> None:
    """Run one command: one of ours in this process, if no shell is needed."""
    words = shlex.split(bare(command), comments=True)
    if words[0] != "kantei" or SHELL.search(command):
        done = subprocess.run(
            ["bash", "-euc", command],  # noqa: S607  # wherever bash is
            cwd=folder,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return
    before = dict(word.split("=", 1) for word in shlex.split(command) if ASSIGNMENT.match(word))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        found = CliRunner().invoke(kantei, words[1:], env={**environ, **before})
    assert found.exit_code == 0, f"{command}\n{found.output}{found.exception}"


def check(settings: dict[str, str], folder: Path) -> None:
    """Read settings that a page shows as lines of their own; secrets are where the container has them."""
    if not settings:
        return
    (folder / "openid").write_text("a secret of the provider")
    given = {name: value.replace("/run/secrets", str(folder)) for name, value in settings.items()}
    assert given.keys() <= {name for one in EVERY_SETTING for name in one.names}
    assert read_settings_to_keep_nothing(given)
