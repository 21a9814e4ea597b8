"""What score and evidence together mean."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.known.known_image import KnownImage
from core.sayings.codes import EvidenceDetail, Reason
from core.sayings.saying import contains, render, say
from core.vocabulary import Basis, Classification, Evidence, EvidenceKind, Finding, Grade, Label, Thresholds
from worker.examining.known_evidence import known_evidence
from worker.examining.policy import VERSION, judge, pixels_evidence, risk

LINES = Thresholds(clear_below=0.3, flagged_from=0.9)
KINDS = st.sampled_from([kind for kind in EvidenceKind if kind is not EvidenceKind.PIXELS])


def pixels(score: float, *, stable: bool = True) -> Classification:
    return Classification(score, "m-1", stable)


def says(grade: Grade, label: Label | None, generator: str | None = "NovelAI") -> Evidence:
    return Evidence(EvidenceKind.NOVELAI_METADATA, grade, label, generator, "A record.")


@pytest.mark.parametrize(
    ("score", "finding", "label"),
    [
        (0.0, Finding.CLEAR, Label.HUMAN),
        (0.2999, Finding.CLEAR, Label.HUMAN),
        (0.3, Finding.UNCERTAIN, None),
        (0.8999, Finding.UNCERTAIN, None),
        (0.9, Finding.FLAGGED, Label.AI),
        (1.0, Finding.FLAGGED, Label.AI),
    ],
)
def test_without_evidence_the_score_decides_between_the_lines(
    score: float, finding: Finding, label: Label | None
) -> None:
    judgement = judge(pixels(score), [], LINES)
    assert (judgement.finding, judgement.label, judgement.policy) == (finding, label, VERSION)


def test_a_score_that_a_re_encoding_moves_across_a_line_decides_nothing() -> None:
    judgement = judge(pixels(0.95, stable=False), [], LINES)
    assert judgement.finding is Finding.UNCERTAIN
    assert judgement.reasons[0] == say(Reason.SCORE_UNSTABLE, score=0.95)


def test_a_proof_of_generation_flags_what_the_pixels_clear() -> None:
    judgement = judge(pixels(0.01), [says(Grade.PROOF, Label.AI)], LINES)
    assert judgement.finding is Finding.FLAGGED
    assert judgement.reasons[0] == say(Reason.GENERATION_PROVED, maker="NovelAI")


def test_a_proof_of_human_origin_clears_what_the_pixels_flag() -> None:
    evidence = [says(Grade.DECLARED, Label.AI), says(Grade.PROOF, Label.HUMAN)]
    assert judge(pixels(0.99), evidence, LINES).finding is Finding.CLEAR


def test_two_proofs_that_disagree_leave_it_to_a_person() -> None:
    evidence = [says(Grade.PROOF, Label.AI), says(Grade.PROOF, Label.HUMAN)]
    assert judge(pixels(0.99), evidence, LINES).finding is Finding.UNCERTAIN


BORNE_OUT = Thresholds(clear_below=0.3, flagged_from=0.9, declared_from=0.6)


@pytest.mark.parametrize(
    ("score", "lines", "finding", "label", "reason"),
    [
        (0.01, BORNE_OUT, Finding.UNCERTAIN, None, Reason.DECLARED_NOT_PIXELS),
        (0.3, BORNE_OUT, Finding.UNCERTAIN, None, Reason.DECLARED_PIXELS_UNDECIDED),
        (0.5999, BORNE_OUT, Finding.UNCERTAIN, None, Reason.DECLARED_PIXELS_UNDECIDED),
        (0.6, BORNE_OUT, Finding.FLAGGED, Label.AI, Reason.DECLARED_AND_PIXELS),
        (0.95, BORNE_OUT, Finding.FLAGGED, Label.AI, Reason.DECLARED_AND_PIXELS),
        (0.8999, LINES, Finding.UNCERTAIN, None, Reason.DECLARED_PIXELS_UNDECIDED),
        (0.9, LINES, Finding.FLAGGED, Label.AI, Reason.DECLARED_AND_PIXELS),
    ],
)
def test_an_unsigned_record_flags_only_what_the_pixels_bear_out(
    score: float, lines: Thresholds, finding: Finding, label: Label | None, reason: Reason
) -> None:
    judgement = judge(pixels(score), [says(Grade.DECLARED, Label.AI)], lines)
    assert (judgement.finding, judgement.label, judgement.basis) == (finding, label, Basis.DECLARED)
    assert judgement.reasons[0] == say(reason, maker="NovelAI")
    assert "Anyone can write such text" in render(judgement.reasons[0])


def test_the_pixels_bear_out_a_record_nowhere_above_the_line_for_flagging() -> None:
    assert Thresholds(0.3, 0.5, 0.9).bears_out_from == 0.5


@given(
    st.floats(0, 0.5999),
    st.lists(st.builds(says, st.sampled_from([Grade.DECLARED, Grade.HINT]), st.sampled_from([*Label, None]))),
)
def test_nothing_unsigned_flags_what_the_pixels_do_not_bear_out(
    score: float, evidence: list[Evidence]
) -> None:
    judgement = judge(pixels(score), evidence, BORNE_OUT)
    assert judgement.finding is not Finding.FLAGGED
    assert judgement.label is not Label.AI


@pytest.mark.parametrize("grade", [Grade.DECLARED, Grade.HINT])
def test_nothing_but_a_proof_clears_what_the_pixels_flag(grade: Grade) -> None:
    assert judge(pixels(0.99), [says(grade, Label.HUMAN)], LINES).finding is Finding.FLAGGED


PARTLY = say(EvidenceDetail.PARTLY_GENERATED, source="unsigned XMP", source_type="compositeSynthetic")


def says_partly(grade: Grade) -> Evidence:
    return Evidence(EvidenceKind.C2PA, grade, None, None, PARTLY)


@pytest.mark.parametrize("grade", [Grade.PROOF, Grade.DECLARED, Grade.HINT])
@pytest.mark.parametrize("score", [0.01, 0.5, 0.99])
@pytest.mark.parametrize("others", [[], [says(Grade.DECLARED, Label.AI)], [says(Grade.PROOF, Label.HUMAN)]])
def test_a_picture_generated_in_part_is_for_a_person_to_weigh(
    grade: Grade, score: float, others: list[Evidence]
) -> None:
    judgement = judge(pixels(score), [*others, says_partly(grade)], LINES)
    assert (judgement.finding, judgement.basis) == (Finding.UNCERTAIN, Basis.PARTLY_GENERATED)
    assert judgement.reasons[0] == PARTLY


def test_proofs_and_decisions_stand_above_what_was_generated_in_part() -> None:
    proved = judge(pixels(0.01), [says(Grade.PROOF, Label.AI), says_partly(Grade.DECLARED)], LINES)
    assert proved.finding is Finding.FLAGGED
    known = [KnownImage(label, 0, case="c") for label in (Label.AI, Label.HUMAN)]
    findings = [
        judge(pixels(0.5), [*known_evidence([one]), says_partly(Grade.PROOF)], LINES).finding for one in known
    ]
    assert findings == [Finding.FLAGGED, Finding.UNCERTAIN]


def test_a_picture_generated_in_part_moves_up_in_the_queue() -> None:
    evidence = [says_partly(Grade.DECLARED)]
    assert risk(pixels(0.2), evidence, judge(pixels(0.2), evidence, LINES), LINES) == pytest.approx(0.5)


def test_a_hint_changes_no_finding() -> None:
    assert judge(pixels(0.01), [says(Grade.HINT, Label.AI)], LINES).finding is Finding.CLEAR


@given(
    score=st.floats(0, 1),
    evidence=st.lists(
        st.builds(
            Evidence,
            KINDS,
            st.sampled_from(Grade),
            st.sampled_from([*Label, None]),
            st.sampled_from([None, "A generator"]),
            st.just("Detail."),
        ),
        max_size=5,
    ),
)
def test_every_judgement_has_a_reason_and_a_label_that_fits(score: float, evidence: list[Evidence]) -> None:
    judgement = judge(pixels(score), evidence, LINES)
    assert judgement.reasons
    for reason in judgement.reasons:
        assert render(reason).endswith(".")
        assert render(reason, "ja").endswith(("。", "."))  # what a file says stays as it was recorded
    assert (judgement.finding, judgement.label) in {
        (Finding.CLEAR, Label.HUMAN),
        (Finding.UNCERTAIN, None),
        (Finding.FLAGGED, Label.AI),
    }


def test_the_classifiers_word_is_a_hint_among_the_evidence() -> None:
    item = pixels_evidence(pixels(0.95), LINES)
    assert (item.kind, item.grade, item.label) == (EvidenceKind.PIXELS, Grade.HINT, Label.AI)
    assert judge(pixels(0.01), [item], LINES).finding is Finding.CLEAR


@pytest.mark.parametrize(
    ("score", "evidence", "place"),
    [
        (0.2, [], 0.2),
        (0.2, [says(Grade.HINT, Label.AI)], pytest.approx(0.3)),
        (0.95, [says(Grade.HINT, Label.AI)], 0.95),
        (0.2, [says(Grade.HINT, Label.HUMAN)], 0.2),
        (0.01, [says(Grade.DECLARED, Label.AI)], pytest.approx(0.31)),
        (0.99, [says(Grade.DECLARED, Label.AI)], 0.99),
    ],
)
def test_what_the_file_says_brings_a_case_forward(
    score: float, evidence: list[Evidence], place: float
) -> None:
    judgement = judge(pixels(score), evidence, LINES)
    assert risk(pixels(score), evidence, judgement, LINES) == place


DECIDED = {
    label: known_evidence([KnownImage(label, 6, "ab" * 32, "d", datetime(2026, 11, 24, tzinfo=UTC))])[0]
    for label in Label
}
ASSISTED = known_evidence([KnownImage(None, 6, "ab" * 32, "d", datetime(2026, 11, 24, tzinfo=UTC))])[0]
LISTED = {label: known_evidence([KnownImage(label, 0, list_name="Partner")])[0] for label in Label}


@pytest.mark.parametrize(
    ("score", "evidence", "finding"),
    [
        # A person's ruling on a near copy weighs as that ruling does.
        (0.5, [DECIDED[Label.AI]], Finding.FLAGGED),
        (0.99, [DECIDED[Label.HUMAN]], Finding.CLEAR),
        # Where somebody or something disagrees with it, a person looks again.
        (0.01, [DECIDED[Label.AI]], Finding.UNCERTAIN),
        (0.99, [DECIDED[Label.AI], DECIDED[Label.HUMAN]], Finding.UNCERTAIN),
        (0.01, [DECIDED[Label.HUMAN], says(Grade.DECLARED, Label.AI)], Finding.UNCERTAIN),
        (0.01, [DECIDED[Label.HUMAN], says(Grade.PROOF, Label.AI)], Finding.UNCERTAIN),
        (0.01, [DECIDED[Label.AI], says(Grade.PROOF, Label.HUMAN)], Finding.UNCERTAIN),
        # A picture that a person called partly generated: what it looks like is neither.
        (0.01, [ASSISTED], Finding.UNCERTAIN),
        (0.99, [ASSISTED], Finding.UNCERTAIN),
        (0.99, [ASSISTED, DECIDED[Label.AI]], Finding.UNCERTAIN),
        (0.99, [ASSISTED, says(Grade.PROOF, Label.AI)], Finding.UNCERTAIN),
        # A list of somebody else convicts nobody and clears nobody.
        (0.01, [LISTED[Label.AI]], Finding.UNCERTAIN),
        (0.5, [LISTED[Label.AI]], Finding.UNCERTAIN),
        (0.99, [LISTED[Label.HUMAN]], Finding.FLAGGED),
        (0.01, [LISTED[Label.AI], DECIDED[Label.HUMAN]], Finding.CLEAR),
    ],
)
def test_what_is_known_of_look_alikes_decides_as_far_as_it_can_bear(
    score: float, evidence: list[Evidence], finding: Finding
) -> None:
    judgement = judge(pixels(score), evidence, LINES)
    assert judgement.finding is finding
    # Never silently: whatever is known is among the reasons.
    for item in evidence:
        if item.kind is EvidenceKind.KNOWN_IMAGE:
            assert any(contains(reason, item.detail) for reason in judgement.reasons)


def test_a_copy_and_the_same_picture_in_another_file_are_told_apart() -> None:
    assert render(DECIDED[Label.AI].detail) == (
        "A moderator decided on 2026-11-24 that a near copy of this picture is generated "
        "(6 of 256 hash bits differ)."
    )
    assert render(LISTED[Label.HUMAN].detail) == (
        "The list \u201cPartner\u201d marks the same picture in another file as drawn by a person "
        "(0 of 256 hash bits differ)."
    )


def test_of_many_look_alikes_the_nearest_speaks_for_each_label() -> None:
    many = [KnownImage(Label.AI, distance, f"{distance:064x}", "d") for distance in (3, 9, 20)]
    found = known_evidence([*many, KnownImage(Label.HUMAN, 30, "ff" * 32, "d")])
    assert [(item.label, item.fields["distance"]) for item in found] == [(Label.AI, "3"), (Label.HUMAN, "30")]


SMALL = say(Reason.PICTURE_TOO_SMALL, least=64)


@pytest.mark.parametrize("score", [0.01, 0.5, 0.99])
def test_a_picture_that_is_too_small_is_undecided_whatever_it_scores(score: float) -> None:
    judgement = judge(pixels(score), [says(Grade.HINT, Label.AI)], BORNE_OUT, notes=[SMALL])
    assert (judgement.finding, judgement.label, judgement.basis) == (Finding.UNCERTAIN, None, Basis.TOO_SMALL)
    assert judgement.reasons[0] == SMALL
    assert pixels_evidence(pixels(score), BORNE_OUT, [SMALL]).label is None


@pytest.mark.parametrize("score", [0.01, 0.5, 0.99])
def test_no_pixels_bear_out_an_unsigned_record_of_a_picture_that_is_too_small(score: float) -> None:
    judgement = judge(pixels(score), [says(Grade.DECLARED, Label.AI)], BORNE_OUT, notes=[SMALL])
    assert (judgement.finding, judgement.label, judgement.basis) == (Finding.UNCERTAIN, None, Basis.DECLARED)
    assert judgement.reasons == (say(Reason.DECLARED_PIXELS_UNDECIDED, maker="NovelAI"), SMALL)


@pytest.mark.parametrize(("label", "finding"), [(Label.AI, Finding.FLAGGED), (Label.HUMAN, Finding.CLEAR)])
def test_a_proof_stands_however_small_the_picture_is(label: Label, finding: Finding) -> None:
    judgement = judge(pixels(0.5), [says(Grade.PROOF, label)], LINES, notes=[SMALL])
    assert (judgement.finding, judgement.basis) == (finding, Basis.PROOF)
    assert SMALL in judgement.reasons


def test_what_was_not_seen_of_a_picture_is_said_and_decides_nothing() -> None:
    notes = [say(Reason.FILE_ENDS_EARLY), say(Reason.FRAMES_COUNTED, count=12)]
    for score in (0.01, 0.5, 0.99):
        plain, noted = (judge(pixels(score), [], LINES, notes=some) for some in ((), notes))
        assert (noted.finding, noted.label, noted.basis) == (plain.finding, plain.label, plain.basis)
        assert noted.reasons[1:3] == tuple(notes)
        assert [one for one in noted.reasons if one not in notes] == list(plain.reasons)
