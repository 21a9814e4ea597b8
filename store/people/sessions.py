"""Logins of moderators: a random token in the cookie, its SHA-256 in the table."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from store.clients.clients import digest
from store.tables.case_tables import Moderator
from store.tables.case_tables import Session as Login

LIFETIME = timedelta(hours=12)


def start_login(session: Session, moderator_id: str, at: datetime) -> str:
    """Start a login and give its token, which is kept nowhere; expired logins are swept away."""
    session.execute(delete(Login).where(Login.expires_at <= at))
    token = secrets.token_urlsafe(32)
    session.add(
        Login(token_sha256=digest(token), moderator_id=moderator_id, created_at=at, expires_at=at + LIFETIME)
    )
    return token


def find_login(session: Session, token: str, at: datetime) -> Login | None:
    """Find the live login of a token, with its moderator, who may still log in."""
    return session.scalar(
        select(Login)
        .join(Moderator)
        .where(Login.token_sha256 == digest(token), Login.expires_at > at, Moderator.disabled_at.is_(None))
        .options(joinedload(Login.moderator))
    )


def end_login(session: Session, token: str) -> None:
    """End one login."""
    session.execute(delete(Login).where(Login.token_sha256 == digest(token)))


def end_logins(session: Session, moderator_id: str) -> None:
    """End every login of a moderator."""
    session.execute(delete(Login).where(Login.moderator_id == moderator_id))
