"""`docs/threats.md` names code and tests that exist: a protection whose place is gone may be gone with it."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "threats.md").read_text(encoding="utf-8")


def test_every_place_that_it_names_is_there() -> None:
    places = set(re.findall(r"`((?:[a-z0-9_]+/)+[\w.*]*|test_\w+\.py)`", PAGE))
    assert len(places) > 60
    missing = [
        place for place in places if not list(ROOT.glob(place)) and not list((ROOT / "tests").rglob(place))
    ]
    assert missing == []


def test_every_threat_names_the_code_that_prevents_it_and_a_test() -> None:
    tables = re.findall(r"^\| what an attacker could try .*\n\|[-|]+\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    rows = [row.strip("| ").split(" | ") for table in tables for row in table.splitlines()]
    assert len(rows) > 50
    assert [row[0] for row in rows if len(row) != 3 or not names_code_and_a_test(row[2])] == []


def names_code_and_a_test(cell: str) -> bool:
    places = cell.split(", ")
    return any("test" in place for place in places) and any("test" not in place for place in places)
