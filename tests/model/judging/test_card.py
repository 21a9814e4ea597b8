"""The model card says what the report says, and keeps what people wrote."""

import json
import re

import pytest

from model.judging.card import CardError, renew
from model.serving.info import CARD, INFO_FILE, REPORTS, WEIGHTS

FACTS = json.loads((WEIGHTS / INFO_FILE).read_text())
REPORT = json.loads((REPORTS / "unseen" / "report.json").read_text())


def test_the_card_in_the_repository_says_what_its_report_says() -> None:
    card = CARD.read_text()
    assert REPORT["model"] == FACTS["version"]
    assert renew(card, REPORT, FACTS) == card


def test_other_figures_make_another_card_and_leave_the_words_alone() -> None:
    worse = json.loads(json.dumps(REPORT))
    worse["model"] = "other-2027.01-00000000"
    worse["goals"][0].update(value=0.5, by_picture=[0.4, 0.6], by_owner=None)
    card = _narrow(renew(CARD.read_text(), worse, FACTS))
    assert card.startswith("# Model card: `other-2027.01-00000000`\n")
    assert "| AUC | at least 0.97 | 0.500 | 0.400 to 0.600 | - | no |" in card
    words = "## Intended use"
    assert (
        card.split(words)[1].split("\n## ")[0] == _narrow(CARD.read_text()).split(words)[1].split("\n## ")[0]
    )


def test_a_reached_goal_is_called_reached_and_its_interval_not_forgotten() -> None:
    better = json.loads(json.dumps(REPORT))
    better["goals"][-1].update(
        value=0.01, by_picture=[0, 0.04], by_owner=[0, 0.05], reached=True, surely=False
    )
    row = "| ECE | at most 0.03 | 0.010 | 0.000 to 0.040 | 0.000 to 0.050 | yes, but not the whole interval |"
    assert row in _narrow(renew(CARD.read_text(), better, FACTS))
    better["goals"][-1]["surely"] = True
    assert row.replace("yes, but not the whole interval", "yes") in _narrow(
        renew(CARD.read_text(), better, FACTS)
    )


def test_a_relapse_that_nobody_accepted_is_seen_at_once() -> None:
    worse = json.loads(json.dumps(REPORT))
    worse["mended"]["relapsed"][0]["accepted"] = None
    assert "| **no** |" in _narrow(renew(CARD.read_text(), worse, FACTS))
    worse["mended"]["relapsed"] = []
    text = _narrow(renew(CARD.read_text(), worse, FACTS))
    assert "0 of these are misjudged again" in text
    assert "| accepted because |" not in text


def test_a_card_without_its_sections_is_refused() -> None:
    with pytest.raises(CardError, match="no section 'Summary'"):
        renew("# Model card\n\nwords\n", REPORT, FACTS)


def _narrow(text: str) -> str:
    """The text with tables as narrow as they can be."""
    return re.sub(r" +", " ", text)
