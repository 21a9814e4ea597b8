"""Documents stay whole: links lead somewhere, and decision records have their parts and are in the index."""

import json
import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from api.review.frame.preferences import DEFAULT_KEYS
from core.sayings.score_text import score_text
from kantei.checking.explaining import note_lines
from provenance.read import explain
from provenance.shared import limits
from tests.commands import documents
from tests.provenance.writing import png, text_chunk

ROOT = Path(__file__).parents[1]
DECISIONS = sorted(path for path in (ROOT / "docs" / "decisions").glob("*.md") if path.name != "README.md")
HEADINGS = ["Decision", "Context", "What was tried", "Consequences", "Measurements"]
LINK = re.compile(r"\]\(([^)\s]+)\)")
ROOMS = "api|core|kantei|marketplace|migrations|model|provenance|store|worker"
PLACE = re.compile(rf"`((?:{ROOMS}|bench|deploy|docs|extension|requirements|script|tests)/[\w./*-]*)(?=[` ])")


def prose(page: Path) -> str:
    """The page without its blocks of code, where brackets mean other things."""
    return re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


def anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    plain = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).strip().lower() for title in titles]
    return {re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in plain}


@pytest.mark.parametrize("page", documents(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_a_heading_that_are_there(page: Path) -> None:
    broken = []
    for link in LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", documents(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    named = set(PLACE.findall(page.read_text(encoding="utf-8")))
    assert {place for place in named if not any(ROOT.glob(place))} == set()


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_comes_first_and_says_when_and_whether_it_holds(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    found = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert found == [heading for heading in HEADINGS if heading in found]
    assert {"Decision", "Context", "What was tried", "Consequences"} <= set(found)
    assert re.search(r"^Status: (in use|replaced by .+) · Decided \d{1,2} \w{3} \d{4}", text, re.MULTILINE)


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_the_index_lists_every_decision_under_its_title(page: Path) -> None:
    title = page.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
    index = (page.parent / "README.md").read_text(encoding="utf-8")
    assert f"[{title}]({page.name})" in index


def test_the_readme_gives_the_accuracy_of_the_published_classifier() -> None:
    report = json.loads((ROOT / "model" / "reports" / "unseen" / "report.json").read_text(encoding="utf-8"))
    overall = report["overall"]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for who, clear, flagged in (
        (f"drawn by people ({overall['human']} judged)", overall["human_cleared"], overall["accused"]),
        (f"generated ({overall['ai']} judged)", overall["ai_cleared"], overall["found"]),
    ):
        doubt = (clear["total"] - clear["count"] - flagged["count"]) / clear["total"]
        assert f"| {who} | {of_100(clear)} | {100 * doubt:.1f} | {of_100(flagged)} |" in readme
    assert f'"model": "{report["model"]}"' in readme


@pytest.mark.parametrize("page", ["README.md", "docs/provenance.md"])
def test_a_sample_of_a_verdict_names_the_thresholds_of_the_published_classifier(page: str) -> None:
    facts = json.loads((ROOT / "model" / "weights" / "classifier.json").read_text(encoding="utf-8"))
    low, high = (score_text(facts["thresholds"][name]) for name in ("clear_below", "flagged_from"))
    text = (ROOT / page).read_text(encoding="utf-8")
    assert set(re.findall(r"between (\d+ of 100) and (\d+ of 100)", text)) == {(low, high)}


def of_100(share: dict[str, float]) -> str:
    value, low, high = (100 * share[name] for name in ("value", "low", "high"))
    return f"{value:.1f} ({low:.1f} to {high:.1f})"


def test_the_page_on_the_desk_lists_every_default_shortcut() -> None:
    page = (ROOT / "docs" / "desk.md").read_text(encoding="utf-8")
    table = page.partition("## Keyboard shortcuts")[2].partition("## ")[0]
    listed = set(re.findall(r"`([A-Z0-9])`", "".join(re.findall(r"\| (`[^|]+) \| [^|]+", table))))
    assert listed == {key.upper() for key in DEFAULT_KEYS.values()} | {"J", "K"}


def test_the_page_on_the_code_lists_every_room_and_where_each_subject_is() -> None:
    page = (ROOT / "docs" / "house.md").read_text(encoding="utf-8")
    rooms = re.findall(r"^\| `(\w+)/` \|", page, re.MULTILINE)
    places = [
        "api",
        "api/v1",
        "api/review",
        *(room for room in rooms if (ROOT / room / "__init__.py").exists()),
    ]
    subjects = re.findall(r"^\| `(\w+)` \| ([^|]+) \|", page, re.MULTILINE)
    listed = {subject: set(re.findall(r"`([\w/]+)`", where)) for subject, where in subjects}
    found: dict[str, set[str]] = {}
    for place in places:
        for folder in (ROOT / place).iterdir():
            if (folder / "__init__.py").exists():
                found.setdefault(folder.name, set()).add(place)
    assert len(listed) > 10
    assert listed == {subject: where for subject, where in found.items() if len(where) > 1}


def test_no_folder_has_more_python_files_than_the_page_on_the_code_says() -> None:
    page = (ROOT / "docs" / "house.md").read_text(encoding="utf-8")
    most = re.search(r"No folder has more than (\d+) Python files", page)
    assert most is not None
    rooms = {file.parts[len(ROOT.parts)] for file in ROOT.glob("*/**/*.py")} - {"build"}
    files = [file for room in rooms if not room.startswith(".") for file in (ROOT / room).rglob("*.py")]
    folders = Counter(str(file.parent.relative_to(ROOT)) for file in files if file.name != "__init__.py")
    folders.pop("migrations/versions")
    assert len(folders) > 50
    assert {name: count for name, count in folders.items() if count > int(most[1])} == {}


def test_the_page_on_the_code_names_neighbours_that_are_there() -> None:
    page = (ROOT / "docs" / "house.md").read_text(encoding="utf-8")
    neighbours = re.findall(r"\*Neighbour: `(\w+)`,? in `([\w/]+\.py)`", page)
    assert {name for name, _ in neighbours} == {"failures", "rate_limit"}
    for name, file in neighbours:
        found = re.search(rf"^(def |    ){name}\b", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)
        assert found is not None, f"{name} in {file}"


def test_the_page_on_the_code_shows_the_layers_that_are_checked() -> None:
    page = (ROOT / "docs" / "house.md").read_text(encoding="utf-8")
    with (ROOT / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    rooms = next(one for one in contracts if one["layers"][0] == "kantei")
    store = next(one for one in contracts if one.get("containers") == ["store"])
    assert "\n".join(rooms["layers"]) in page
    assert " > ".join(store["layers"]) in page


def test_the_page_on_provenance_shows_what_explain_prints() -> None:
    page = (ROOT / "docs" / "provenance.md").read_text(encoding="utf-8")
    sample = page.partition("$ kantei check --explain picture.png\npicture.png\n")[2].partition("```")[0]
    parameters = text_chunk(
        "parameters", "1girl\nSteps: 28, Sampler: Euler a, Seed: 1234, Model: anything-v3"
    )
    printed = [f"  {line}" for line in note_lines(explain(png(before=[parameters])))]
    notes = sample.splitlines()[3:]  # behind the verdict, its reason and the pixels' reason
    assert [line for line in notes if "PNG, " not in line] == [
        line for line in printed if "PNG, " not in line
    ]


def test_the_page_on_provenance_gives_the_limits_that_hold() -> None:
    page = (ROOT / "docs" / "provenance.md").read_text(encoding="utf-8")
    raw, inflated, kept, kept_in_all = (
        size // 2**20
        for size in (
            limits.MAX_RAW_TEXT_BYTES,
            limits.MAX_INFLATED_BYTES,
            limits.MAX_TEXT_BYTES,
            limits.MAX_TOTAL_TEXT_BYTES,
        )
    )
    assert (
        f"Inflation stops at {raw} MiB for a text and {inflated} MiB for a file; "
        f"of that, {kept} MiB of a text and {kept_in_all} MiB of a file are kept." in page
    )
    assert f"(nesting {limits.MAX_JSON_DEPTH}, {limits.MAX_JSON_MARKS:,} parts a file)" in page
