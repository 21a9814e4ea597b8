"""The languages of the pages: which one this visitor reads, and its catalogue."""

from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, g, request
from flask_babel import Babel, Domain

from api.review.frame.preferences import read_preferences
from api.review.frame.words import LANGUAGES

SOURCE = "en"  # what stands in templates and code
# What numbers and dates follow: 24 hours, and the day before the month.
LOCALES = {"en": "en_GB", "ja": "ja"}
COOKIE = "kantei_language"
FOLDER = Path(__file__).parents[2] / "translations"


class Catalogues(Domain):  # type: ignore[misc]  # Flask-Babel has no types
    """Our catalogues, made of their sources when first wanted.

    No compiled file is kept: none can be stale, and none has to be made before a start. Making one
    takes some 30 ms, once in a process.
    """

    def get_translations(self) -> NullTranslations:
        """The texts in the language of this request."""
        return catalogue(language())


@cache
def catalogue(name: str) -> NullTranslations:
    """All texts in one language."""
    if name == SOURCE:
        return NullTranslations()
    compiled = BytesIO()
    with (FOLDER / name / "LC_MESSAGES" / "messages.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=name, abort_invalid=True))
    compiled.seek(0)
    return Translations(compiled)


def language() -> str:
    """Choose the language of this request.

    The moderator's own choice comes first, then this browser's, made where no one is logged in, then
    what the browser asks for.
    """
    chosen: str | None = g.get("language")
    if chosen is None:
        chosen = g.language = _choose()
    return chosen


def _choose() -> str:
    visitor = g.get("visitor")
    moderator = visitor.moderator if visitor else None
    own = read_preferences(moderator.preferences).language if moderator else ""
    for wanted in (own, request.cookies.get(COOKIE)):
        if wanted in LANGUAGES:
            return str(wanted)
    return request.accept_languages.best_match(LANGUAGES) or SOURCE


def add_languages(app: Flask) -> None:
    """Teach an application's templates and functions to speak the language of each request."""
    babel = Babel(app, locale_selector=lambda: LOCALES[language()])
    babel.domain_instance = Catalogues()
    app.context_processor(lambda: {"language": language()})
