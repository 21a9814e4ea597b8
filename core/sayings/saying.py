"""A saying: something that the program tells people, as a code with values.

Rows hold the code and the values; the sentence is made where someone reads it, in their language. To
reword a sentence is to change its line in `sentences.json`. What a code means, and the names of its values,
never change, because rows hold them for years: a new meaning is a new code.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Union

from core.sayings.score_text import points_text, score_text

Value = Union[str, int, float, "Saying"]

# By code, then by language. A sentence has places for values: `{name}`, `{name:number}` (`1,000`),
# `{name:score}` (from 0 to 1, shown as `87 of 100`) or `{name:points}` (the same, shown as `87`). In Japanese
# a space beside a place is kept only where the value is Latin text.
SENTENCES: Mapping[str, Mapping[str, str]] = json.loads(
    Path(__file__).with_name("sentences.json").read_text(encoding="utf-8")
)
_PLACE = re.compile(r"( ?)\{(\w+)(?::(score|points|number))?\}( ?)")
_SCORES = {"score": score_text, "points": points_text}
_MOST_DIGITS = 2


class SayingCode(StrEnum):
    """The base of all codes; each is a key of `sentences.json`."""


@dataclass(frozen=True, slots=True)
class Saying:
    """A code with its values: texts, numbers, or sayings that stand inside it as clauses."""

    code: SayingCode
    values: Mapping[str, Value] = field(default_factory=dict)


def say(code: SayingCode, **values: Value) -> Saying:
    """A saying with the values named after the places of its sentence."""
    return Saying(code, values)


def contains(saying: Saying | str, other: Saying | str) -> bool:
    """True if the other is this saying, or stands inside it."""
    return saying == other or (
        isinstance(saying, Saying)
        and any(contains(one, other) for one in saying.values.values() if isinstance(one, (Saying, str)))
    )


@cache
def places_of(sentence: str) -> Mapping[str, str]:
    """The places of a sentence: each name with its kind (empty for plain text)."""
    return {match[2]: match[3] or "" for match in _PLACE.finditer(sentence)}


def render(saying: Saying | str, language: str = "en") -> str:
    """The sentence for a saying; a text stays as it is. Without one in the language, the English one."""
    if isinstance(saying, str):
        return saying
    values, sentences = saying.values, SENTENCES[saying.code]
    sentence = sentences.get(language) or sentences["en"]
    digits = _digits([values.get(name) for name, kind in places_of(sentence).items() if kind in _SCORES])

    def fill(match: re.Match[str]) -> str:
        before, name, kind, after = match.groups()
        text = _text(values.get(name, "?"), kind, language, digits)
        if language == "ja":
            before = "" if _is_japanese(text[:1]) else before
            after = "" if _is_japanese(text[-1:]) else after
        return f"{before}{text}{after}"

    return _PLACE.sub(fill, sentence)


def _text(value: Value, kind: str | None, language: str, digits: int) -> str:
    if isinstance(value, (Saying, str)):
        return render(value, language)
    if kind in _SCORES:
        return _SCORES[kind](value, language, digits)
    return f"{value:,}" if kind == "number" else str(value)


def _digits(scores: list[Value | None]) -> int:
    """How many digits tell the scores of one sentence apart: 92.6 must not read "93, flagged at 93"."""
    numbers = {score for score in scores if isinstance(score, (int, float))}
    if len(numbers) < 2:
        return 0
    for digits in range(_MOST_DIGITS):
        if len({score_text(score, digits=digits) for score in numbers}) == len(numbers):
            return digits
    return _MOST_DIGITS


def _is_japanese(character: str) -> bool:
    return character > "\u2fff"  # kana, kanji, and full-width punctuation
