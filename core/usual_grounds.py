"""Grounds: what a decision rests on, as a code from a short list that a lead edits.

The codes below come with Kantei, and each decision has a usual one that follows from its evidence.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum, auto
from typing import Any

from core.sayings.codes import EvidenceDetail
from core.vocabulary import EvidenceKind, Grade, Label, Outcome

MOST_GROUNDS = 20
LONGEST_CODE = 40
LONGEST_TEXT = 200


class UsualGround(StrEnum):
    """Grounds that decisions have where the moderator names none."""

    FILE_RECORD = auto()
    LINES_TEXTURE = auto()
    PROCESS_SHOWN = auto()
    NEAR_COPY = auto()
    NO_SIGNS = auto()
    UNCLEAR = auto()


USUAL_CODES = frozenset(one.value for one in UsualGround)

# What is offered where no lead has changed it: code, English and Japanese, in order.
SHIPPED = (
    ("file_record", "A record in the file", "ファイル内の記録"),
    ("hands_anatomy", "Hands and anatomy", "手や体のつくり"),
    ("text_ornament", "Text and ornament", "文字や装飾"),
    ("light_perspective", "Light and perspective", "光や遠近"),
    ("lines_texture", "Lines and texture", "線や質感"),
    ("process_shown", "The process was shown", "制作過程の提示"),
    ("source_found", "The source was found", "元の画像の確認"),
    ("near_copy", "A decision on a near copy", "よく似た画像への決定"),
    ("no_signs", "No signs of generation", "生成の特徴なし"),
    ("unclear", "Not clear enough for one person to decide", "一人では判断が難しい"),
)
_MADE_BY = {Outcome.HUMAN: Label.HUMAN, Outcome.AI: Label.AI, Outcome.ASSISTED: None}


def usual_ground(
    outcome: Outcome, evidence: Sequence[Mapping[str, Any]], *, is_appealed: bool = False
) -> UsualGround:
    """The ground that a decision usually has; `evidence` as rows hold it.

    A record in the file or a decision on a near copy counts if it says the same as the decision. Who decides
    for the artist on an appeal was shown something.
    """
    if outcome is Outcome.ESCALATE:
        return UsualGround.UNCLEAR
    if outcome is Outcome.HUMAN and is_appealed:
        return UsualGround.PROCESS_SHOWN
    if any(_is_record(item, outcome) for item in evidence):
        return UsualGround.FILE_RECORD
    known = [item for item in evidence if item["kind"] == EvidenceKind.KNOWN_IMAGE]
    if any(item["label"] == _MADE_BY[outcome] and item["grade"] == Grade.DECLARED for item in known):
        return UsualGround.NEAR_COPY
    return UsualGround.NO_SIGNS if outcome is Outcome.HUMAN else UsualGround.LINES_TEXTURE


def _is_record(item: Mapping[str, Any], outcome: Outcome) -> bool:
    """True if the file itself says what was decided; a hint says nothing."""
    if item["kind"] in {EvidenceKind.KNOWN_IMAGE, EvidenceKind.PIXELS} or item["grade"] == Grade.HINT:
        return False
    if outcome is Outcome.ASSISTED:
        detail = item["detail"]
        code = detail["code"] if isinstance(detail, dict) else None
        return item["label"] == Label.AI or code == EvidenceDetail.PARTLY_GENERATED
    return bool(item["label"] == _MADE_BY[outcome])
