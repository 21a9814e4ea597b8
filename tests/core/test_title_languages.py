"""The language of a title, by its letters."""

import pytest

from core.title_languages import language_of


@pytest.mark.parametrize(
    ("title", "language"),
    [
        (None, "other"),
        ("", "other"),
        ("Fox in the snow", "other"),
        ("Лиса", "other"),
        ("夜の狐", "ja"),
        ("ﾈｺ", "ja"),
        ("Fox 狐のイラスト", "ja"),
        ("雪中狐", "zh"),
        ("눈 속의 여우 雪", "ko"),
    ],
)
def test_a_title_is_in_the_language_of_its_letters(title: str | None, language: str) -> None:
    assert language_of(title) == language
