"""One key per purpose, derived from the secret key: learning one reveals nothing about the others."""

import base64
from enum import StrEnum
from hashlib import sha256

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class KeyPurpose(StrEnum):
    """What a derived key is for. A changed value makes everything made with the old key unreadable."""

    WEBHOOK_SECRETS = "kantei webhook secrets"
    FORM_TOKENS = "kantei form tokens"
    APPEAL_LINKS = "kantei appeal links"
    PSEUDONYMS = "kantei pseudonyms"
    READERS = "kantei readers"
    SECOND_FACTORS = "kantei second factors"
    OPENID_REQUESTS = "kantei openid requests"
    PASSKEY_QUESTIONS = "kantei passkey questions"


def derive(secret_key: str, purpose: KeyPurpose) -> bytes:
    """The key for a purpose, 32 bytes (HKDF with SHA-256, RFC 5869)."""
    if purpose is KeyPurpose.PSEUDONYMS:
        # Older than this function: exported files name the same moderator as the files of today.
        return sha256(purpose.encode() + b"\0" + secret_key.encode()).digest()
    return HKDF(SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret_key.encode())


def sealing(secret_key: str, purpose: KeyPurpose) -> Fernet:
    """What encrypts texts for a purpose, and reads them again; a text that was changed is not read."""
    return Fernet(base64.urlsafe_b64encode(derive(secret_key, purpose)))
