"""Policy: from score and evidence to a finding.

The rules for evidence stand here; change them and `VERSION` changes. The thresholds on the score came with
the model (they were set on its validation folds), until two people of the desk draw others
(`store/verdicts/policies.py`): then the version's number joins the name, so that every verdict names what it
rests on.
"""

from collections.abc import Sequence

from core.sayings.codes import Clause, EvidenceDetail, Reason
from core.sayings.saying import Saying, contains, say
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

VERSION = "2026-11-6"

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
    partly = _partly_generated(evidence)
    known_ai = _known(evidence, Grade.DECLARED, Label.AI)
    known_human = _known(evidence, Grade.DECLARED, Label.HUMAN)
    known_partly = _known(evidence, Grade.DECLARED, None)
    listed_ai = _known(evidence, Grade.HINT, Label.AI)
    finding, reasons, basis = _judge_pixels(classification, thresholds, too_small)
    strongest = [
        (proof_ai or proof_human, Basis.PROOF),
        (known_ai or known_human or known_partly, Basis.KNOWN_IMAGE),
        (partly, Basis.PARTLY_GENERATED),
        (declared_ai, Basis.DECLARED),
    ]
    basis = next((kind for found, kind in strongest if found), basis)
    if disagreement := _disagreement(evidence):
        finding = Finding.UNCERTAIN
        reasons[:0] = disagreement
    elif known_partly:
        # Neither drawn nor generated: a person looks, whatever else speaks for one of the two.
        finding, basis = Finding.UNCERTAIN, Basis.KNOWN_IMAGE
        reasons.insert(0, known_partly.detail)
    elif proof_ai:
        finding = Finding.FLAGGED
        reasons.insert(0, say(Reason.GENERATION_PROVED, maker=_maker(proof_ai)))
    elif partly and not known_ai:
        # Signed or not: how much was drawn and how much was generated is for a person to weigh.
        finding, basis = Finding.UNCERTAIN, Basis.PARTLY_GENERATED
        reasons[:0] = _reasons_beside(partly, proof_human or known_human, declared_ai)
    elif proof_human:
        finding = Finding.CLEAR
        reasons.insert(0, say(Reason.HUMAN_ORIGIN_PROVED, detail=proof_human.detail))
    elif known_ai and finding is Finding.CLEAR:
        # Generated pictures are made of artists' own: the decision on such a copy accuses no original.
        finding = Finding.UNCERTAIN
        reasons.insert(0, say(Reason.KNOWN_AI_BUT_PIXELS_CLEAR, known=known_ai.detail))
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

    What a proof or a known image flags stands with what the pixels flag. An unsigned record, a decision on a
    near copy that does not flag, or a hint moves a case forward in the queue, and no more than that.
    """
    if judgement.finding is Finding.FLAGGED:
        return max(classification.score, thresholds.flagged_from)
    declared_ai = (find(evidence, Grade.DECLARED, Label.AI) for find in (_in_file, _known))
    if any(declared_ai) or _partly_generated(evidence):
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


def _disagreement(evidence: Sequence[Evidence]) -> list[Saying | str]:
    """What signatures, moderators and records say against each other; empty where they do not."""
    proof_ai = _in_file(evidence, Grade.PROOF, Label.AI)
    proof_human = _in_file(evidence, Grade.PROOF, Label.HUMAN)
    named_ai = proof_ai or _in_file(evidence, Grade.DECLARED, Label.AI)
    known_ai = _known(evidence, Grade.DECLARED, Label.AI)
    known_human = _known(evidence, Grade.DECLARED, Label.HUMAN)
    if proof_ai and proof_human:
        return [say(Reason.SIGNATURES_DISAGREE)]
    if known_ai and known_human:
        return [say(Reason.MODERATORS_DISAGREE), known_ai.detail, known_human.detail]
    if named_ai and known_human:
        known = known_human.detail
        return [say(Reason.KNOWN_HUMAN_BUT_GENERATOR_NAMED, known=known, maker=_maker(named_ai))]
    if proof_human and known_ai:
        return [say(Reason.KNOWN_AI_BUT_SIGNED_AS_HUMAN, known=known_ai.detail)]
    return []


def _reasons_beside(
    partly: Evidence, human: Evidence | None, declared_ai: Evidence | None
) -> list[Saying | str]:
    """The reasons of a picture that was generated in part: that record, and what else is said of it."""
    reasons = [partly.detail]
    if human:
        reasons.append(human.detail)
    if declared_ai:
        reasons.append(say(Reason.DECLARED_PIXELS_UNDECIDED, maker=_maker(declared_ai)))
    return reasons


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


def _partly_generated(evidence: Sequence[Evidence]) -> Evidence | None:
    """A record, signed or not, that says that part of the picture was generated."""
    return next(
        (
            item
            for item in evidence
            if isinstance(item.detail, Saying) and item.detail.code == EvidenceDetail.PARTLY_GENERATED
        ),
        None,
    )


def _known(evidence: Sequence[Evidence], grade: Grade, label: Label | None) -> Evidence | None:
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
