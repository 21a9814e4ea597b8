"""What a page shows instead of what was asked for."""

from http import HTTPStatus

from flask_babel import gettext as _


class PageError(Exception):
    """A request that gets a page saying why not; both texts are in their language."""

    def __init__(self, status: HTTPStatus, title: str, message: str) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.message = message


def not_found(message: str) -> PageError:
    """Make the error for something that is not there."""
    return PageError(HTTPStatus.NOT_FOUND, _("Not found"), message)
