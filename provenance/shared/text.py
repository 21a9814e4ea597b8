"""Text from untrusted files, made safe for a page, a terminal and a log."""

import re
import unicodedata

from provenance.shared.limits import MAX_NAME, MAX_VALUE

_MARKUP = str.maketrans({"<": "\u2039", ">": "\u203a"})  # single angle quotation marks
_SPACES = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u205f\u3000]{2,}")
# Controls, direction overrides and other invisible format characters, lone surrogates, private use
# and unassigned code points: none of them says anything to a person, and some lie.
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_MARKS_IN_A_ROW = 3  # combining marks on one letter; more of them climb over other lines


def one_line(text: str, limit: int = MAX_NAME) -> str:
    """Write a text on one line of at most `limit` characters, without markup and controls."""
    return " ".join(_safe(text, limit, keep_lines=False).split())


def many_lines(text: str, limit: int = MAX_VALUE) -> str:
    """Write a text as above, its line breaks kept."""
    return _safe(text.replace("\r\n", "\n").replace("\r", "\n"), limit, keep_lines=True).strip()


def _safe(text: str, limit: int, *, keep_lines: bool) -> str:
    cut = len(text) > limit
    text = text[:limit]
    if not (text.isascii() and text.isprintable()):
        text = _without_unsafe(text, keep_lines=keep_lines)
    text = _SPACES.sub(" ", text.translate(_MARKUP))
    return text[: limit - 1] + "…" if cut else text


def _without_unsafe(text: str, *, keep_lines: bool) -> str:
    kept: list[str] = []
    marks = 0
    for char in text:
        category = unicodedata.category(char)
        if char == "\n" and keep_lines:
            kept.append(char)
        elif category in _UNSAFE:
            kept.append(" " if category in {"Cc", "Zl", "Zp"} else "")
        elif category in {"Mn", "Me"}:
            marks += 1
            if marks <= _MARKS_IN_A_ROW:
                kept.append(char)
            continue
        else:
            kept.append(char)
        marks = 0
    return "".join(kept)


def decode_text(data: bytes) -> str:
    """Decode bytes that should be Latin-1 or UTF-8 and do not say which.

    PNG asks for Latin-1 in `tEXt`, and many generators write UTF-8 all the same.
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")
