"""The filters that hold, as chips that can be taken away."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from api.review.desk.queue_address import write_wanted
from api.review.frame.filters import score
from api.review.frame.words import N_, WORDS
from store.desk.queue_filter import QueueFilter

NAMES = {
    "finding": N_("Finding"),
    "grade": N_("Evidence"),
    "source": N_("Source"),
    "declared": N_("Declaration"),
    "contradiction": N_("Contradiction"),
    "client": N_("Client"),
    "listing": N_("Listing"),
    "seller": N_("Seller"),
    "from": N_("Score from"),
    "to": N_("Score to"),
    "days": N_("Waiting at least (days)"),
    "claimed": N_("Claimed"),
}
# The words for the values of a filter; what is not here is shown as it is.
VALUES = {
    "finding": "findings",
    "grade": "grades",
    "source": "sources",
    "declared": "declared",
    "contradiction": "contradictions",
    "claimed": "claims",
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


def _value(field: str, value: str, clients: Mapping[str, str]) -> str:
    if field == "client":
        return clients.get(value, value)
    if field in {"from", "to"}:
        return score(float(value))
    words: Mapping[str, str] = WORDS[VALUES[field]] if field in VALUES else {}  # type: ignore[assignment]  # words by StrEnum
    return _(words[value]) if value in words else value
