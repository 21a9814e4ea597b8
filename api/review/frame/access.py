"""Who is asking: every request is somebody's, and pages are closed unless they say otherwise."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeVar

from flask import Blueprint, Response, current_app, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from api.review.frame.cookies import read_token, send_token
from api.review.frame.digests import is_sha256
from api.review.frame.forgery import form_token, refuse_forgery
from api.review.frame.page_error import PageError, not_found
from api.review.frame.permissions import Act, may
from api.review.frame.review_parts import ReviewParts
from core.clock import now
from core.ids import is_id
from store.people.sessions import find_login
from store.tables.case_tables import Moderator

View = TypeVar("View", bound=Callable[..., object])


@dataclass(frozen=True, slots=True)
class Visitor:
    """One request's browser: its token, whether that is new, and who is logged in with it."""

    token: str
    is_new: bool
    moderator: Moderator | None


def public(view: View) -> View:
    """Mark a page as readable without login."""
    view.is_public = True  # type: ignore[attr-defined]  # a note on the function for `guard`
    return view


def before_new_password(view: View) -> View:
    """Mark a page as open to one who still has a one-time password."""
    view.is_before_new_password = True  # type: ignore[attr-defined]  # the same
    return view


def needs(act: Act) -> Callable[[View], View]:
    """Close a page to those whose role does not reach so far."""

    def mark(view: View) -> View:
        view.needs = act  # type: ignore[attr-defined]  # the same
        return view

    return mark


def large_form(limit: int) -> Callable[[View], View]:
    """Let a page's form be larger than forms are, in bytes."""

    def mark(view: View) -> View:
        view.form_limit = limit  # type: ignore[attr-defined]  # the same
        return view

    return mark


def visitor() -> Visitor:
    """Give this request's visitor."""
    found: Visitor = g.visitor
    return found


def me() -> Moderator:
    """Give the moderator who is asking; only for pages that are not public."""
    moderator = visitor().moderator
    if moderator is None:
        raise PageError(HTTPStatus.UNAUTHORIZED, _("Log in"), _("This page is for moderators."))
    return moderator


def guard(blueprint: Blueprint, parts: ReviewParts) -> None:
    """Stand before every page of a blueprint."""

    @blueprint.before_request
    def admit() -> AnyResponse | None:
        view = current_app.view_functions[request.endpoint or ""]
        limit = getattr(view, "form_limit", None)
        if limit is not None:
            request.max_content_length = request.max_form_memory_size = limit
        token = read_token(request, secure=parts.secure_cookies)
        moderator = None
        if token is not None:
            with parts.database.reading() as session:
                login = find_login(session, token, now())
                moderator = login.moderator if login else None
        g.visitor = Visitor(token or secrets.token_urlsafe(32), token is None, moderator)
        if request.method not in {"GET", "HEAD", "OPTIONS"}:
            refuse_forgery(request, parts.secret_key, token)
        if getattr(view, "is_public", False):
            return None
        if moderator is None:
            return _ask_for_login()
        if moderator.must_change_password and not getattr(view, "is_before_new_password", False):
            return redirect(url_for("review.password"))
        if not may(moderator, getattr(view, "needs", Act.REVIEW)):
            raise PageError(
                HTTPStatus.FORBIDDEN,
                _("Not for you"),
                _("Your role does not reach this page. Nothing was done."),
            )
        _refuse_odd_names(request.view_args or {})
        return None

    @blueprint.after_request
    def introduce(response: Response) -> Response:
        # Only a page with a form needs a cookie; g says whether one was drawn.
        if g.get("form_drawn") and visitor().is_new:
            send_token(response, visitor().token, secure=parts.secure_cookies)
        return response

    @blueprint.app_context_processor
    def words_for_forms() -> dict[str, object]:
        def token() -> str:
            g.form_drawn = True
            return form_token(parts.secret_key, visitor().token)

        return {"form_token": token, "visitor": g.get("visitor")}


def _refuse_odd_names(names: Mapping[str, str]) -> None:
    """Stop names in an address that can name nothing: a database need not see them."""
    digest = names.get("sha256")
    if digest is not None and not is_sha256(digest):
        raise not_found(_("There is no such image."))
    if not all(is_id(name) for key, name in names.items() if key.endswith("_id")):
        raise not_found(_("There is nothing by this name."))


def _ask_for_login() -> AnyResponse:
    if request.method == "GET" and not request.path.startswith("/review/images/"):
        return redirect(url_for("review.login", next=request.full_path.rstrip("?")))
    raise PageError(
        HTTPStatus.UNAUTHORIZED,
        _("Your login has ended"),
        _("Nothing was done. Log in again in another tab, come back, and send the form once more."),
    )
