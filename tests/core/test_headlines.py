"""The headline names what a finding rests on, and colour and word never say more than it does."""

from typing import Any

import pytest

from core.headlines import Audience, headline, tone
from core.sayings.saying import render
from core.vocabulary import Basis, Finding


def item(kind: str, grade: str, label: str | None, generator: str | None = None) -> dict[str, Any]:
    return {"kind": kind, "grade": grade, "label": label, "generator": generator}


CLEAR_PIXELS, ODD_PIXELS, AI_PIXELS = (item("pixels", "hint", label) for label in ("human", None, "ai"))
RECORD = item("a1111_parameters", "declared", "ai", "Stable Diffusion")
PROOF = item("novelai_signature", "proof", "ai", "NovelAI")
SIGNED = item("c2pa", "proof", "human")
PART = item("iptc_digital_source_type", "declared", None)
NEAR = item("known_image", "declared", "human")

CASES = [
    ([CLEAR_PIXELS], Finding.CLEAR, Basis.PIXELS, "No sign of generation found.", "clear"),
    ([ODD_PIXELS], Finding.UNCERTAIN, Basis.PIXELS, "The evidence does not settle it.", "uncertain"),
    ([ODD_PIXELS], Finding.UNCERTAIN, Basis.UNSTABLE, "Saving the picture again moves", "uncertain"),
    ([AI_PIXELS], Finding.FLAGGED, Basis.PIXELS, "Signs of generation found.", "flagged"),
    ([RECORD, CLEAR_PIXELS], Finding.UNCERTAIN, Basis.DECLARED, "do not bear that out", "declared"),
    ([RECORD, ODD_PIXELS], Finding.UNCERTAIN, Basis.DECLARED, "do not settle it", "declared"),
    ([RECORD, ODD_PIXELS], Finding.FLAGGED, Basis.DECLARED, "and the pixels show signs of it", "flagged"),
    ([PART, AI_PIXELS], Finding.UNCERTAIN, Basis.PARTLY_GENERATED, "part of this picture", "uncertain"),
    ([PROOF, CLEAR_PIXELS], Finding.FLAGGED, Basis.PROOF, "it was generated with NovelAI", "flagged"),
    ([SIGNED, AI_PIXELS], Finding.CLEAR, Basis.PROOF, "a person made this picture", "clear"),
    ([NEAR, AI_PIXELS], Finding.CLEAR, Basis.KNOWN_IMAGE, "near copy is drawn by a person", "clear"),
]


@pytest.mark.parametrize(("evidence", "finding", "basis", "words", "colour"), CASES)
def test_a_moderator_reads_what_the_finding_rests_on(
    evidence: list[dict[str, Any]], finding: Finding, basis: Basis, words: str, colour: str
) -> None:
    assert words in render(headline(Audience.MODERATOR, finding, basis, evidence))
    assert tone(finding, basis, evidence) == colour


def test_a_verdict_of_an_older_version_accuses_nobody_for_unsigned_text() -> None:
    evidence = [RECORD, CLEAR_PIXELS]
    for audience in Audience:
        text = render(headline(audience, Finding.FLAGGED, Basis.EVIDENCE, evidence))
        assert text.startswith(("The file says", "Text in the file says"))
    assert tone(Finding.FLAGGED, Basis.EVIDENCE, evidence) == "declared"


@pytest.mark.parametrize(("evidence", "finding", "basis", "words", "colour"), CASES)
def test_readers_and_artists_have_a_headline_for_everything(
    evidence: list[dict[str, Any]], finding: Finding, basis: Basis, words: str, colour: str
) -> None:
    for audience in (Audience.READER, Audience.ARTIST):
        saying = headline(audience, finding, basis, evidence)
        assert render(saying, "ja") != render(saying)
