"""Every code has its sentences, every sentence has a speaker, and every speaker names the values it takes."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from core.sayings.saying import SENTENCES, SayingCode, places_of
from core.sayings.stored import SAYINGS

ROOT = Path(__file__).parents[3]
ROOMS = ("api", "core", "kantei", "model", "provenance", "store", "worker")
CODES = [code for kind in SAYINGS for code in kind]
SPEAKERS = {"say", "RecordError", "TooMuchError"}
KINDS = {kind.__name__: kind for kind in SAYINGS}


@cache
def program() -> list[ast.AST]:
    """The expressions of the program's own code that may name a code, but for the list of codes itself."""
    return [
        node
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if path.name not in {"codes.py", "fault_codes.py"}
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.Attribute, ast.Call))
    ]


def code_of(node: ast.AST) -> SayingCode | None:
    """Read an expression such as `Reason.PIXELS_CLEAR`."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        kind = KINDS.get(node.value.id)
        return None if kind is None else kind[node.attr]
    return None


def test_every_code_has_sentences_and_every_sentence_a_code() -> None:
    assert [code for code, count in Counter(code.value for code in CODES).items() if count > 1] == []
    assert set(SENTENCES) == {code.value for code in CODES}


@pytest.mark.parametrize("code", CODES)
def test_a_sentence_is_there_in_english_and_japanese_with_the_same_values(code: SayingCode) -> None:
    sentences = SENTENCES[code]
    assert set(sentences) == {"en", "ja"}
    assert places_of(sentences["en"]) == places_of(sentences["ja"])
    assert all("{" not in re.sub(r"\{\w+(:\w+)?\}", "", text) for text in sentences.values())
    # A sentence is one in both languages, and so is a clause.
    assert sentences["en"].endswith((".", ". {detail}", ": {detail}")) == sentences["ja"].endswith(
        ("。", "。{detail}")
    )


def test_every_code_is_said_by_the_program_and_no_other_is() -> None:
    said = {code for node in program() if (code := code_of(node)) is not None}
    assert set(CODES) - said == set()


def test_whoever_says_something_gives_the_values_of_its_sentence() -> None:
    checked = 0
    for node in program():
        if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") in SPEAKERS and node.args):
            continue
        code = code_of(node.args[0])
        if code is None:  # one of several, in a variable
            continue
        named = {one.arg for one in node.keywords}
        if None not in named:  # those that are spread out of a dictionary are seen by other tests
            checked += 1
            assert named == set(places_of(SENTENCES[code]["en"])), (code, named)
    assert checked > 100
