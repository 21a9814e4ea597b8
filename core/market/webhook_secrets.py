"""Webhook secrets: from the text that users copy to the signing key.

Standard Webhooks writes its keys as `whsec_` and base64; shops use the very characters that they show.
"""

import base64
import binascii

from core.vocabulary import Scheme

PREFIX = "whsec_"


def webhook_key(secret: str, scheme: Scheme) -> bytes:
    """The key of a secret; for Standard Webhooks the prefix may be missing.

    Errors: ValueError where there would be no key: with an empty one, anyone could sign.
    """
    text = secret.strip()
    if scheme is Scheme.STANDARD or text.startswith(PREFIX):
        try:
            key = base64.b64decode(text.removeprefix(PREFIX) + "==", validate=False)
        except (binascii.Error, ValueError):
            raise ValueError("a webhook secret must be `whsec_` followed by base64") from None
    else:
        key = text.encode()
    if not key:
        raise ValueError("a webhook secret must not be empty")
    return key
