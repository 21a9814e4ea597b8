"""`kantei client`: who may submit."""

import json

import click

from core.settings import read_settings
from core.urls import UrlError, parse_web_url
from core.vocabulary import Scheme, Source
from kantei.migrate import migrate
from kantei.parts import open_database
from store.clients import add_client

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
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def add(
    name: str, source: str, callback_url: str | None, scheme: str, secret: str | None, *, as_json: bool
) -> None:
    """Add a client; prints its API key and webhook secret, once."""
    settings = read_settings()
    database = open_database(settings)
    try:
        callback = parse_web_url(callback_url).text if callback_url else None
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
            )
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
