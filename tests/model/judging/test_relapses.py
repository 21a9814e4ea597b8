"""What was mended and is misjudged again is published on purpose, or not at all."""

import json
from pathlib import Path

from core.vocabulary import Label
from model.data.scores import Said
from model.judging.regression import Mended
from model.judging.relapses import (
    AcceptedRelapse,
    Reasons,
    describe_relapses,
    find_relapses,
    read_accepted,
    unaccepted,
    write_accepted,
)
from model.serving.info import REPORTS

HUMAN, AI = Label.HUMAN, Label.AI
SAID = [
    Said("missed far", AI, 0.1, "1"),
    Said("accused a little", HUMAN, 0.6, "2"),
    Said("accused far", HUMAN, 0.97, "3"),
    Said("stays mended", AI, 0.9, "4"),
    Said("never misjudged before", HUMAN, 0.99, "5"),
]
MENDED = [
    *(
        Mended(str(number), label, "m-1", 0.5, "m-2", 0.7)
        for number, label in enumerate((AI, HUMAN, HUMAN, AI), 1)
    ),
    Mended("elsewhere", HUMAN, "m-1", 0.9, "m-2", 0.1),
]


def test_relapses_are_told_human_ones_first_and_strangers_are_not() -> None:
    here, again = find_relapses(SAID, MENDED)
    assert here == 4
    assert [one.said.name for one in again] == ["accused far", "accused a little", "missed far"]
    assert str(again[0]) == "human accused far: 0.970, 0.470 beyond 0.5 (m-2 had 0.700; 3)"


def test_a_reason_for_generated_pictures_excuses_no_human_one() -> None:
    _, again = find_relapses(SAID, MENDED)
    accepted = Reasons(ai="better elsewhere").accept(again, "m-3")
    assert accepted == [AcceptedRelapse("1", AI, "m-3", 0.1, "better elsewhere")]
    assert [one.said.name for one in unaccepted(again, accepted, "m-3")] == [
        "accused far",
        "accused a little",
    ]
    both = Reasons(human="a reason", ai="better elsewhere").accept(again, "m-3")
    assert unaccepted(again, both, "m-3") == []


def test_what_was_accepted_for_one_model_is_not_for_the_next() -> None:
    _, again = find_relapses(SAID, MENDED)
    accepted = Reasons(human="a", ai="b").accept(again, "m-3")
    assert len(unaccepted(again, accepted, "m-4")) == 3


def test_the_report_says_why_a_relapse_was_accepted_and_which_was_not() -> None:
    _, again = find_relapses(SAID, MENDED)
    told = describe_relapses(SAID, MENDED, Reasons(ai="b").accept(again, "m-3"), "m-3")
    assert (told["listed"], told["here"]) == (5, 4)
    assert [(row["file"], row["accepted"]) for row in told["relapsed"]] == [
        ("accused far", None),
        ("accused a little", None),
        ("missed far", "b"),
    ]


def test_acceptances_of_all_models_come_back_each_once(tmp_path: Path) -> None:
    first, second = AcceptedRelapse("1", AI, "m-3", 0.1, "b"), AcceptedRelapse("1", AI, "m-4", 0.2, "c")
    write_accepted([second, first, first], tmp_path / "accepted.json")
    assert read_accepted(tmp_path / "accepted.json") == [first, second]
    assert read_accepted(tmp_path / "none.json") == []


def test_the_report_in_the_repository_tells_its_relapses() -> None:
    report = json.loads((REPORTS / "unseen" / "report.json").read_text())
    told = {row["sha256"]: row["accepted"] for row in report["mended"]["relapsed"]}
    assert told == {one.sha256: one.why for one in read_accepted() if one.model == report["model"]}
