"""One key per purpose, derived from the secret key: learning one reveals nothing about the others."""

from enum import StrEnum
from hashlib import sha256

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class KeyPurpose(StrEnum):
    """What a derived key is for. A changed value makes everything made with the old key unreadable."""

    WEBHOOK_SECRETS = "kantei webhook secrets"
    FORM_TOKENS = "kantei form tokens"
    APPEAL_LINKS = "kantei appeal links"
    PSEUDONYMS = "kantei pseudonyms"


def derive(secret_key: str, purpose: KeyPurpose) -> bytes:
    """The key for a purpose, 32 bytes (HKDF with SHA-256, RFC 5869)."""
    if purpose is KeyPurpose.PSEUDONYMS:
        # Older than this function: exported files name the same moderator as the files of today.
        return sha256(purpose.encode() + b"\0" + secret_key.encode()).digest()
    return HKDF(SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret_key.encode())
