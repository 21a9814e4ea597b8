"""Python client for a Kantei server: `Kantei` calls it, `verify_callback` checks what it sends."""

from kantei_client.client import Kantei
from kantei_client.errors import KanteiError, ProblemError, SignatureError, UnfinishedError, UnreachableError
from kantei_client.signatures import sign_webhook, verify_callback

__all__ = [
    "Kantei",
    "KanteiError",
    "ProblemError",
    "SignatureError",
    "UnfinishedError",
    "UnreachableError",
    "sign_webhook",
    "verify_callback",
]
