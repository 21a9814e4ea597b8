"""Names for people in files that leave the house: the same person, the same name, and no way back.

A log with real names can endanger who is named in it. The name is made with the secret key, so that
nobody outside can try all addresses.
"""

import hashlib
import hmac
from collections.abc import Callable

Naming = Callable[[str | None], str | None]


def naming(secret_key: str, *, hidden: bool) -> Naming:
    """Give a function that writes an e-mail address as it is, or as a pseudonym."""
    key = hashlib.sha256(b"kantei pseudonyms\0" + secret_key.encode()).digest()

    def name(email: str | None) -> str | None:
        if not email or not hidden:
            return email
        return "moderator-" + hmac.new(key, email.encode(), hashlib.sha256).hexdigest()[:12]

    return name
