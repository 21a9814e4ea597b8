"""A stranger's text reaches a person without markup, controls and tricks of direction."""

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.shared.text import many_lines, one_line

ANY = st.text(st.characters(codec=None), max_size=300)


@given(ANY)
@settings(deadline=None)
def test_no_text_keeps_what_could_lie(text: str) -> None:
    for safe in (one_line(text, 100), many_lines(text, 100)):
        assert len(safe) <= 100
        assert not {"<", ">"} & set(safe)
        assert all(
            unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn"} for char in safe if char != "\n"
        )
        safe.encode()
    assert "\n" not in one_line(text)


def test_words_stay_words() -> None:
    assert one_line("初音ミク & friends: café") == "初音ミク & friends: café"
    assert many_lines("a\r\nb\rc\n") == "a\nb\nc"
    assert (
        one_line("<script>\u202eevil\u202c</script>\x1b[31m")
        == "\u2039script\u203aevil\u2039/script\u203a [31m"
    )
    assert one_line("x" * 500, 10) == "x" * 9 + "…"
    assert one_line("Z" + "\u0301" * 50) == "Z" + "\u0301" * 3
