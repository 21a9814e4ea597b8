"""A code with values becomes a sentence in the reader's language, whatever a row holds."""

import pickle
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.sayings.codes import Clause, EvidenceDetail, FailureDetail, KnownImageDetail, Place, Reason
from core.sayings.saying import Saying, contains, render, say
from core.sayings.score_text import score_text
from core.sayings.stored import detail_json, read_saying, reasons_json, saying_json

IN_PNG = say(Place.PNG_TEXT, key="parameters")
HIDDEN = say(Place.HIDDEN_IN_ALPHA)


def test_a_saying_inside_another_is_said_in_the_same_language() -> None:
    saying = say(EvidenceDetail.GENERATION_RECORD, maker="InvokeAI", where=HIDDEN)
    assert render(saying) == (
        "An unsigned generation record of InvokeAI was found in text hidden in the alpha channel."
    )
    assert render(saying, "ja") == (
        "アルファチャンネルに隠されたテキストに InvokeAI の生成記録があります（署名なし）。"  # noqa: RUF001
    )


def test_japanese_keeps_a_space_beside_latin_text_alone() -> None:
    assert render(say(EvidenceDetail.GENERATOR_NAMED, maker="豆包", where=IN_PNG), "ja") == (
        "PNG テキスト parameters に豆包の名前があります。"
    )


def test_what_a_stranger_wrote_is_not_taken_for_a_place() -> None:
    saying = say(EvidenceDetail.GENERATOR_NAMED, maker="{where} {0}", where=IN_PNG)
    assert render(saying) == "{where} {0} is named in PNG text parameters."


@pytest.mark.parametrize(
    ("score", "english", "japanese"),
    [
        (0.0, "below 1 of 100", "1/100未満"),
        (0.0049, "below 1 of 100", "1/100未満"),
        (0.005, "1 of 100", "1/100"),
        (0.134, "13 of 100", "13/100"),
        (0.5, "50 of 100", "50/100"),
        (0.8749, "87 of 100", "87/100"),
        (0.9949, "99 of 100", "99/100"),
        (0.995, "above 99 of 100", "99/100超"),
        (1.0, "above 99 of 100", "99/100超"),
    ],
)
def test_a_score_is_out_of_a_hundred_and_never_a_certainty(score: float, english: str, japanese: str) -> None:
    assert (score_text(score), score_text(score, "ja")) == (english, japanese)


@pytest.mark.parametrize(
    ("score", "flagged_from", "said"),
    [
        (0.97, 0.9304, "score 97 of 100; 93 or above is flagged"),
        (0.934, 0.9304, "score 93.4 of 100; 93 or above is flagged"),
        (0.93049, 0.93041, "score 93.05 of 100; 93.04 or above is flagged"),
        (0.93, 0.93, "score 93 of 100; 93 or above is flagged"),
        (0.9999, 0.998, "score above 99 of 100; 99.8 or above is flagged"),
    ],
)
def test_a_score_close_to_a_threshold_is_told_from_it(score: float, flagged_from: float, said: str) -> None:
    assert said in render(say(Reason.PIXELS_FLAGGED, score=score, flagged_from=flagged_from))


def test_numbers_have_their_thousands_apart() -> None:
    saying = say(FailureDetail.PIXELS_OVER_LIMIT, pixels=50_000_001, limit=50_000_000)
    assert render(saying) == "The picture has 50,000,001 pixels. The limit is 50,000,000."


def sayings() -> st.SearchStrategy[Saying]:
    """Draw sayings with texts, numbers and other sayings in them."""
    plain = st.one_of(st.text(max_size=20), st.integers(-10, 10**9), st.floats(0, 1))
    codes: st.SearchStrategy[Any] = st.sampled_from([*EvidenceDetail, *Reason])
    names = st.sampled_from(["where", "maker", "score", "detail", "why"])
    base = st.builds(Saying, codes, st.dictionaries(names, plain, max_size=4))
    return st.recursive(
        base, lambda inner: st.builds(Saying, codes, st.dictionaries(names, st.one_of(plain, inner)))
    )


@settings(suppress_health_check=[HealthCheck.too_slow])  # a machine may be busy
@given(sayings(), st.sampled_from(["en", "ja", "fr"]))
def test_a_saying_is_read_as_it_was_stored_and_always_has_a_sentence(saying: Saying, language: str) -> None:
    assert read_saying(saying_json(saying)) == saying
    assert pickle.loads(pickle.dumps(saying)) == saying  # noqa: S301  # our own
    assert render(saying, language)


def test_the_text_of_an_older_row_is_shown_as_it_is_and_has_no_code() -> None:
    old = "The pixels look generated: score 97 %, flagged from 90 %."
    assert render(read_saying(old), "ja") == old
    assert reasons_json([old]) == {"reasons": [old], "reason_codes": []}
    assert detail_json(old) == {"detail": old, "reason_code": None, "reason_values": None}


def test_an_answer_has_the_sentence_and_the_code() -> None:
    stored = saying_json(say(EvidenceDetail.A1111_PARAMETERS, where=IN_PNG))
    values = {"where": {"code": "png_text", "values": {"key": "parameters"}}}
    said = "Unsigned generation parameters in A1111 format were found in PNG text parameters."
    assert stored == {"code": "a1111_parameters", "values": values}
    assert reasons_json([stored]) == {"reasons": [said], "reason_codes": [stored]}
    assert detail_json(stored) == {
        "detail": said,
        "reason_code": "a1111_parameters",
        "reason_values": values,
    }


def test_what_a_newer_version_stored_costs_nothing_but_its_sentence() -> None:
    newer = {"code": "not_known_here", "values": {"score": 1}}
    assert render(read_saying(newer)) == "not_known_here"
    inside = {"code": "hint_of_generation", "values": {"detail": newer}}
    assert render(read_saying(inside)) == "Weak sign of generation in the file: not_known_here"
    fewer = {"code": "pixels_clear", "values": {}}
    assert render(read_saying(fewer)) == "The pixels show no sign of generation: score ?."
    assert reasons_json([newer]) == {"reasons": ["not_known_here"], "reason_codes": [newer]}


def test_a_saying_contains_what_stands_in_it_at_any_depth() -> None:
    known = say(
        KnownImageDetail.NEAR_COPY_DECIDED_UNDATED,
        copy=say(Clause.NEAR_COPY),
        label=say(Clause.DRAWN),
        distance=3,
    )
    reason = say(Reason.KNOWN_HUMAN_BUT_GENERATOR_NAMED, known=known, maker="NovelAI")
    assert contains(reason, reason)
    assert contains(reason, known)
    assert contains(reason, say(Clause.DRAWN))
    assert not contains(reason, say(Clause.GENERATED))
    assert contains("An older text.", "An older text.")
