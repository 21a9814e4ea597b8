"""Generators that a free text (a credit, a source, a caption) says a picture was made with.

A name says little in a sentence: `Foto: Ana, imagen 2 de 5`, `not made with Midjourney`, `I draw things`.
It counts where it is all of the text, or where a phrase says that something was made with it.
"""

import re
from collections.abc import Iterator

from provenance.shared.denials import denies
from provenance.shared.known_names import (
    COMPANIES,
    PHRASED,
    PRODUCTS,
    WORDS,
    Names,
    is_version,
    names_generator,
)

_LONGEST = 300
# The end of what stands before a name.
_MADE_WITH = re.compile(
    r"(?:"
    r"(?:made|generated|created|produced|rendered|imagined|synthesi[sz]ed|designed|drawn|painted|illustrated)"
    r"(?: (?:with|by|using|in|via|through|on|from)| with the help of| by means of)"
    r"|edited (?:with|using)"
    r"|(?:hech[oa]|cread[oa]|generad[oa]|realizad[oa])s? (?:con|por|en|mediante|usando|a través de)"
    r"|(?:feit[oa]|criad[oa]|gerad[oa])s? (?:com|por|pelo|pela|usando)"
    r"|(?:fait|créé|généré|réalisé)e?s? (?:avec|par|sur|via|dans|grâce à|à l['\u2019]aide de)"
    r"|(?:fatt[oaie]|creat[oaie]|generat[oaie]|realizzat[oaie]) (?:con|da|tramite|usando)"
    r"|(?:erstellt|generiert|gemacht|erzeugt|hergestellt) (?:mit|von|durch|in|mithilfe von)"
    r"|(?:gemaakt|gegenereerd) (?:met|door|in)"
    r"|(?:сделан|создан|сгенерирован|нарисован)[оаы]? (?:\u0441 помощью|в|через|нейросетью)"
    r")\s+(?:the |l['\u2019])?(?:(?:Adobe|Google|Meta|Microsoft|OpenAI)(?:['\u2019]s)? )?"
    r"[\"'\u201c\u201d«»(\[]?\Z",
    re.IGNORECASE,
)
_BY = re.compile(
    r"(?:image|picture|art|artwork|illustration|photo|visual|credit|source|bild|imagen|foto|画像|图片|圖片)s?"
    r"(?: by| via| from| with|:|\uff1a)\s*\Z",
    re.IGNORECASE,
)
# What follows a name where the verb stands behind it, alone or with a word before it.
_THEN_MADE = re.compile(
    r"[\"'\u201d»)\]]?\s*(?:を使用して|を使って|を利用して|によって|により|による|にて|で)\s*(?:作られ|生成|作成|制作|製作|描|作画)"
    r"|\s*(?:으로|로|에서|를 사용하여|을 사용하여|를 이용해|을 이용해)\s*(?:생성|제작|만든|만들|그린|그려)",
)
_BETWEEN = (
    (
        re.compile(r"(?:由|使用|利用|通过|透過|用)\s*\Z"),
        re.compile(r"\s*(?:所)?(?:生成|创作|創作|制作|製作|绘制|繪製)"),
    ),
    (
        re.compile(r"\bmit\s+\Z", re.IGNORECASE),
        re.compile(r"\s+(?:erstellt|generiert|erzeugt|gemacht|hergestellt)", re.IGNORECASE),
    ),
)
# A name in a credit, a company's name or a word is the object of the phrase only where no other word follows.
_NO_MORE_WORDS = re.compile(r"\s*(?:\Z|[^\w\s'\u2019-]|v?\d)")


def generator_said_in(text: str) -> str | None:
    """The generator that a free text says its picture was made with, None if it says so of none."""
    text = text[:_LONGEST].strip()
    if not names_generator(text) or denies(text):
        return None
    for name, before, after in _found(PRODUCTS, text):
        is_alone = not before and is_version(after)
        is_credited = _BY.search(before) and _NO_MORE_WORDS.match(after)
        if is_alone or is_credited or _is_made(before, after):
            return name
    for name, before, after in (*_found(COMPANIES, text), *_found(PHRASED, text), *_found(WORDS, text)):
        if _is_made(before, after) and (_NO_MORE_WORDS.match(after) or not _MADE_WITH.search(before)):
            return name
    return None


def _found(names: Names, text: str) -> Iterator[tuple[str, str, str]]:
    """Each name in a text, with what stands before and behind it."""
    for name, pattern in names:
        for match in pattern.finditer(text):
            yield name, text[: match.start()], text[match.end() :]


def _is_made(before: str, after: str) -> bool:
    return bool(
        _MADE_WITH.search(before)
        or _THEN_MADE.match(after)
        or any(start.search(before) and end.match(after) for start, end in _BETWEEN)
    )
