"""The filters of the queue: as chips that can be taken away, and saved by name."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from urllib.parse import parse_qsl, urlencode

from flask import redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from api.http.parts import parts
from api.review.desk.queue_address import asked_address, read_wanted, write_wanted
from api.review.frame.blueprint import review
from api.review.frame.filters import threshold_text
from api.review.frame.guard import me
from api.review.frame.page_error import refused
from api.review.frame.preference_pages import my_preferences
from api.review.frame.preferences import MOST_SAVED, NAME_LENGTH, write_preferences
from api.review.frame.words import N_, WORDS
from core.sayings.score_text import read_points
from store.desk.queue_filter import QueueFilter
from store.people.moderators import set_preferences

NAMES = {
    "finding": N_("Finding"),
    "grade": N_("Evidence"),
    "source": N_("Source"),
    "declared": N_("Declaration"),
    "contradiction": N_("Contradiction"),
    "client": N_("Client"),
    "listing": N_("Listing"),
    "seller": N_("Seller"),
    "language": N_("Language of the title"),
    "from_points": N_("Score from"),
    "to_points": N_("Score to"),
    "days": N_("Waiting at least (days)"),
    "claimed": N_("Claimed"),
    "assigned": N_("Assigned"),
}
# The words for the values of a filter; what is not here is shown as it is.
VALUES = {
    "finding": "findings",
    "grade": "grades",
    "source": "sources",
    "declared": "declared",
    "contradiction": "contradictions",
    "language": "title_languages",
    "claimed": "claims",
    "assigned": "assigned",
}


@dataclass(frozen=True, slots=True)
class FilterChip:
    """One filter: its name, what it lets through, and the address without it."""

    name: str
    value: str
    without: str


def filter_chips(wanted: QueueFilter, clients: Mapping[str, str]) -> list[FilterChip]:
    """The filters of a queue in the order of its form."""
    address = write_wanted(wanted)
    return [
        FilterChip(
            _(name),
            _value(field, address[field], clients),
            url_for("review.queue", **{key: one for key, one in address.items() if key != field}),
        )
        for field, name in NAMES.items()
        if field in address
    ]


@review.app_template_filter("rule_chips")
def rule_chips(rule: Mapping[str, str], clients: Mapping[str, str]) -> list[FilterChip]:
    """The filters of a rule as it is stored, for pages that build on the frame alone."""
    return filter_chips(read_wanted(rule), clients)


def _value(field: str, value: str, clients: Mapping[str, str]) -> str:
    if field == "client":
        return clients.get(value, value)
    if field in {"from_points", "to_points"}:
        return threshold_text(read_points(value) or 0.0)
    words: Mapping[str, str] = WORDS[VALUES[field]] if field in VALUES else {}  # type: ignore[assignment]  # words by StrEnum
    return _(words[value]) if value in words else value


def saved_filters() -> dict[str, str]:
    """The saved filters of this moderator by name, as queries of this version's addresses."""
    return {
        name: urlencode(write_wanted(read_wanted(dict(parse_qsl(query)))))
        for name, query in my_preferences().saved.items()
    }


@review.post("/review/filters")
def save_filter() -> AnyResponse:
    """Save the filters of this address; a name that was used before gets the new ones."""
    name = " ".join(request.form.get("name", "").replace("\x00", "").split())[:NAME_LENGTH]
    if not name:
        raise refused(_("Filters not saved"), _("Give the filters a name."))
    saved = {**saved_filters(), name: urlencode(asked_address())}
    if len(saved) > MOST_SAVED:
        raise refused(
            _("Filters not saved"),
            _("You can save %(most)s filters. Delete one that you no longer use.", most=MOST_SAVED),
        )
    return _keep(saved)


@review.post("/review/filters/delete")
def delete_filter() -> AnyResponse:
    saved = saved_filters()
    saved.pop(request.form.get("name", ""), None)
    return _keep(saved)


def _keep(saved: dict[str, str]) -> AnyResponse:
    wanted = replace(my_preferences(), saved=saved)
    with parts().database.writing() as session:
        set_preferences(session, me().id, write_preferences(wanted))
    return redirect(url_for("review.queue", **asked_address()), HTTPStatus.SEE_OTHER)
