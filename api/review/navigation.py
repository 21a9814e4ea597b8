"""Where one can go from every page."""

from flask import url_for

from api.review.words import N_


def navigation() -> list[tuple[str, str]]:
    """List the pages of a moderator: address and name."""
    return [
        (url_for("review.queue"), N_("Queue")),
        (url_for("review.appeals"), N_("Appeals")),
        (url_for("review.decisions"), N_("Decisions")),
        (url_for("review.stats"), N_("Statistics")),
    ]
