"""Moderators: the people who decide."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.vocabulary import Role
from store.people.passwords import hash_password, one_time_password
from store.tables.people_tables import Moderator

# Deliberately loose (WHATWG HTML, "valid email address"): only a letter that arrives proves one.
_EMAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")


class ModeratorExistsError(Exception):
    """A moderator with this email address exists."""


@dataclass(frozen=True, slots=True)
class NewModerator:
    """A moderator with the password that is shown once."""

    moderator: Moderator
    password: str


def clean_email(text: str) -> str:
    """An email address in one spelling. Errors: `ValueError` if it is not one."""
    email = text.strip().lower()
    if len(email) > 254 or not _EMAIL.fullmatch(email):
        raise ValueError(f"{text!r} is not a valid email address")
    return email


def add_moderator(session: Session, *, email: str, role: Role) -> NewModerator:
    """Make a moderator with a one-time password, to be replaced at the first login.

    Errors: ValueError for a bad address, ModeratorExistsError for a known one.
    """
    email = clean_email(email)
    if find_moderator(session, email) is not None:
        raise ModeratorExistsError(email)
    password = one_time_password()
    moderator = Moderator(
        email=email, role=role, password_hash=hash_password(password), must_change_password=True
    )
    session.add(moderator)
    session.flush()
    return NewModerator(moderator, password)


def find_moderator(session: Session, email: str) -> Moderator | None:
    """Find a moderator by email address, also one who may no longer log in."""
    return session.scalar(select(Moderator).where(Moderator.email == email))


def find_openid_moderator(session: Session, openid_sha256: str) -> Moderator | None:
    """Find the moderator whom an OpenID provider means, also one who may no longer log in."""
    return session.scalar(select(Moderator).where(Moderator.openid_sha256 == openid_sha256))


def list_moderators(session: Session) -> list[Moderator]:
    """All moderators, by email address."""
    return list(session.scalars(select(Moderator).order_by(Moderator.email)))


def has_moderators(session: Session) -> bool:
    """True if anyone can log in yet."""
    return session.scalar(select(func.count()).select_from(Moderator)) != 0


def set_password(session: Session, moderator_id: str, password_hash: str) -> None:
    """Replace a password; it is the person's own now."""
    session.execute(
        update(Moderator)
        .where(Moderator.id == moderator_id)
        .values(password_hash=password_hash, must_change_password=False)
    )


def set_preferences(session: Session, moderator_id: str, preferences: dict[str, object]) -> None:
    """Keep how a moderator wants the desk."""
    session.execute(update(Moderator).where(Moderator.id == moderator_id).values(preferences=preferences))


def set_role(session: Session, moderator_id: str, role: Role) -> None:
    """Change a moderator's role, from their next request on."""
    session.execute(update(Moderator).where(Moderator.id == moderator_id).values(role=role))


def set_disabled(session: Session, moderator_id: str, at: datetime | None) -> None:
    """Disable or enable a moderator; their decisions are kept."""
    session.execute(update(Moderator).where(Moderator.id == moderator_id).values(disabled_at=at))


def reset_password(session: Session, moderator: Moderator) -> NewModerator:
    """Set a new one-time password, to be changed at the next login."""
    password = one_time_password()
    session.execute(
        update(Moderator)
        .where(Moderator.id == moderator.id)
        .values(password_hash=hash_password(password), must_change_password=True)
    )
    return NewModerator(moderator, password)
