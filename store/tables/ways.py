"""The ways in which an image came, as bits: what rules out most images before their submissions are asked.

An image has at least the bits of each of its submissions. It may have more: of submissions that were purged
since, and all of them where no one noted its ways. So a filter always asks the submissions of what is left.
"""

from core.title_languages import TitleLanguage
from core.vocabulary import Source

ANY_WAY = -1  # every bit
# The places of the bits are stored: a new source or language takes the next free one.
_SOURCES = {
    Source.EXTENSION: 0,
    Source.MARKETPLACE: 1,
    Source.API: 2,
    Source.UPLOAD: 3,
    Source.CLI: 4,
    Source.REPORT: 5,
}
_LANGUAGES = {
    TitleLanguage.JAPANESE: 16,
    TitleLanguage.KOREAN: 17,
    TitleLanguage.CHINESE: 18,
    TitleLanguage.OTHER: 19,
}
_CLIENTS, _FIRST_CLIENT = 32, 24  # clients share so many bits, from this place on


def of_source(source: Source) -> int:
    """The bit of a source."""
    return 1 << _SOURCES[source]


def of_language(language: TitleLanguage) -> int:
    """The bit of a title's language."""
    return 1 << _LANGUAGES[language]


def of_client(client_id: str) -> int:
    """The bit of a client, which others have as well."""
    return 1 << _FIRST_CLIENT + int(client_id[-8:], 16) % _CLIENTS


def ways_of(source: Source, language: TitleLanguage, client_id: str) -> int:
    """The bits of one submission."""
    return of_source(source) | of_language(language) | of_client(client_id)
