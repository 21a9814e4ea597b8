"""The documentation site: every page has its place, and it builds without a warning."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.services import leave_out

ROOT = Path(__file__).parents[2]
SITE = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))


def places(nav: list[Any]) -> list[str]:
    """Every page of the navigation, in order."""
    found: list[str] = []
    for entry in nav:
        (target,) = entry.values()
        found += places(target) if isinstance(target, list) else [target]
    return found


def test_every_document_has_a_place_in_the_navigation() -> None:
    named = places(SITE["nav"])
    assert len(named) == len(set(named))
    documents = {str(page.relative_to(ROOT / "docs")) for page in (ROOT / "docs").rglob("*.md")}
    assert {name for name in documents if not name.startswith("decisions/")} <= set(named)
    beside = [name.replace("overview.md", "README.md") for name in named]  # deploy/site_pages.py
    assert all((ROOT / "docs" / name).is_file() or (ROOT / name).is_file() for name in beside)


def test_the_first_steps_of_a_developer_are_those_of_the_readme() -> None:
    """A test runs the README's quick start, and with it this page's."""
    blocks = [
        re.findall(r"^```sh\n(.*?)^```$", (ROOT / name).read_text("utf-8"), re.DOTALL | re.MULTILINE)
        for name in ("README.md", "docs/start/marketplace.md")
    ]
    assert blocks[1][0] == blocks[0][1]


@pytest.mark.slow
@pytest.mark.processes
def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    if importlib.util.find_spec("mkdocs") is None:
        leave_out("docs", "mkdocs (the extra `docs`) not installed")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    start = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert 'href="start/operator/"' in start
    assert 'href="model/card/"' in start
    assert '<h2 id="first-steps">' in start
    # No page takes the place of another.
    links = re.findall(r'href="([^"]+)" class="dropdown-item[ "]', start)
    assert len(set(links)) == len(links) == len(places(SITE["nav"])) - 1
    assert "KANTEI_DATABASE_URL" in (tmp_path / "overview" / "index.html").read_text(encoding="utf-8")
