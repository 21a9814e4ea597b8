"""`docs/threats.md` names places that are there: a rule whose place is gone may be gone with it."""

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


def test_every_row_of_its_tables_says_where() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and "`" in line]
    threats = [row for row in rows if row.count("|") == 4]
    assert len(threats) > 50
    assert [row for row in threats if "`" not in row.split("|")[3] and "the same" not in row] == []
