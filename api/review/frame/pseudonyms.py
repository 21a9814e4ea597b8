"""Pseudonyms for people in exported files: constant for each person, and not reversible.

A log with real names can endanger who is named in it. The name is made with the secret key, so that
no one outside can try all addresses.
"""

import hmac
from collections.abc import Callable

from core.keys import KeyPurpose, derive

Naming = Callable[[str | None], str | None]


def naming(secret_key: str, *, hidden: bool) -> Naming:
    """A function that writes an email address as it is, or as a pseudonym."""
    key = derive(secret_key, KeyPurpose.PSEUDONYMS)

    def name(email: str | None) -> str | None:
        if not email or not hidden:
            return email
        return "moderator-" + hmac.digest(key, email.encode(), "sha256").hex()[:12]

    return name
