"""Passkeys: added, found, used and removed. Their signatures are checked by the API."""

from datetime import datetime

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from store.people.second_factors import forget_spare_codes
from store.tables.factor_tables import Passkey

MOST = 20


def add_passkey(session: Session, passkey: Passkey) -> bool:
    """Add a passkey; False if it is known already, or if its owner has too many."""
    count = select(func.count()).select_from(Passkey).where(Passkey.moderator_id == passkey.moderator_id)
    if (session.scalar(count) or 0) >= MOST:
        return False
    try:
        with session.begin_nested():
            session.add(passkey)
    except IntegrityError:
        return False
    return True


def find_passkey(session: Session, credential_id: str) -> Passkey | None:
    """Find a passkey with its owner, who may still log in."""
    found = session.scalar(
        select(Passkey).where(Passkey.credential_id == credential_id).options(joinedload(Passkey.moderator))
    )
    return found if found is not None and found.moderator.disabled_at is None else None


def use_passkey(
    session: Session, passkey: Passkey, *, sign_count: int, asked_at: datetime, at: datetime
) -> bool:
    """Write down that a passkey was used; False for the answer to a question from before its last use.

    So the same answer is accepted once, also of two requests at the same time.
    """
    used = session.scalar(
        update(Passkey)
        .where(
            Passkey.id == passkey.id,
            Passkey.sign_count == passkey.sign_count,
            or_(Passkey.used_at.is_(None), Passkey.used_at < asked_at),
        )
        .values(sign_count=sign_count, used_at=at)
        .returning(Passkey.id)
        .execution_options(synchronize_session=False)
    )
    return used is not None


def remove_passkey(session: Session, moderator_id: str, passkey_id: str) -> bool:
    """Remove a passkey of a moderator; False if it is none of theirs."""
    removed = session.scalar(
        delete(Passkey)
        .where(Passkey.id == passkey_id, Passkey.moderator_id == moderator_id)
        .returning(Passkey.id)
        .execution_options(synchronize_session=False)
    )
    forget_spare_codes(session, moderator_id)
    return removed is not None
