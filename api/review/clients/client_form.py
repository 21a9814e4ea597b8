"""The form for a client: owner, quota, callback URL."""

from flask import request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from api.review.frame.page_error import not_found, refused
from api.review.frame.words import URL_FAULTS
from core.clients.quota import Quota, parse_quota
from core.declarations import BY_OPENNESS, LONGEST_WORD, MOST_WORDS, USUAL_WORDS
from core.ids import is_id
from core.urls import UrlError, canonical_url
from store.tables.people_tables import Moderator


def given_owner(session: Session) -> str | None:
    """Read whose client it is; what they submit is decided by others. Errors: PageError."""
    owner_id = given_text("owner")
    if not owner_id:
        return None
    if not is_id(owner_id) or session.get(Moderator, owner_id) is None:
        raise not_found(_("Moderator not found."))
    return owner_id


def given_text(name: str) -> str:
    """Read a field, less what surrounds it and what no database takes."""
    return request.form.get(name, "").replace("\x00", "").strip()


def given_words() -> dict[str, list[str]] | None:
    """Read which tags and fields declare what, one a line; None for the usual ones. Errors: PageError."""
    given = {one: [line.strip() for line in given_text(f"words_{one}").splitlines()] for one in BY_OPENNESS}
    found = {one: tuple(dict.fromkeys(filter(None, lines))) for one, lines in given.items()}
    if any(len(lines) > MOST_WORDS for lines in found.values()) or any(
        len(line) > LONGEST_WORD for lines in found.values() for line in lines
    ):
        raise refused(
            _("Tags and fields not saved"),
            _(
                "Enter at most %(most)s tags or fields of each kind, each of at most %(longest)s characters.",
                most=MOST_WORDS,
                longest=LONGEST_WORD,
            ),
        )
    if not any(found.values()) or found == USUAL_WORDS:
        return None
    return {one.value: list(lines) for one, lines in found.items()}


def given_share() -> int | None:
    """Read the percentage of pictures declared AI that is still reviewed, None for all. Errors: PageError."""
    text = given_text("declared_ai_share")
    if text and not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= 100):
        raise refused(_("Share not saved"), _("Enter a share from 1 to 100%, or leave it empty."))
    return int(text) if text else None


def given_quota() -> Quota | None:
    """Read how many images a client may submit, None for any number. Errors: PageError."""
    limit, period = given_text("quota"), given_text("period")
    try:
        return parse_quota(f"{limit}/{period}") if limit else None
    except ValueError:
        raise refused(
            _("Quota not changed"), _("Enter the quota as a number of images. The quota was not changed.")
        ) from None


def given_url() -> str | None:
    """Read where the client is called, None for nowhere. Errors: PageError."""
    text = given_text("callback_url")
    try:
        return canonical_url(text) if text else None
    except UrlError as error:
        raise refused(
            _("Callback URL not saved"), _(URL_FAULTS[error.code]) + " " + _("Nothing was changed.")
        ) from None
