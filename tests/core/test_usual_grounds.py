"""The usual ground of a decision follows from its evidence."""

from typing import Any

import pytest

from core.usual_grounds import UsualGround, usual_ground
from core.vocabulary import Outcome


def found(kind: str, grade: str, label: str | None, code: str = "x") -> dict[str, Any]:
    return {"kind": kind, "grade": grade, "label": label, "detail": {"code": code, "values": {}}}


PIXELS = found("pixels", "hint", "ai")


@pytest.mark.parametrize(
    ("outcome", "evidence", "ground"),
    [
        (Outcome.AI, [found("novelai_signature", "proof", "ai"), PIXELS], UsualGround.FILE_RECORD),
        (Outcome.AI, [found("a1111_parameters", "declared", "ai"), PIXELS], UsualGround.FILE_RECORD),
        (Outcome.AI, [found("software_tag", "hint", "ai"), PIXELS], UsualGround.LINES_TEXTURE),
        (Outcome.AI, [found("c2pa", "proof", "human"), PIXELS], UsualGround.LINES_TEXTURE),
        (Outcome.AI, [found("known_image", "declared", "ai"), PIXELS], UsualGround.NEAR_COPY),
        (Outcome.AI, [found("known_image", "hint", "ai"), PIXELS], UsualGround.LINES_TEXTURE),
        (Outcome.AI, [PIXELS], UsualGround.LINES_TEXTURE),
        (Outcome.HUMAN, [found("a1111_parameters", "declared", "ai")], UsualGround.NO_SIGNS),
        (Outcome.HUMAN, [found("c2pa", "proof", "human")], UsualGround.FILE_RECORD),
        (Outcome.HUMAN, [], UsualGround.NO_SIGNS),
        (
            Outcome.ASSISTED,
            [found("iptc_digital_source_type", "declared", None, "partly_generated")],
            UsualGround.FILE_RECORD,
        ),
        (Outcome.ASSISTED, [found("c2pa", "proof", "ai")], UsualGround.FILE_RECORD),
        (Outcome.ASSISTED, [found("c2pa", "declared", None, "camera")], UsualGround.LINES_TEXTURE),
        (Outcome.ASSISTED, [found("known_image", "declared", None)], UsualGround.NEAR_COPY),
        (Outcome.ESCALATE, [found("novelai_signature", "proof", "ai")], UsualGround.UNCLEAR),
    ],
)
def test_a_decision_rests_on_what_says_the_same(
    outcome: Outcome, evidence: list[dict[str, Any]], ground: UsualGround
) -> None:
    assert usual_ground(outcome, evidence) is ground


def test_who_decides_for_the_artist_on_an_appeal_was_shown_something() -> None:
    assert usual_ground(Outcome.HUMAN, [PIXELS], is_appealed=True) is UsualGround.PROCESS_SHOWN
    assert usual_ground(Outcome.AI, [PIXELS], is_appealed=True) is UsualGround.LINES_TEXTURE
