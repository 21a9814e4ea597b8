"""`kantei client`: who may submit."""

import json

import click
from sqlalchemy.orm import Session

from core.clock import now
from core.settings.settings import read_settings
from core.urls import UrlError, canonical_url
from core.vocabulary import Scheme, Scope, Source
from kantei.clients.client_options import QUOTA, SCOPES, SCOPES_HELP, QuotaGiven, find, writing
from kantei.roots.joining import open_database
from kantei.roots.migrate import migrate
from store.clients.clients import (
    add_client,
    add_key,
    add_secret,
    list_clients,
    list_keys,
    retire_secrets,
    revoke_key,
)
from store.clients.quotas import read_quotas, set_quota
from store.outbox.endpoints import (
    count_waiting,
    enable_endpoint,
    list_endpoints,
    move_endpoint,
    replay_exhausted,
    send_test,
)
from store.people.audit_notes import note_command
from store.people.moderators import find_moderator

# An upload or a command line is where a picture comes from, not who may send one.
SOURCES = (Source.MARKETPLACE, Source.EXTENSION, Source.API)


@click.group()
def client() -> None:
    """The holders of API keys."""


@client.command()
@click.argument("name")
@click.option("--source", type=click.Choice([source.value for source in SOURCES]), default=Source.API.value)
@click.option("--callback-url", help="Where signed notices of verdicts and decisions go.")
@click.option(
    "--scheme", type=click.Choice([scheme.value for scheme in Scheme]), default=Scheme.STANDARD.value
)
@click.option("--secret", help="The webhook secret that the shop shows; one is made where none is given.")
@click.option("--quota", type=QUOTA, help="Images it may submit: 1000/day, 30000/month or none.")
@click.option("--scope", "scopes", type=SCOPES, multiple=True, help=SCOPES_HELP)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def add(
    name: str,
    source: str,
    callback_url: str | None,
    scheme: str,
    secret: str | None,
    quota: QuotaGiven | None,
    scopes: tuple[str, ...],
    *,
    as_json: bool,
) -> None:
    """Add a client; prints its API key and webhook secret, once."""
    settings = read_settings()
    database = open_database(settings)
    try:
        callback = canonical_url(callback_url) if callback_url else None
        migrate(database)
        with database.writing() as session:
            new = add_client(
                session,
                name=name[:200],
                source=Source(source),
                scheme=Scheme(scheme),
                callback_url=callback,
                webhook_secret=secret,
                secret_key=settings.secret_key,
                scopes=[Scope(scope) for scope in scopes] or None,
            )
            if quota is not None:
                new.client.quota = quota.quota
            note_command(session, "client_added", at=now(), subject=new.client.name, id=new.client.id)
    except UrlError as error:
        raise click.UsageError(f"--callback-url: {error.detail}") from error
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    finally:
        database.close()
    facts = {
        "id": new.client.id,
        "name": new.client.name,
        "source": new.client.source.value,
        "scheme": new.client.scheme.value,
        "callback_url": new.client.callback_url,
        "api_key": new.api_key,
        "webhook_secret": new.webhook_secret,
    }
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    click.echo(f"Client {facts['name']}, id {facts['id']}")
    click.echo(f"API key, shown only here:        {new.api_key}")
    click.echo(f"Webhook secret, shown only here: {new.webhook_secret}")


@client.command("list")
def list_command() -> None:
    """List clients: id, scheme, weight, what is used of the quota, name, call back address."""
    with writing() as (session, _):
        quotas = read_quotas(session, now())
        for row in list_clients(session):
            state = quotas.get(row.id)
            used = f"{state.used} of {state.quota}" if state else "no quota"
            scheme, url = f"{row.scheme.value:<12}", row.callback_url or "-"
            click.echo(f"{row.id}  {scheme} {row.weight}  {used}  {row.name}  {url}")


@client.command()
@click.argument("client_id")
@click.option("--scope", "scopes", type=SCOPES, multiple=True, help=SCOPES_HELP)
@click.option("--revoke", metavar="KEY_ID", help="Revoke a key instead of making one.")
def key(client_id: str, scopes: tuple[str, ...], revoke: str | None) -> None:
    """Make another API key for a client, shown once; then list its keys."""
    with writing() as (session, _):
        row = find(session, client_id)
        if revoke is not None:
            if not revoke_key(session, client_id, revoke, now()):
                raise click.UsageError(f"there is no live key {revoke}")
            note_command(session, "key_revoked", at=now(), subject=row.name, id=client_id)
        else:
            made = add_key(session, row, [Scope(scope) for scope in scopes] or None)
            note_command(session, "key_added", at=now(), subject=row.name, id=client_id)
            click.echo(f"API key, shown only here: {made}")
        session.flush()
        for one in list_keys(session, client_id):
            state = "revoked" if one.revoked_at else f"last used {one.last_used_at or 'never'}"
            click.echo(f"{one.id}  {one.hint}...  {' '.join(sorted(one.scopes))}  {state}")


@client.command()
@click.argument("client_id")
@click.option("--secret", help="The secret that the shop shows; one is made where none is given.")
@click.option("--retire", is_flag=True, help="End a rotation: only the newest secret is good from now on.")
def rotate(client_id: str, secret: str | None, *, retire: bool) -> None:
    """Give a client another webhook secret; until --retire both are good, and call backs carry both."""
    with writing() as (session, settings):
        row = find(session, client_id)
        if retire:
            click.echo(f"{retire_secrets(session, client_id, now())} older secrets retired")
            note_command(session, "secrets_retired", at=now(), subject=row.name, id=client_id)
            return
        try:
            made = add_secret(session, client_id, secret, settings.secret_key)
            note_command(session, "secret_added", at=now(), subject=row.name, id=client_id)
        except ValueError as error:
            raise click.UsageError(str(error)) from error
    click.echo(f"Webhook secret, shown only here: {made}")


@client.command()
@click.argument("client_id")
@click.option("--callback-url", help="Another address; calls that wait go there too.")
@click.option("--weight", type=click.IntRange(1, 100), help="Turns for another client's one.")
@click.option("--quota", type=QUOTA, help="Images it may submit: 1000/day, 30000/month or none.")
@click.option("--owner", help="The moderator whose client it is: what it submits, others decide; or none.")
@click.option("--enable", is_flag=True, help="Call disabled and resting addresses again, now.")
@click.option("--replay", is_flag=True, help="Send again what had all its tries.")
@click.option("--test", is_flag=True, help="Send an event of type endpoint.test.")
def change(
    client_id: str,
    callback_url: str | None,
    weight: int | None,
    quota: QuotaGiven | None,
    *,
    owner: str | None,
    enable: bool,
    replay: bool,
    test: bool,
) -> None:
    """Change how a client is called, and show how its addresses are doing."""
    with writing() as (session, _):
        row = find(session, client_id)
        if callback_url is not None:
            try:
                move_endpoint(session, row, canonical_url(callback_url), now())
            except UrlError as error:
                raise click.UsageError(f"--callback-url: {error.detail}") from error
        if weight is not None:
            row.weight = weight
        if quota is not None:
            set_quota(session, row, quota.quota, now())
        if owner is not None:
            row.owner_id = _moderator_id(session, owner)
        if any(given is not None for given in (callback_url, weight, quota, owner)) or enable or replay:
            note_command(session, "client_changed", at=now(), subject=row.name, id=client_id)
        for endpoint in list_endpoints(session, client_id):
            if enable:
                enable_endpoint(session, endpoint.id, now())
            if replay:
                click.echo(f"{replay_exhausted(session, endpoint.id, now())} calls are sent again")
        if test:
            click.echo(f"event {send_test(session, client_id, now())} is on its way")
        session.flush()
        session.expire_all()
        endpoints = list_endpoints(session, client_id)
        waiting = count_waiting(session, [endpoint.id for endpoint in endpoints])
        for endpoint in endpoints:
            state = f"disabled: {endpoint.disabled_reason}" if endpoint.disabled_at else "called"
            click.echo(
                f"{endpoint.url}  {state}  {waiting.get(endpoint.id, 0)} waiting, "
                f"{endpoint.failures} failures in a row"
            )


def _moderator_id(session: Session, email: str) -> str | None:
    if email == "none":
        return None
    person = find_moderator(session, email.strip().lower())
    if person is None:
        raise click.UsageError(f"--owner: there is no moderator {email}")
    return person.id
