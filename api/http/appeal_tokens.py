"""The signed token in the address of an artist's page: its holder may appeal, and no one can forge it."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

from itsdangerous import BadSignature, URLSafeTimedSerializer

from core.keys import KeyPurpose, derive

LIFETIME = timedelta(days=190)  # a little over the six months for complaints (DSA, article 20)
LONGEST = 200  # characters; ours have about ninety


def make_appeal_token(secret_key: str, submission_id: str) -> str:
    """Sign a submission's id, with the time."""
    token = _serializer(secret_key).dumps(submission_id)
    return token if isinstance(token, str) else token.decode()


def read_appeal_token(secret_key: str, token: str) -> tuple[str, datetime] | None:
    """The submission's id and when the link expires; None if it is forged or has expired."""
    if len(token) > LONGEST:
        return None
    try:
        submission_id, made_at = _serializer(secret_key).loads(
            token, max_age=int(LIFETIME.total_seconds()), return_timestamp=True
        )
    except BadSignature:
        return None
    return str(submission_id), made_at.astimezone(UTC) + LIFETIME


def _serializer(secret_key: str) -> URLSafeTimedSerializer:
    # Signed with the last key, read with either: links made before it stay good until they expire.
    keys = [secret_key.encode(), derive(secret_key, KeyPurpose.APPEAL_LINKS)]
    return URLSafeTimedSerializer(keys, salt=b"kantei appeal page", signer_kwargs={"digest_method": sha256})
