"""Policy: from score and evidence to a finding.

The rules for evidence stand here; change them and `VERSION` changes. The thresholds on the score came with
the model (they were set on its validation folds), until two people of the desk draw others
(`store/verdicts/policies.py`): then the version's number joins the name, so that every verdict names what it
rests on.
"""

from collections.abc import Sequence

from core.known.known_image import KnownImage
from core.sayings.codes import Clause, KnownImageDetail, Reason
from core.sayings.saying import Saying, Value, contains, say
from core.vocabulary import (
    Basis,
    Classification,
    Evidence,
    EvidenceKind,
    Finding,
    Grade,
    Judgement,
    Label,
    Thresholds,
)

VERSION = "2026-11-4"

# How far evidence in the file moves a case forward in the queue.
HINT_RAISES = 0.1
DECLARED_RAISES = 0.3

_NOT_IN_FILE = (EvidenceKind.PIXELS, EvidenceKind.KNOWN_IMAGE)
_LABELS = {Finding.FLAGGED: Label.AI, Finding.CLEAR: Label.HUMAN, Finding.UNCERTAIN: None}


def judge(
    classification: Classification,
    evidence: Sequence[Evidence],
    thresholds: Thresholds,
    *,
    notes: Sequence[Saying] = (),
    name: str = VERSION,
) -> Judgement:
    """Make a finding of what the pixels and the file say, under the policy of this name.

    `notes` are those on the picture itself. The pixels of one that is too small say nothing; proofs, and
    decisions on near copies, stand.
    """
    too_small = _too_small(notes)
    proof_ai = _in_file(evidence, Grade.PROOF, Label.AI)
    proof_human = _in_file(evidence, Grade.PROOF, Label.HUMAN)
    declared_ai = _in_file(evidence, Grade.DECLARED, Label.AI)
    known_ai = _known(evidence, Grade.DECLARED, Label.AI)
    known_human = _known(evidence, Grade.DECLARED, Label.HUMAN)
    listed_ai = _known(evidence, Grade.HINT, Label.AI)
    finding, reasons, basis = _judge_pixels(classification, thresholds, too_small)
    strongest = [
        (proof_ai or proof_human, Basis.PROOF),
        (known_ai or known_human, Basis.KNOWN_IMAGE),
        (declared_ai, Basis.DECLARED),
    ]
    basis = next((kind for found, kind in strongest if found), basis)
    if proof_ai and proof_human:
        finding = Finding.UNCERTAIN
        reasons.insert(0, say(Reason.SIGNATURES_DISAGREE))
    elif known_ai and known_human:
        finding = Finding.UNCERTAIN
        reasons[:0] = [say(Reason.MODERATORS_DISAGREE), known_ai.detail, known_human.detail]
    elif (proof_ai or declared_ai) and known_human:
        finding = Finding.UNCERTAIN
        maker = _maker(proof_ai or declared_ai)
        reasons.insert(0, say(Reason.KNOWN_HUMAN_BUT_GENERATOR_NAMED, known=known_human.detail, maker=maker))
    elif proof_human and known_ai:
        finding = Finding.UNCERTAIN
        reasons.insert(0, say(Reason.KNOWN_AI_BUT_SIGNED_AS_HUMAN, known=known_ai.detail))
    elif proof_ai:
        finding = Finding.FLAGGED
        reasons.insert(0, say(Reason.GENERATION_PROVED, maker=_maker(proof_ai)))
    elif proof_human:
        finding = Finding.CLEAR
        reasons.insert(0, say(Reason.HUMAN_ORIGIN_PROVED, detail=proof_human.detail))
    elif known_ai:
        finding = Finding.FLAGGED
        reasons.insert(0, known_ai.detail)
    elif known_human:
        finding = Finding.CLEAR
        reasons.insert(0, known_human.detail)
    elif declared_ai:
        # Anybody can write an unsigned record, into anybody's picture: it never flags one by itself.
        code = _declared_reason(classification, thresholds, too_small)
        finding = Finding.FLAGGED if code is Reason.DECLARED_AND_PIXELS else Finding.UNCERTAIN
        reasons = [say(code, maker=_maker(declared_ai)), *reasons]
    elif listed_ai and finding is Finding.CLEAR:
        basis = Basis.KNOWN_IMAGE
        finding = Finding.UNCERTAIN
        reasons.insert(0, listed_ai.detail)
    reasons.extend(note for note in notes if note != too_small)
    reasons.extend(_side_remarks(evidence, finding, reasons))
    return Judgement(finding, _LABELS[finding], name, tuple(reasons), basis)


def risk(
    classification: Classification, evidence: Sequence[Evidence], judgement: Judgement, thresholds: Thresholds
) -> float:
    """Review priority, 0 to 1: the score, raised by evidence in the file.

    What a proof or a known image flags stands with what the pixels flag. An unsigned record or a hint
    moves a case forward in the queue, and no more than that.
    """
    if judgement.finding is Finding.FLAGGED:
        return max(classification.score, thresholds.flagged_from)
    if _in_file(evidence, Grade.DECLARED, Label.AI):
        return min(1.0, classification.score + DECLARED_RAISES)
    if _in_file(evidence, Grade.HINT, Label.AI) or _known(evidence, Grade.HINT, Label.AI):
        return min(1.0, classification.score + HINT_RAISES)
    return classification.score


def pixels_evidence(
    classification: Classification, thresholds: Thresholds, notes: Sequence[Saying] = ()
) -> Evidence:
    """The classifier's opinion as evidence: a hint, because it can be wrong."""
    finding, reasons, _ = _judge_pixels(classification, thresholds, _too_small(notes))
    return Evidence(
        EvidenceKind.PIXELS, Grade.HINT, _LABELS[finding], None, reasons[0], {"model": classification.model}
    )


def known_evidence(known: Sequence[KnownImage]) -> tuple[Evidence, ...]:
    """Known similar pictures as evidence: the nearest of each kind and label.

    A person's decision is a word that someone stands by (declared); a list of someone else is a hint.
    """
    found: dict[tuple[bool, Label], Evidence] = {}
    for one in known:
        found.setdefault((one.case is None, one.label), _known_evidence(one))
    return tuple(found.values())


def _known_evidence(one: KnownImage) -> Evidence:
    values: dict[str, Value] = {
        # Not one bit of the hash differs, and yet it is another file: the same bytes are the same case.
        "copy": say(Clause.SAME_PICTURE if one.distance == 0 else Clause.NEAR_COPY),
        "label": say(Clause.DRAWN if one.label is Label.HUMAN else Clause.GENERATED),
        "distance": one.distance,
    }
    if one.case is None:
        detail = say(KnownImageDetail.NEAR_COPY_LISTED, list=one.list_name or "", **values)
        fields = {"list": one.list_name or "", "distance": str(one.distance)}
        return Evidence(EvidenceKind.KNOWN_IMAGE, Grade.HINT, one.label, None, detail, fields)
    if one.decided_at:
        detail = say(KnownImageDetail.NEAR_COPY_DECIDED, day=f"{one.decided_at:%Y-%m-%d}", **values)
    else:
        detail = say(KnownImageDetail.NEAR_COPY_DECIDED_UNDATED, **values)
    fields = {"case": one.case, "decision": one.decision_id or "", "distance": str(one.distance)}
    return Evidence(EvidenceKind.KNOWN_IMAGE, Grade.DECLARED, one.label, None, detail, fields)


def _too_small(notes: Sequence[Saying]) -> Saying | None:
    return next((note for note in notes if note.code is Reason.PICTURE_TOO_SMALL), None)


def _judge_pixels(
    classification: Classification, thresholds: Thresholds, too_small: Saying | None
) -> tuple[Finding, list[Saying | str], Basis]:
    score, clear_below, flagged_from = classification.score, thresholds.clear_below, thresholds.flagged_from
    if too_small is not None:
        return Finding.UNCERTAIN, [too_small], Basis.TOO_SMALL
    if not classification.stable:
        return Finding.UNCERTAIN, [say(Reason.SCORE_UNSTABLE, score=score)], Basis.UNSTABLE
    finding = Finding.UNCERTAIN
    reason = say(Reason.PIXELS_UNDECIDED, score=score, clear_below=clear_below, flagged_from=flagged_from)
    if score >= flagged_from:
        finding = Finding.FLAGGED
        reason = say(Reason.PIXELS_FLAGGED, score=score, flagged_from=flagged_from)
    elif score < clear_below:
        finding = Finding.CLEAR
        reason = say(Reason.PIXELS_CLEAR, score=score)
    return finding, [reason], Basis.PIXELS


def _declared_reason(
    classification: Classification, thresholds: Thresholds, too_small: Saying | None
) -> Reason:
    """How the pixels stand to a file that says it was generated."""
    if too_small is not None:
        return Reason.DECLARED_PIXELS_UNDECIDED
    if classification.score >= thresholds.bears_out_from:
        return Reason.DECLARED_AND_PIXELS
    if classification.stable and classification.score < thresholds.clear_below:
        return Reason.DECLARED_NOT_PIXELS
    return Reason.DECLARED_PIXELS_UNDECIDED


def _side_remarks(
    evidence: Sequence[Evidence], finding: Finding, reasons: Sequence[Saying | str]
) -> list[Saying | str]:
    remarks: list[Saying | str] = []
    hint_ai = _in_file(evidence, Grade.HINT, Label.AI)
    human = _in_file(evidence, Grade.DECLARED, Label.HUMAN) or _in_file(evidence, Grade.HINT, Label.HUMAN)
    if hint_ai and finding is not Finding.FLAGGED:
        remarks.append(say(Reason.HINT_OF_GENERATION, detail=hint_ai.detail))
    if human and finding is not Finding.CLEAR:
        remarks.append(say(Reason.SIGN_OF_HUMAN_WORK, detail=human.detail))
    # Never silently: what is known is said, whether it decided or not.
    remarks += [
        item.detail
        for item in evidence
        if item.kind is EvidenceKind.KNOWN_IMAGE and not any(contains(one, item.detail) for one in reasons)
    ]
    if all(item.kind in _NOT_IN_FILE for item in evidence):
        remarks.append(say(Reason.NO_RECORD_OF_ORIGIN))
    return remarks


def _in_file(evidence: Sequence[Evidence], grade: Grade, label: Label) -> Evidence | None:
    return next(
        (
            item
            for item in evidence
            if item.grade is grade and item.label is label and item.kind not in _NOT_IN_FILE
        ),
        None,
    )


def _known(evidence: Sequence[Evidence], grade: Grade, label: Label) -> Evidence | None:
    return next(
        (
            item
            for item in evidence
            if item.grade is grade and item.label is label and item.kind is EvidenceKind.KNOWN_IMAGE
        ),
        None,
    )


def _maker(evidence: Evidence | None) -> Saying | str:
    return (evidence and evidence.generator) or say(Clause.UNNAMED_GENERATOR)
