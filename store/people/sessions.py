"""Logins of moderators: a random token in the cookie, its SHA-256 in the table."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from store.clients.clients import digest
from store.tables.people_tables import Moderator
from store.tables.people_tables import Session as Login
from store.tables.review_states import SecondFactor

LIFETIME = timedelta(hours=12)
FACTOR_WITHIN = timedelta(minutes=10)  # from the password to the second factor
SEEN_EVERY = timedelta(minutes=1)  # a write for each request would be waste


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a login is from: the network address, and what the browser calls itself."""

    address: str = ""
    agent: str = ""


def start_login(
    session: Session,
    moderator_id: str,
    at: datetime,
    *,
    browser: Browser | None = None,
    factor: SecondFactor | None = None,
    awaits_factor: bool = False,
    since: datetime | None = None,
) -> str:
    """Start a login and give its token, which is kept nowhere; expired logins are swept away.

    One that awaits a second factor opens no page, and ends after ten minutes. `since` is when the login
    that this one replaces was started: who shows nothing anew gets no new time.
    """
    session.execute(delete(Login).where(Login.expires_at <= at))
    token = secrets.token_urlsafe(32)
    browser, began = browser or Browser(), since or at
    session.add(
        Login(
            token_sha256=digest(token),
            moderator_id=moderator_id,
            created_at=began,
            expires_at=began + (FACTOR_WITHIN if awaits_factor else LIFETIME),
            seen_at=at,
            address=browser.address[:45],
            agent=browser.agent[:300],
            awaits_factor=awaits_factor,
            factor=factor,
        )
    )
    return token


def find_login(session: Session, token: str, at: datetime, *, idle: timedelta | None = None) -> Login | None:
    """Find the live login of a token, with its moderator, who may still log in; `idle` ends unused ones."""
    return session.scalar(
        select(Login)
        .join(Moderator)
        .where(Login.token_sha256 == digest(token), Moderator.disabled_at.is_(None), *_live(at, idle))
        .options(joinedload(Login.moderator))
    )


def is_seen_long_ago(login: Login, at: datetime) -> bool:
    """True if the time of the last use has to be written anew."""
    return login.seen_at is None or login.seen_at < at - SEEN_EVERY


def mark_seen(session: Session, login: Login, browser: Browser, at: datetime) -> None:
    """Write down that a login was used, and from where."""
    session.execute(
        update(Login)
        .where(Login.token_sha256 == login.token_sha256)
        .values(seen_at=at, address=browser.address[:45], agent=browser.agent[:300])
    )


def list_logins(
    session: Session, moderator_id: str, at: datetime, *, idle: timedelta | None = None
) -> list[Login]:
    """List a moderator's live logins, the last used first."""
    query = select(Login).where(
        Login.moderator_id == moderator_id, Login.awaits_factor.is_(False), *_live(at, idle)
    )
    return list(session.scalars(query.order_by(_seen().desc(), Login.token_sha256)))


def end_login(session: Session, token: str) -> None:
    """End one login."""
    session.execute(delete(Login).where(Login.token_sha256 == digest(token)))


def end_login_of(session: Session, moderator_id: str, token_sha256: str) -> bool:
    """End one login of a moderator by the digest of its token; False if it is none of theirs."""
    ended = session.scalar(
        delete(Login)
        .where(Login.token_sha256 == token_sha256, Login.moderator_id == moderator_id)
        .returning(Login.token_sha256)
        .execution_options(synchronize_session=False)
    )
    return ended is not None


def end_logins(session: Session, moderator_id: str, *, but: str | None = None) -> None:
    """End every login of a moderator, or all but that of one token."""
    query = delete(Login).where(Login.moderator_id == moderator_id)
    session.execute(query.where(Login.token_sha256 != digest(but)) if but is not None else query)


def _live(at: datetime, idle: timedelta | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Login.expires_at > at]
    if idle is not None:
        conditions.append(or_(_seen() > at - idle, Login.awaits_factor))
    return conditions


def _seen() -> ColumnElement[datetime]:
    return func.coalesce(Login.seen_at, Login.created_at)
