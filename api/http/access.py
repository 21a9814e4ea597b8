"""Who may use a route, and how much they may send: declared at the route, read by the guard before it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from flask import current_app, request

ACCESS = "kantei_access"
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Access:
    """The requirements of a route.

    `needs` is a scope of an API key or an act of a moderator; `body_limit` (bytes) replaces the
    application's usual one. What is open before a new password was chosen is open before a second factor
    was added, too. A view that `refuses_forgery` does so itself, after it has
    said how its form is to be read. What `is_automatic` is asked by a page of itself: it is no use of the
    login, which ends when no one uses it.
    """

    needs: StrEnum | None = None
    is_public: bool = False
    is_before_new_password: bool = False
    is_before_second_factor: bool = False
    body_limit: int | None = None
    refuses_forgery: bool = False
    is_automatic: bool = False


UNSAID = Access()


def access(
    needs: StrEnum | None = None,
    *,
    public: bool = False,
    before_new_password: bool = False,
    before_second_factor: bool = False,
    body_limit: int | None = None,
    refuses_forgery: bool = False,
    automatic: bool = False,
) -> Callable[[View], View]:
    """Declare the requirements of a view; place it below all other decorators of the route."""
    said = Access(
        needs,
        public,
        before_new_password,
        before_new_password or before_second_factor,
        body_limit,
        refuses_forgery,
        automatic,
    )

    def mark(view: View) -> View:
        setattr(view, ACCESS, said)
        return view

    return mark


def access_of(view: object) -> Access:
    """The requirements of a view; `UNSAID` if it declares none."""
    found: Access = getattr(view, ACCESS, UNSAID)
    return found


def current_access() -> Access:
    """The requirements of this request's route."""
    return access_of(current_app.view_functions.get(request.endpoint or ""))


def limit_body() -> None:
    """Apply the body limit of this request's route, if it has one."""
    limit = current_access().body_limit
    if limit is not None:
        request.max_content_length = request.max_form_memory_size = limit
