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
    """What a route demands.

    `needs` is a scope of an API key or an act of a moderator; `body_limit` (bytes) replaces the
    application's usual one.
    """

    needs: StrEnum | None = None
    is_public: bool = False
    is_before_new_password: bool = False
    body_limit: int | None = None


UNSAID = Access()


def access(
    needs: StrEnum | None = None,
    *,
    public: bool = False,
    before_new_password: bool = False,
    body_limit: int | None = None,
) -> Callable[[View], View]:
    """Mark a view with what it demands; stands below all other decorators of the route."""
    said = Access(needs, public, before_new_password, body_limit)

    def mark(view: View) -> View:
        setattr(view, ACCESS, said)
        return view

    return mark


def access_of(view: object) -> Access:
    """What a view demands; `UNSAID` where it is not marked."""
    found: Access = getattr(view, ACCESS, UNSAID)
    return found


def current_access() -> Access:
    """What the route of this request demands."""
    return access_of(current_app.view_functions.get(request.endpoint or ""))


def limit_body() -> None:
    """Set how large the body of this request may be, where its route says so."""
    limit = current_access().body_limit
    if limit is not None:
        request.max_content_length = request.max_form_memory_size = limit
