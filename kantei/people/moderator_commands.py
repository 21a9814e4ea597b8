"""`kantei moderator`: managing moderators."""

import json

import click

from core.clock import now
from core.vocabulary import Role
from kantei.roots.existing import server_data
from store.people.audit_notes import note_command
from store.people.moderators import ModeratorExistsError, add_moderator, find_moderator, reset_password
from store.people.second_factors import remove_factors
from store.people.sessions import end_logins


@click.group()
def moderator() -> None:
    """Manage moderators."""


@moderator.command()
@click.argument("email")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    default=Role.MODERATOR.value,
    show_default=True,
    help="What the moderator may do.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def add(email: str, role: str, *, as_json: bool) -> None:
    """Add a moderator and print a one-time password, once."""
    try:
        with server_data() as (_, database), database.writing() as session:
            new = add_moderator(session, email=email, role=Role(role))
            note_command(session, "moderator_added", at=now(), subject=new.moderator.email, role=role)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    except ModeratorExistsError as error:
        raise click.ClickException(f"{error} is already a moderator") from error
    facts = {
        "id": new.moderator.id,
        "email": new.moderator.email,
        "role": new.moderator.role.value,
        "password": new.password,
    }
    if as_json:
        click.echo(json.dumps(facts))
        return
    article = "an" if new.moderator.role is Role.ADMIN else "a"
    click.echo(f"Added {facts['email']} as {article} {facts['role']}.")
    click.echo(f"One-time password (not shown again): {new.password}")
    click.echo("It must be changed at the first login.")


@moderator.command()
@click.argument("email")
@click.option("--password", is_flag=True, help="Set a new one-time password and print it, once.")
@click.option("--second-factor", is_flag=True, help="Remove the second factor and the recovery codes.")
def reset(email: str, *, password: bool, second_factor: bool) -> None:
    """Let a moderator in who lost a password or a second factor, and end all their logins."""
    if not password and not second_factor:
        raise click.UsageError("choose what to reset: --password, --second-factor or both")
    at, new = now(), None
    with server_data() as (_, database), database.writing() as session:
        person = find_moderator(session, email.strip().lower())
        if person is None:
            raise click.ClickException(f"moderator {email} not found")
        if password:
            new = reset_password(session, person)
            note_command(session, "password_reset", at=at, subject=person.email)
        if second_factor:
            remove_factors(session, [person.id])
            note_command(session, "second_factor_reset", at=at, subject=person.email)
        end_logins(session, person.id)
    if second_factor:
        click.echo(f"Removed the second factor of {person.email}.")
    if new is not None:
        click.echo(f"One-time password (not shown again): {new.password}")
        click.echo("It must be changed at the first login.")
