"""Passwords: hashed with Argon2id, checked at the same cost whether or not the account exists."""

import secrets
import threading
from enum import StrEnum
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_LENGTH = 12
SHORTEST_NAME = 4  # letters of an email address that no password may hold
MAX_LENGTH = 200  # a bound on work; no person types more

# OWASP's second profile (m = 19 MiB, t = 2, p = 1): a web process must stay small, and the gate
# below keeps many logins at once from adding up.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_GATE = threading.BoundedSemaphore(2)


def hash_password(password: str) -> str:
    """The Argon2id hash of a password, including salt and costs."""
    with _GATE:
        return _HASHER.hash(password)


def is_password(password_hash: str | None, password: str) -> bool:
    """True if this is the password; without a hash, False after as much work."""
    known = password_hash or _nobody()
    try:
        with _GATE:
            _HASHER.verify(known, password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def one_time_password() -> str:
    """Make a password of 80 random bits that can be read out: four groups of four."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else
    text = "".join(secrets.choice(letters) for _ in range(16))
    return "-".join(text[i : i + 4] for i in range(0, 16, 4))


class PasswordFault(StrEnum):
    """What is wrong with a new password."""

    SHORT = "short"
    LONG = "long"
    PLAIN = "plain"
    EMAIL = "email"


def password_fault(password: str, email: str) -> PasswordFault | None:
    """What is wrong with a new password, or None."""
    if len(password) < MIN_LENGTH:
        return PasswordFault.SHORT
    if len(password) > MAX_LENGTH:
        return PasswordFault.LONG
    if len(set(password)) < 5:
        return PasswordFault.PLAIN
    name = email.partition("@")[0].casefold()
    # A short one stands by chance in most passwords.
    if len(name) >= SHORTEST_NAME and name in password.casefold():
        return PasswordFault.EMAIL
    return None


@cache
def _nobody() -> str:
    """Hash a password that no one knows, once, to compare with where there is no account."""
    return _HASHER.hash(secrets.token_urlsafe(32))
