"""Login attempts, counted in the database so that all web processes throttle together.

An attempt is noted before the password is checked and forgotten when it was right. So a burst of
parallel guesses is counted as what it is.
"""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from store.base.locking import lock_digests
from store.clients.clients import digest
from store.tables.review_tables import LoginAttempt

WINDOW = timedelta(minutes=15)
# Few for one address on one account (a guesser), more for the account from everywhere (a botnet; too
# few would let anyone lock anyone out), and for an address on all accounts (one password for many).
PAIR_LIMIT, ACCOUNT_LIMIT, ADDRESS_LIMIT = 8, 40, 60
# A code has six digits only, and whoever guesses one knows the password: no one else is locked out.
FACTOR_LIMIT = 10


@dataclass(frozen=True, slots=True)
class NotedLogin:
    """An attempt that was noted; `wait` is None where it may go on, else how long to wait."""

    ids: tuple[str, ...]
    wait: timedelta | None


def note_attempt(
    session: Session, *, email: str, address: str, at: datetime, is_factor: bool = False
) -> NotedLogin:
    """Note an attempt to log in, or to show a second factor, and say whether it is one too many."""
    session.execute(delete(LoginAttempt).where(LoginAttempt.created_at < at - WINDOW))
    network = _network(address)
    limits = {
        digest(f"pair {email} {network}"): PAIR_LIMIT,
        digest(f"account {email}"): ACCOUNT_LIMIT,
        digest(f"address {network}"): ADDRESS_LIMIT,
    }
    if is_factor:
        limits[digest(f"factor {email}")] = FACTOR_LIMIT
    lock_digests(session, limits)  # else all who try at the same moment would be the first
    counted = session.execute(
        select(LoginAttempt.key_sha256, func.count(), func.min(LoginAttempt.created_at))
        .where(LoginAttempt.key_sha256.in_(limits))
        .group_by(LoginAttempt.key_sha256)
    )
    full = [oldest for key, count, oldest in counted if count >= limits[key]]
    if full:
        return NotedLogin((), max(oldest + WINDOW - at for oldest in full))
    rows = [LoginAttempt(key_sha256=key, created_at=at) for key in limits]
    session.add_all(rows)
    session.flush()
    return NotedLogin(tuple(row.id for row in rows), None)


def forget_attempt(session: Session, attempt: NotedLogin) -> None:
    """Take back an attempt: the password was right."""
    session.execute(delete(LoginAttempt).where(LoginAttempt.id.in_(attempt.ids)))


def _network(address: str) -> str:
    """The network of one guesser: an IPv4 address, or the /64 that any IPv6 customer gets."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False))
