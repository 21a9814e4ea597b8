"""Declarations: what an uploader says of how a picture was made, and what contradicts it.

A declaration never moves a score: anyone can say anything. It is kept beside the verdict, and belongs to
the client that sent it.
"""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum

from core.vocabulary import Label


class Declared(StrEnum):
    """What the uploader says: a person made it, it was generated, partly so, or nothing."""

    HUMAN = "human"
    AI = "ai"
    ASSISTED = "assisted"
    UNKNOWN = "unknown"


class Contradiction(StrEnum):
    """What was found against what was declared."""

    NONE = "none"
    DECLARED_HUMAN_FOUND_AI = "declared_human_found_ai"
    DECLARED_AI_FOUND_HUMAN = "declared_ai_found_human"


# By what a shop's product says: tags, and fields as `name=value`. Of several that match, the first kind here
# counts: who says at one place that AI was used has said it.
DeclaredWords = Mapping[Declared, tuple[str, ...]]
BY_OPENNESS = (Declared.AI, Declared.ASSISTED, Declared.HUMAN)
USUAL_WORDS: DeclaredWords = {
    Declared.AI: ("AI-generated", "AI", "AI art", "AI生成", "AIイラスト", "declared=ai"),
    Declared.ASSISTED: ("AI-assisted", "AI補助", "AI一部使用", "declared=assisted"),
    Declared.HUMAN: ("Human-made", "Hand-drawn", "No AI", "AI不使用", "手描き", "declared=human"),
}
MOST_WORDS = 50  # of each kind
LONGEST_WORD = 100
_BETWEEN = re.compile(r"[\s_-]+")


def contradiction_of(declared: Declared, label: Label | None) -> Contradiction:
    """What a verdict's label says against a declaration; nothing where either says nothing."""
    if declared is Declared.HUMAN and label is Label.AI:
        return Contradiction.DECLARED_HUMAN_FOUND_AI
    if declared is Declared.AI and label is Label.HUMAN:
        return Contradiction.DECLARED_AI_FOUND_HUMAN
    return Contradiction.NONE


def read_declared(said: Iterable[str], words: DeclaredWords) -> Declared:
    """What a product's tags and fields (`name=value`) declare; capitals and hyphens do not matter."""
    found = {_plain(one) for one in said}
    for declared in BY_OPENNESS:
        if any(_plain(word) in found for word in words.get(declared, ())):
            return declared
    return Declared.UNKNOWN


def words_from_json(stored: Mapping[str, list[str]] | None) -> DeclaredWords:
    """A client's own mapping as its row keeps it; the usual one where there is none."""
    if stored is None:
        return USUAL_WORDS
    return {declared: tuple(stored.get(declared.value, ())) for declared in BY_OPENNESS}


def _plain(word: str) -> str:
    name, equals, value = word.casefold().partition("=")
    return equals.join(_BETWEEN.sub(" ", part).strip() for part in (name, value))
