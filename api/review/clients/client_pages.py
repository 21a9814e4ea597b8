"""Clients, their keys and secrets (shown once) and their callbacks; for admins."""

from http import HTTPStatus

from flask import make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from api.http.access import access
from api.http.parts import parts
from api.review.clients.client_form import (
    given_owner,
    given_quota,
    given_share,
    given_text,
    given_url,
    given_words,
)
from api.review.frame.blueprint import review
from api.review.frame.guard import me
from api.review.frame.page_error import not_found, refused
from api.review.frame.permissions import Act
from api.review.frame.rates import Rate
from core.clients.quota import QuotaPeriod
from core.clock import now
from core.declarations import words_from_json
from core.vocabulary import Scheme, Scope, Source
from store.clients.clients import (
    CLIENT_SOURCES,
    add_client,
    add_key,
    add_secret,
    count_live_secrets,
    find_client,
    list_clients,
    list_keys,
    retire_secrets,
    revoke_key,
    usual_scopes,
)
from store.clients.quotas import read_quota, read_quotas, set_quota
from store.market.declared_figures import declared_figures
from store.market.listing_ends import bring_back
from store.outbox.endpoints import (
    count_waiting,
    enable_endpoint,
    list_endpoints,
    move_endpoint,
    replay_exhausted,
    send_test,
)
from store.people.audit_notes import note_event
from store.people.moderators import list_moderators
from store.tables.client_tables import Client


@review.get("/admin/clients")
@access(Act.MANAGE_CLIENTS)
def clients() -> str:
    with parts().database.reading() as session:
        rows, quotas = list_clients(session), read_quotas(session, now())
    return render_template(
        "review/clients.html", clients=rows, quotas=quotas, sources=CLIENT_SOURCES, schemes=list(Scheme)
    )


@review.post("/admin/clients")
@access(Act.MANAGE_CLIENTS)
def add_new_client() -> AnyResponse:
    form = request.form
    try:
        with parts().database.writing() as session:
            new = add_client(
                session,
                name=given_text("name")[:200],
                source=Source(form.get("source", "")),
                scheme=Scheme(form.get("scheme", "")),
                callback_url=given_url(),
                webhook_secret=given_text("secret") or None,
                secret_key=parts().secret_key,
            )
            _note(session, "client_added", new.client)
    except ValueError:
        raise refused(
            _("Client not added"),
            _("Enter a name, and choose a source and a scheme. The client was not added."),
        ) from None
    # Shown in the answer and kept nowhere: the page cannot be loaded again.
    return _shown(new.client.id, key=new.api_key, secret=new.webhook_secret)


@review.get("/admin/clients/<client_id>")
@access(Act.MANAGE_CLIENTS)
def client(client_id: str) -> AnyResponse:
    return _shown(client_id)


@review.post("/admin/clients/<client_id>/keys")
@access(Act.MANAGE_CLIENTS)
def add_client_key(client_id: str) -> AnyResponse:
    with parts().database.writing() as session:
        row = _find(session, client_id)
        scopes = [scope for scope in Scope if scope.value in request.form.getlist("scope")]
        if not scopes:
            raise refused(_("API key not created"), _("Choose at least one scope. The key was not created."))
        key = add_key(session, row, scopes)
        _note(session, "key_added", row, scopes=" ".join(scopes))
    return _shown(client_id, key=key)


@review.post("/admin/clients/<client_id>/keys/<key_id>/revoked")
@access(Act.MANAGE_CLIENTS)
def revoke_client_key(client_id: str, key_id: str) -> AnyResponse:
    with parts().database.writing() as session:
        row = _find(session, client_id)
        if revoke_key(session, client_id, key_id, now()):
            _note(session, "key_revoked", row)
    return _back(client_id)


@review.post("/admin/clients/<client_id>/secrets")
@access(Act.MANAGE_CLIENTS)
def rotate_secret(client_id: str) -> AnyResponse:
    secret = None
    try:
        with parts().database.writing() as session:
            row = _find(session, client_id)
            if request.form.get("retire") == "1":
                retire_secrets(session, client_id, now())
                _note(session, "secrets_retired", row)
            else:
                secret = add_secret(session, client_id, given_text("secret") or None, parts().secret_key)
                _note(session, "secret_added", row)
    except ValueError:
        raise refused(
            _("Secret not created"), _("Enter the secret as whsec_ followed by base64. Nothing was changed.")
        ) from None
    return _shown(client_id, secret=secret) if secret else _back(client_id)


@review.post("/admin/clients/<client_id>")
@access(Act.MANAGE_CLIENTS)
def change_client(client_id: str) -> AnyResponse:
    """Change what a section of the page asks for; what its form does not have stays as it is."""
    with parts().database.writing() as session:
        row = _find(session, client_id)
        if "callback_url" in request.form:
            _change_callbacks(session, row)
        if "weight" in request.form:
            _change_settings(session, row)
        if "words_ai" in request.form:
            _change_declarations(session, row)
        _note(session, "client_changed", row)
    return _back(client_id)


def _change_callbacks(session: Session, row: Client) -> None:
    url = given_url()
    if url is None:
        row.callback_url = None
    elif url != row.callback_url:
        move_endpoint(session, row, url, now())


def _change_settings(session: Session, row: Client) -> None:
    weight = request.form["weight"]
    if not (weight.isdecimal() and len(weight) <= 3 and 1 <= int(weight) <= 100):
        raise refused(_("Weight not changed"), _("Enter a weight from 1 to 100."))
    row.weight = int(weight)
    quota = given_quota()
    if quota != row.quota:
        set_quota(session, row, quota, now())
    row.owner_id = given_owner(session)
    row.is_explicit = request.form.get("explicit") == "1"


def _change_declarations(session: Session, row: Client) -> None:
    row.declared_words = given_words()
    share = given_share()
    if share is None and row.declared_ai_share is not None:
        bring_back(session, row.id)
    row.declared_ai_share = share


@review.post("/admin/clients/<client_id>/disabled")
@access(Act.MANAGE_CLIENTS)
def disable_client(client_id: str) -> AnyResponse:
    """Disable a client, or enable it again."""
    is_out = request.form.get("disabled") == "1"
    with parts().database.writing() as session:
        row = _find(session, client_id)
        if is_out != (row.disabled_at is not None):
            row.disabled_at = now() if is_out else None
            _note(session, "client_disabled" if is_out else "client_enabled", row)
    return _back(client_id)


@review.post("/admin/clients/<client_id>/endpoints")
@access(Act.MANAGE_CLIENTS)
def change_endpoints(client_id: str) -> AnyResponse:
    act = request.form.get("act", "")
    with parts().database.writing() as session:
        row = _find(session, client_id)
        if act == "test":
            send_test(session, client_id, now())
        for endpoint in list_endpoints(session, client_id):
            if act == "enable":
                enable_endpoint(session, endpoint.id, now())
            elif act == "replay":
                replay_exhausted(session, endpoint.id, now())
        _note(session, "client_changed", row, act=act[:20])
    return _back(client_id)


def _shown(client_id: str, *, key: str | None = None, secret: str | None = None) -> AnyResponse:
    with parts().database.reading() as session:
        row = _find(session, client_id)
        endpoints, figures = list_endpoints(session, client_id), declared_figures(session, client_id)
        page = render_template(
            "review/client.html",
            client=row,
            quota=read_quota(session, client_id, row.quota, now()) if row.quota else None,
            periods=list(QuotaPeriod),
            scopes=list(Scope),
            usual=usual_scopes(row.source),
            people=list_moderators(session),
            keys=list_keys(session, client_id),
            secrets=count_live_secrets(session, client_id),
            endpoints=endpoints,
            waiting=count_waiting(session, [endpoint.id for endpoint in endpoints]),
            figures=figures,
            borne_out=Rate(figures.decided_human, figures.decided),
            words_by=words_from_json(row.declared_words),
            new_key=key,
            new_secret=secret,
            server=request.url_root,
            inbox=url_for("hooks.receive", client_id=client_id, _external=True),
        )
    return make_response(page)


def _find(session: Session, client_id: str) -> Client:
    found = find_client(session, client_id.replace("\x00", ""))
    if found is None:
        raise not_found(_("Client not found."))
    return found


def _back(client_id: str) -> AnyResponse:
    return redirect(url_for("review.client", client_id=client_id), HTTPStatus.SEE_OTHER)


def _note(session: Session, kind: str, client: Client, **detail: str) -> None:
    note_event(
        session, kind, moderator_id=me().id, at=now(), subject=client.name, detail={"id": client.id, **detail}
    )
