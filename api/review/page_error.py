"""What a page shows instead of what was asked for."""

from http import HTTPStatus


class PageError(Exception):
    """A request that gets a page saying why not; `message` is a sentence for the person."""

    def __init__(self, status: HTTPStatus, title: str, message: str) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.message = message


def not_found(message: str) -> PageError:
    """Make the error for something that is not there."""
    return PageError(HTTPStatus.NOT_FOUND, "Not found", message)
