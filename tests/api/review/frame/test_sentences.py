"""What the machine said is said again in the reader's language; no sentence of the program is left out."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.review.frame.sentences import _PLACE, SENTENCES, find_sentence
from core.vocabulary import Evidence, EvidenceKind, Grade, Label
from tests.api.review.conftest import Desk

ROOT = Path(__file__).parents[4]
SPEAKERS = [ROOT / "worker" / "examining" / "policy.py", *sorted((ROOT / "provenance").rglob("*.py"))]
# What is said on the way, to who calls `kantei check --explain`, and what ends as "why" of a record.
QUIET = {"note", "append", "RecordError", "TooMuchError", "compile", "Stealth", "join", "Reader"}
# Of `kantei check --explain`, too.
EXPLAINED = {
    "The file is no picture of a known format.",
    "Nothing of its kind.",
    "Unreadable: {}.",
    "{}, {} x {} pixels, {} bytes.",
}
# Sentences that are put together from pieces.
WHOLE = {
    "A moderator decided{} that {} is {} ({}).": [
        "A moderator decided that {} is {} ({} of 256 bits differ).",
        "A moderator decided on {} that {} is {} ({} of 256 bits differ).",
    ],
    "The list “{}” holds {} as {} ({}).": ["The list “{}” holds {} as {} ({} of 256 bits differ)."],
    "A C2PA manifest by {} declares {} to be {}; {}.": [
        "A C2PA manifest by {} declares this picture to be {}; {}.",
        "A C2PA manifest by {} declares an ingredient of this picture to be {}; {}.",
    ],
}


def _said(node: ast.AST) -> str | None:
    """Give a text of the program with {} for what is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values)
    return None


def _texts(node: ast.AST) -> Iterator[str]:
    """Give the texts below a node that somebody may be told; docstrings and whispers are none."""
    said = _said(node)
    if said is not None:
        yield said
        return
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in QUIET:
            return
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)):
            yield from _texts(child)


def sentences() -> set[str]:
    """Find every sentence in the program."""
    found = set()
    for path in SPEAKERS:
        for text in _texts(ast.parse(path.read_text(encoding="utf-8"))):
            first = text.lstrip("{}")[:1]
            ends = text.endswith((".", ". {}", ": {}"))
            if " " in text and ends and (text.startswith("{}") or first.isupper()):
                found.update(WHOLE.get(text, [text]))
    return found - EXPLAINED


def test_every_sentence_of_the_machine_is_in_the_catalogue() -> None:
    found = sentences()
    assert len(found) > 30, found
    for said in found:
        known = find_sentence(said.replace("{}", "<x>"))
        assert known is not None, said
        # Not by a sentence so general that it swallows another's words.
        own = len(_PLACE.sub("", known[0]))
        assert own > 0.7 * len(said.replace("{}", "")), (said, known[0])


@pytest.mark.parametrize("sentence", SENTENCES)
def test_each_sentence_is_told_from_the_others(sentence: str) -> None:
    names = _PLACE.findall(sentence)
    parts = {name: f"<{place} of it>" for place, name in enumerate(names)}
    assert find_sentence(sentence % parts) == (sentence, parts)


def test_reasons_and_evidence_are_read_in_japanese(desk: Desk) -> None:
    detail = (
        "A moderator decided on 2026-11-01 that a near copy of this picture is generated "
        "(7 of 256 bits differ)."
    )
    evidence = Evidence(EvidenceKind.KNOWN_IMAGE, Grade.DECLARED, Label.AI, None, detail, {})
    odd = Evidence(EvidenceKind.SOFTWARE_TAG, Grade.HINT, None, None, "An older program said this.", {})
    visit, sha256 = desk.as_person(), desk.add_case(0.95, evidence=(evidence, odd))
    english = visit.get(f"/review/cases/{sha256}").text
    assert detail in english
    japanese = visit.get(f"/review/cases/{sha256}", headers={"Accept-Language": "ja"}).text
    assert "2026-11-01" in japanese
    assert "A moderator decided" not in japanese
    assert "a near copy" not in japanese
    assert "256ビット中7ビット" in japanese
    assert "An older program said this." in japanese
