"""Policy: what score and evidence together mean.

The rules for evidence stand here; change them and `VERSION` changes. The lines on the score came with
the model (they were set on its validation folds), until two people of the desk draw others
(`store/policies.py`): then the version's number joins the name, so that every verdict names what it
rests on.
"""

from collections.abc import Sequence

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

VERSION = "2026-11-1"

HINT_RAISES = 0.1  # of the way from no risk to certainty

_LABELS = {Finding.FLAGGED: Label.AI, Finding.CLEAR: Label.HUMAN, Finding.UNCERTAIN: None}


def judge(
    classification: Classification,
    evidence: Sequence[Evidence],
    lines: Thresholds,
    *,
    name: str = VERSION,
) -> Judgement:
    """Make a finding of what the pixels and the file say, under the policy of this name.

    A proof decides by itself; of two that disagree neither does. A declared record of a generator
    flags, named as unsigned, for anybody can write one into a file. Nothing but a proof clears what
    the pixels flag.
    """
    proof_ai = _find(evidence, Grade.PROOF, Label.AI)
    proof_human = _find(evidence, Grade.PROOF, Label.HUMAN)
    declared_ai = _find(evidence, Grade.DECLARED, Label.AI)
    finding, reasons = _judge_pixels(classification, lines)
    basis = Basis.PIXELS if classification.stable else Basis.UNSTABLE
    if proof_ai or proof_human or declared_ai:
        basis = Basis.EVIDENCE
    if proof_ai and proof_human:
        finding = Finding.UNCERTAIN
        reasons.insert(0, "Two valid signatures disagree about the origin of this picture.")
    elif proof_ai:
        finding = Finding.FLAGGED
        reasons.insert(0, f"A valid signature proves that {_maker(proof_ai)} made this picture.")
    elif proof_human:
        finding = Finding.CLEAR
        reasons.insert(0, f"A valid signature vouches for human origin: {proof_human.detail}")
    elif declared_ai:
        finding = Finding.FLAGGED
        reasons.insert(0, f"The file says so, unsigned: it names {_maker(declared_ai)} as its maker.")
    reasons.extend(_side_remarks(evidence, finding))
    return Judgement(finding, _LABELS[finding], name, tuple(reasons), basis)


def risk(
    classification: Classification, evidence: Sequence[Evidence], judgement: Judgement, lines: Thresholds
) -> float:
    """Say how soon a person should look, 0 to 1: the score, raised by what the file says.

    What is flagged for its file's sake stands with what the pixels flag; a hint raises the place in
    the queue, and no more than that.
    """
    if judgement.finding is Finding.FLAGGED:
        return max(classification.score, lines.flagged_from)
    if _find(evidence, Grade.HINT, Label.AI):
        return min(1.0, classification.score + HINT_RAISES)
    return classification.score


def pixels_evidence(classification: Classification, lines: Thresholds) -> Evidence:
    """Write the classifier's word as evidence: a hint, for it can be wrong about anybody."""
    finding, reasons = _judge_pixels(classification, lines)
    return Evidence(
        EvidenceKind.PIXELS, Grade.HINT, _LABELS[finding], None, reasons[0], {"model": classification.model}
    )


def _judge_pixels(classification: Classification, lines: Thresholds) -> tuple[Finding, list[str]]:
    score = classification.score
    percent, flagged, clear = (_percent(x) for x in (score, lines.flagged_from, lines.clear_below))
    if not classification.stable:
        return Finding.UNCERTAIN, [
            f"The score, {percent}, crosses a threshold when the picture is saved anew: it decides nothing."
        ]
    if score >= lines.flagged_from:
        return Finding.FLAGGED, [f"The pixels look generated: score {percent}, flagged from {flagged}."]
    if score < lines.clear_below:
        return Finding.CLEAR, [f"The pixels show no sign of generation: score {percent}."]
    return Finding.UNCERTAIN, [f"The pixels do not decide: score {percent}, between {clear} and {flagged}."]


def _side_remarks(evidence: Sequence[Evidence], finding: Finding) -> list[str]:
    remarks = []
    hint_ai = _find(evidence, Grade.HINT, Label.AI)
    human = _find(evidence, Grade.DECLARED, Label.HUMAN) or _find(evidence, Grade.HINT, Label.HUMAN)
    if hint_ai and finding is not Finding.FLAGGED:
        remarks.append(f"A field of the file hints at generation: {hint_ai.detail}")
    if human and finding is not Finding.CLEAR:
        remarks.append(f"The file also holds a sign of human work: {human.detail}")
    if not any(item.kind is not EvidenceKind.PIXELS for item in evidence):
        remarks.append(
            "The file carries no record of its origin; sites often strip it: ask for the original."
        )
    return remarks


def _find(evidence: Sequence[Evidence], grade: Grade, label: Label) -> Evidence | None:
    return next(
        (
            item
            for item in evidence
            if item.grade is grade and item.label is label and item.kind is not EvidenceKind.PIXELS
        ),
        None,
    )


def _maker(evidence: Evidence) -> str:
    return evidence.generator or "a generator"


def _percent(score: float) -> str:
    return f"{100 * score:.0f} %"
