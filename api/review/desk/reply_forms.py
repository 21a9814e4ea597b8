"""Replies to artists: templates in every language, edited by a moderator before they are sent."""

from dataclasses import dataclass

from flask import request
from flask_babel import gettext as _

from api.review.frame.filters import number
from api.review.frame.languages import SOURCE, catalogue
from api.review.frame.page_error import refused
from api.review.frame.words import LANGUAGES, N_
from store.tables.appeal_tables import Appeal

REPLY_LENGTH = 2000
TEMPLATES = {
    "overturned": (
        N_("Template: drawn by a person"),
        N_(
            "Thank you for showing how you made this picture. We looked at it again and decided that a "
            "person drew it. The earlier decision no longer stands, and the platform has been told."
        ),
    ),
    "upheld": (
        N_("Template: the decision stands"),
        N_(
            "Thank you for writing to us. A different moderator looked at the picture and at what you sent. "
            "The decision stands. If you can show more of how you made it, you can ask again on this page."
        ),
    ),
    "more": (
        N_("Template: more files, please"),
        N_(
            "Thank you for writing to us. Could you add the layered file, or a recording of a few minutes? "
            "A screenshot of the list of layers helps, too."
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class ReplyTemplate:
    """A text to begin with, in one language; `name` is in the moderator's."""

    name: str
    language: str
    text: str


def reply_templates(appeal: Appeal) -> list[ReplyTemplate]:
    """List the templates, those in the artist's language first."""
    artists = appeal.language if appeal.language in LANGUAGES else SOURCE
    return [
        ReplyTemplate(name, language, catalogue(language).ugettext(text))
        for language in sorted(LANGUAGES, key=lambda one: one != artists)
        for name, text in TEMPLATES.values()
    ]


def read_reply() -> str:
    """Read the reply of a form. Errors: `PageError` where it is too long."""
    reply = request.form.get("reply", "").replace("\r\n", "\n").replace("\x00", "").strip()
    if len(reply) > REPLY_LENGTH:
        raise refused(
            _("Reply not sent"),
            _("The reply is too long. Use at most %(limit)s characters.", limit=number(REPLY_LENGTH)),
        )
    return reply
