"""JSON is measured before it is parsed, and every text is parsed or refused."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.shared.bounded_json import measure_json, parse_json, parse_object
from provenance.shared.errors import RecordError, TooMuchError
from provenance.shared.limits import MAX_JSON_DEPTH, MAX_JSON_MARKS, MAX_TEXT_BYTES

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=30,
)


@pytest.mark.slow
@given(VALUES)
@settings(deadline=None)
def test_a_value_comes_back(value: object) -> None:
    assert parse_json(json.dumps(value)) == value
    assert parse_json(json.dumps(value, ensure_ascii=False)) == value


@given(st.text(max_size=200))
@settings(deadline=None)
def test_any_text_is_parsed_or_refused(text: str) -> None:
    for document in (text, f'{{"a": "{text}"}}', f"[{text}"):
        try:
            parse_json(document)
        except RecordError:
            continue


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "[" * (MAX_JSON_DEPTH + 1) + "]" * (MAX_JSON_DEPTH + 1),
        '{"a":' * 5000,
        "[" + "[]," * MAX_JSON_MARKS + "1]",
        '"' + "x" * MAX_TEXT_BYTES + '"',
    ],
)
def test_caps_are_kept(text: str) -> None:
    with pytest.raises(TooMuchError):
        parse_json(text)


def test_brackets_within_strings_are_words() -> None:
    text = json.dumps({"a": "[" * 10_000 + '\\"{' + "," * 10_000})
    assert measure_json(text) == 2
    assert parse_object(text)["a"].startswith("[")


@pytest.mark.parametrize(
    "text", ["", "7", "[]", "nul", "{'a': 1}", '{"a": ' + "9" * 10_000 + "}", '"\\u12"', "\ud800"]
)
def test_what_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(RecordError):
        parse_object(text)


def test_quotes_that_never_close_take_no_time() -> None:
    for text in ('"' * 999_999, '"\\"' * 400_000, '\\"' * 400_000, '"' + "\\" * 1_000_000):
        with pytest.raises(RecordError):
            parse_json(text)
