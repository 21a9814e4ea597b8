"""A score is typed and shown out of a hundred, and read back as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sayings.score_text import read_points, typed_points


@given(st.floats(0, 1))
def test_a_score_in_a_field_is_read_back_as_it_was(score: float) -> None:
    assert read_points(typed_points(score)) == score


@pytest.mark.parametrize(
    ("score", "text"), [(0.5, "50"), (0.07, "7"), (0.1234567, "12.34567"), (1.0, "100"), (0.0, "0")]
)
def test_a_field_has_no_more_digits_than_the_score(score: float, text: str) -> None:
    assert typed_points(score) == text


@pytest.mark.parametrize("text", ["", "x", "nan", "-1", "100.1", "Infinity", "1e999999"])
def test_what_is_no_number_from_0_to_100_is_no_score(text: str) -> None:
    assert read_points(text) is None
