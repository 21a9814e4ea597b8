"""`kantei client`: managing clients, their keys and secrets."""

import json

import click
from sqlalchemy.orm import Session

from core.clock import now
from core.urls import UrlError, canonical_url
from core.vocabulary import Scheme, Scope, Source
from kantei.clients.client_options import QUOTA, QUOTA_HELP, SCOPES, SCOPES_HELP, QuotaGiven, find, writing
from store.clients.clients import (
    CLIENT_SOURCES,
    add_client,
    add_key,
    add_secret,
    list_clients,
    list_keys,
    retire_secrets,
    revoke_key,
    usual_scopes,
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
from store.tables.client_tables import Client


@click.group()
def client() -> None:
    """Manage clients: the holders of API keys."""


@client.command()
@click.argument("name")
@click.option(
    "--source",
    type=click.Choice([source.value for source in CLIENT_SOURCES]),
    default=Source.API.value,
    show_default=True,
    help="Where its pictures come from.",
)
@click.option("--callback-url", help="URL for callbacks about verdicts and decisions.")
@click.option(
    "--scheme",
    type=click.Choice([scheme.value for scheme in Scheme]),
    default=Scheme.STANDARD.value,
    show_default=True,
    help="How its webhooks are signed and written.",
)
@click.option("--secret", help="Webhook secret from the shop. If omitted, one is created.")
@click.option("--quota", type=QUOTA, help=QUOTA_HELP)
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
    """Add a client and print its API key and webhook secret, once."""
    try:
        callback = canonical_url(callback_url) if callback_url else None
        with writing() as (session, settings):
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
    click.echo(f"API key (not shown again):        {new.api_key}")
    click.echo(f"Webhook secret (not shown again): {new.webhook_secret}")


@client.command("list")
def list_command() -> None:
    """List clients: id, scheme, weight, used quota, name, callback URL."""
    with writing() as (session, _):
        quotas = read_quotas(session, now())
        lines = [("ID", "SCHEME", "WEIGHT", "USED", "NAME", "CALLBACK URL")]
        for row in list_clients(session):
            state = quotas.get(row.id)
            used = f"{state.used} of {state.quota}" if state else "no quota"
            url = row.callback_url or "-"
            lines.append((row.id, row.scheme.value, str(row.weight), used, row.name, url))
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        for line in lines:
            cells = (f"{text:<{width}}" for text, width in zip(line, widths, strict=True))
            click.echo("  ".join(cells).rstrip())


@client.command()
@click.argument("client_id")
@click.option("--scope", "scopes", type=SCOPES, multiple=True, help=SCOPES_HELP)
@click.option("--revoke", metavar="KEY_ID", help="Revoke this key instead of creating one.")
def key(client_id: str, scopes: tuple[str, ...], revoke: str | None) -> None:
    """Create another API key for a client, print it once, and list the client's keys."""
    with writing() as (session, _):
        row = find(session, client_id)
        if revoke is not None:
            if not revoke_key(session, client_id, revoke, now()):
                raise click.UsageError(f"no active key {revoke}")
            note_command(session, "key_revoked", at=now(), subject=row.name, id=client_id)
        else:
            wanted = sorted({Scope(scope) for scope in scopes} or usual_scopes(row.source))
            made = add_key(session, row, wanted)
            note_command(
                session, "key_added", at=now(), subject=row.name, id=client_id, scopes=" ".join(wanted)
            )
            click.echo(f"API key (not shown again): {made}")
        session.flush()
        for one in list_keys(session, client_id):
            state = "revoked" if one.revoked_at else f"last used {one.last_used_at or 'never'}"
            click.echo(f"{one.id}  {one.hint}...  {' '.join(sorted(one.scopes))}  {state}")


@client.command()
@click.argument("client_id")
@click.option("--secret", help="Webhook secret from the shop. If omitted, one is created.")
@click.option("--retire", is_flag=True, help="Finish a rotation: retire all secrets but the newest.")
def rotate(client_id: str, secret: str | None, *, retire: bool) -> None:
    """Add a webhook secret. Old and new secrets both work until you run this again with --retire."""
    with writing() as (session, settings):
        row = find(session, client_id)
        if retire:
            click.echo(f"older secrets retired: {retire_secrets(session, client_id, now())}")
            note_command(session, "secrets_retired", at=now(), subject=row.name, id=client_id)
            return
        try:
            made = add_secret(session, client_id, secret, settings.secret_key)
            note_command(session, "secret_added", at=now(), subject=row.name, id=client_id)
        except ValueError as error:
            raise click.UsageError(str(error)) from error
    click.echo(f"Webhook secret (not shown again): {made}")


@client.command()
@click.argument("client_id")
@click.option("--callback-url", help="New callback URL. Waiting callbacks are sent there too.")
@click.option(
    "--weight",
    type=click.IntRange(1, 100),
    help="Turns this client gets for each turn of a client with weight 1.",
)
@click.option("--quota", type=QUOTA, help=QUOTA_HELP)
@click.option(
    "--owner",
    help="Email of the moderator who owns this client and so cannot decide its submissions, or none.",
)
@click.option("--enable", is_flag=True, help="Resume disabled and paused endpoints now.")
@click.option("--replay", is_flag=True, help="Resend callbacks that failed on every attempt.")
@click.option("--test", is_flag=True, help="Send a test event (endpoint.test).")
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
    """Change a client's settings, and show the state of its endpoints."""
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
        if any(given is not None for given in (callback_url, weight, quota, owner)):
            note_command(session, "client_changed", at=now(), subject=row.name, id=client_id)
        _note_acts(session, row, enable=enable, replay=replay, test=test)
        for endpoint in list_endpoints(session, client_id):
            if enable:
                enable_endpoint(session, endpoint.id, now())
            if replay:
                click.echo(f"callbacks to resend: {replay_exhausted(session, endpoint.id, now())}")
        if test:
            click.echo(f"test event sent: {send_test(session, client_id, now())}")
        session.flush()
        session.expire_all()
        endpoints = list_endpoints(session, client_id)
        waiting = count_waiting(session, [endpoint.id for endpoint in endpoints])
        for endpoint in endpoints:
            state = f"disabled: {endpoint.disabled_reason}" if endpoint.disabled_at else "active"
            click.echo(
                f"{endpoint.url}  {state}  waiting: {waiting.get(endpoint.id, 0)}, "
                f"consecutive failures: {endpoint.failures}"
            )


def _note_acts(session: Session, row: Client, **acts: bool) -> None:
    """Note what was done to a client's endpoints, as the page of the client does."""
    for act in (name for name, is_asked in acts.items() if is_asked):
        note_command(session, "client_changed", at=now(), subject=row.name, id=row.id, act=act)


def _moderator_id(session: Session, email: str) -> str | None:
    if email == "none":
        return None
    person = find_moderator(session, email.strip().lower())
    if person is None:
        raise click.UsageError(f"--owner: moderator {email} not found")
    return person.id
