"""The guard before every page: who makes the request; pages need a login unless they say otherwise."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from flask import Response, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from api.http.access import current_access
from api.http.error_handlers import http_response
from api.http.parts import parts
from api.review.frame.blueprint import harden, review
from api.review.frame.cookies import read_token, send_token
from api.review.frame.forgery import form_token, refuse_forgery
from api.review.frame.page_error import PageError, explain, not_found
from api.review.frame.permissions import Act, may
from core.clock import now
from core.ids import is_id, is_sha256
from store.people.sessions import Browser, find_login, is_seen_long_ago, mark_seen
from store.tables.people_tables import Moderator
from store.tables.people_tables import Session as Login


@dataclass(frozen=True, slots=True)
class Visitor:
    """One request's browser: its token, whether that is new, and the login that it has.

    `awaiting` has given a password and must still show a second factor: for every page but that one, no
    one is logged in.
    """

    token: str
    is_new: bool
    login: Login | None = None

    @property
    def moderator(self) -> Moderator | None:
        """Who is logged in."""
        return self.login.moderator if self.login and not self.login.awaits_factor else None

    @property
    def awaiting(self) -> Moderator | None:
        """Who still has to show a second factor."""
        return self.login.moderator if self.login and self.login.awaits_factor else None


def visitor() -> Visitor:
    """This request's visitor."""
    found: Visitor = g.visitor
    return found


def me() -> Moderator:
    """The moderator who is asking; only for pages that are not public."""
    moderator = visitor().moderator
    if moderator is None:
        raise PageError(HTTPStatus.UNAUTHORIZED, _("Log in"), _("Log in to open this page."))
    return moderator


@review.before_request
def admit() -> AnyResponse | None:
    """Admit the visitor, or redirect them to what their login still needs. Errors: PageError."""
    said = current_access()
    token = _recognise()
    moderator = visitor().moderator
    if request.method not in {"GET", "HEAD", "OPTIONS"} and not said.refuses_forgery:
        refuse_forgery(request, parts().secret_key, token)
    if said.is_public:
        return None
    if moderator is None:
        return _ask_for_login()
    if moderator.must_change_password and not said.is_before_new_password:
        return redirect(url_for("review.password"))
    if lacks_factor(moderator) and not said.is_before_second_factor:
        return redirect(url_for("review.security"))
    if not may(moderator, Act(said.needs or Act.REVIEW)):
        raise PageError(
            HTTPStatus.FORBIDDEN,
            _("You do not have access"),
            _("Your role does not allow this. Nothing was changed."),
        )
    _refuse_odd_names(request.view_args or {})
    return None


@review.app_errorhandler(HTTPStatus.NOT_FOUND)
def explain_unknown(error: NotFound) -> Response:
    """Show people the desk's own page for an address that leads nowhere; programs get a problem."""
    asked = request.accept_mimetypes.best_match(["application/problem+json", "text/html"])
    if asked != "text/html" or request.path.startswith("/v1/"):
        return http_response(error)
    if "visitor" not in g:
        _recognise()
    return harden(explain(not_found(_("There is no page at this address."))))


def _recognise() -> str | None:
    """Note who is asking; the token of their browser, if it has one."""
    token = read_token(request, secure=parts().secure_cookies)
    g.visitor = Visitor(
        token or secrets.token_urlsafe(32),
        token is None,
        _find_login(token, is_use=not current_access().is_automatic),
    )
    return token


def this_browser() -> Browser:
    """Where this request is from."""
    return Browser(request.remote_addr or "", request.user_agent.string)


def lacks_factor(moderator: Moderator) -> bool:
    """True if this login has shown no second factor, and the moderator's role demands one."""
    login = visitor().login
    return moderator.role in parts().sign_in.second_factor_roles and (login is None or login.factor is None)


def _find_login(token: str | None, *, is_use: bool) -> Login | None:
    if token is None:
        return None
    at = now()
    with parts().database.reading() as session:
        login = find_login(session, token, at, idle=parts().sign_in.idle)
    if login is not None and is_use and is_seen_long_ago(login, at):
        with parts().database.writing() as session:
            mark_seen(session, login, this_browser(), at)
    return login


@review.after_request
def introduce(response: Response) -> Response:
    """Set the cookie of a new visitor, if the page has a form: other pages need none."""
    if g.get("form_drawn") and visitor().is_new:
        send_token(response, visitor().token, secure=parts().secure_cookies)
    return response


@review.app_context_processor
def words_for_forms() -> dict[str, object]:
    """What templates can use of the visitor."""
    return {"form_token": _draw_form_token, "visitor": g.get("visitor")}


def _draw_form_token() -> str:
    g.form_drawn = True
    return form_token(parts().secret_key, visitor().token)


def _refuse_odd_names(names: Mapping[str, str]) -> None:
    """Refuse malformed ids and digests in the address before they reach the database."""
    digest = names.get("sha256")
    if digest is not None and not is_sha256(digest):
        raise not_found(_("Image not found."))
    if not all(is_id(name) for key, name in names.items() if key.endswith("_id")):
        raise not_found(_("There is no page at this address."))


def _ask_for_login() -> AnyResponse:
    if request.method == "GET" and not request.path.startswith("/review/images/"):
        return redirect(url_for("review.login", next=request.full_path.rstrip("?")))
    raise PageError(
        HTTPStatus.UNAUTHORIZED,
        _("You have been logged out"),
        _("Nothing was changed. Log in again in another tab, then return here and send the form again."),
    )
