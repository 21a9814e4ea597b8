"""The language of a title, told by its letters: good enough to bring a case to somebody who reads it."""

import re
from enum import StrEnum

_KANA = re.compile("[\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9f]")
_HANGUL = re.compile("[\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3]")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


class TitleLanguage(StrEnum):
    """What a title is written in; one of Chinese characters alone may be Japanese, too."""

    JAPANESE = "ja"
    KOREAN = "ko"
    CHINESE = "zh"
    OTHER = "other"


def language_of(title: str | None) -> TitleLanguage:
    """The language of a title; `OTHER` where there is none."""
    if not title or title.isascii():
        return TitleLanguage.OTHER
    if _KANA.search(title):
        return TitleLanguage.JAPANESE
    if _HANGUL.search(title):
        return TitleLanguage.KOREAN
    return TitleLanguage.CHINESE if _HAN.search(title) else TitleLanguage.OTHER
