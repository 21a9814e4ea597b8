"""Declarations: read from tags and fields, and held against what was found."""

import pytest

from core.declarations import USUAL_WORDS, Contradiction, Declared, contradiction_of, read_declared
from core.vocabulary import Label


@pytest.mark.parametrize(
    ("said", "declared"),
    [
        (["Poster", "AI-generated"], Declared.AI),
        (["ai_generated"], Declared.AI),
        (["AI Generated "], Declared.AI),
        (["ai-assisted"], Declared.ASSISTED),
        (["手描き"], Declared.HUMAN),
        (["hand-drawn", "AI-generated"], Declared.AI),  # who said it once has said it
        (["said", "not AI generated", "air"], Declared.UNKNOWN),
        (["declared=assisted"], Declared.ASSISTED),
        ([], Declared.UNKNOWN),
    ],
)
def test_usual_words_declare_whatever_their_capitals_and_hyphens(said: list[str], declared: Declared) -> None:
    assert read_declared(said, USUAL_WORDS) is declared


def test_a_client_may_use_words_of_its_own() -> None:
    words = {Declared.AI: ("Made_With=Machine",), Declared.HUMAN: ("atelier",)}
    assert read_declared(["made with=machine"], words) is Declared.AI
    assert read_declared(["Atelier"], words) is Declared.HUMAN
    assert read_declared(["AI-generated"], words) is Declared.UNKNOWN


def test_only_the_opposite_label_contradicts() -> None:
    against = {
        (declared, label): contradiction_of(declared, label)
        for declared in Declared
        for label in (*Label, None)
        if contradiction_of(declared, label) is not Contradiction.NONE
    }
    assert against == {
        (Declared.HUMAN, Label.AI): Contradiction.DECLARED_HUMAN_FOUND_AI,
        (Declared.AI, Label.HUMAN): Contradiction.DECLARED_AI_FOUND_HUMAN,
    }
