"""Clients, their API keys and their webhook secrets."""

import base64
import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.fernet import InvalidToken
from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from core.keys import KeyPurpose, sealing
from core.market.webhook_secrets import PREFIX, webhook_key
from core.vocabulary import Scheme, Scope, Source
from store.tables.client_tables import ApiKey, Client, SigningSecret

KEY_PREFIX = "kt_"
# An upload or a command line is where a picture comes from, not who may send one.
CLIENT_SOURCES = (Source.MARKETPLACE, Source.EXTENSION, Source.API)
EXTENSION_SCOPES = frozenset({Scope.SUBMIT, Scope.READ, Scope.APPEAL})
USED_EVERY = timedelta(minutes=1)  # last use is a fact for people; a write each request would be waste


@dataclass(frozen=True, slots=True)
class NewClient:
    """A client with the secrets that are shown once."""

    client: Client
    api_key: str
    webhook_secret: str


def add_client(
    session: Session,
    *,
    name: str,
    source: Source,
    scheme: Scheme,
    callback_url: str | None,
    webhook_secret: str | None,
    secret_key: str,
    scopes: Collection[Scope] | None = None,
) -> NewClient:
    """Make a client with one API key and one webhook secret.

    The secret is Standard Webhooks' form, `whsec_` and base64 of 32 random bytes, unless one is given
    (Shopify and WooCommerce bring their own). Errors: ValueError for an empty name or secret.
    """
    if not name.strip():
        raise ValueError("a client must have a name")
    if webhook_secret is not None and not webhook_secret.strip():
        raise ValueError("a webhook secret must not be empty")
    client = Client(name=name.strip(), source=source, scheme=scheme, callback_url=callback_url)
    session.add(client)
    session.flush()  # the rows below name its id
    secret = add_secret(session, client.id, webhook_secret, secret_key)
    return NewClient(client, add_key(session, client, scopes), secret)


def add_secret(session: Session, client_id: str, secret: str | None, secret_key: str) -> str:
    """Add a webhook secret to those a client has, and return its text.

    Errors: ValueError where it would be no key.
    """
    text = secret or PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    webhook_key(text, session.get_one(Client, client_id).scheme)
    sealed = sealing(secret_key, KeyPurpose.WEBHOOK_SECRETS).encrypt(text.encode()).decode()
    session.add(SigningSecret(client_id=client_id, ciphertext=sealed))
    session.flush()
    return text


def retire_secrets(session: Session, client_id: str, at: datetime, *, all_of_them: bool = False) -> int:
    """End a rotation: retire every live secret but the newest, or all; returns how many."""
    live = session.scalars(
        select(SigningSecret)
        .where(SigningSecret.client_id == client_id, SigningSecret.retired_at.is_(None))
        .order_by(SigningSecret.id.desc())
    ).all()
    retired = live if all_of_them else live[1:]
    for row in retired:
        row.retired_at = at
    return len(retired)


def usual_scopes(source: Source) -> frozenset[Scope]:
    """The scopes of a key that names none.

    An extension's key lies in many browsers: it submits, reads its own and appeals against that.
    """
    return frozenset(Scope) if source is not Source.EXTENSION else EXTENSION_SCOPES


def add_key(session: Session, client: Client, scopes: Collection[Scope] | None = None) -> str:
    """Make another API key for a client and give its text, which is kept nowhere.

    Errors: ValueError for a key that would be good for nothing.
    """
    good_for = usual_scopes(client.source) if scopes is None else frozenset(scopes)
    if not good_for:
        raise ValueError("a key must have a scope")
    key = KEY_PREFIX + secrets.token_urlsafe(32)
    session.add(ApiKey(client_id=client.id, key_sha256=digest(key), hint=key[:7], scopes=good_for))
    return key


def find_client(session: Session, client_id: str) -> Client | None:
    """Find a client, also one that is disabled."""
    return session.get(Client, client_id)


def list_clients(session: Session) -> list[Client]:
    """List every client, oldest first."""
    return list(session.scalars(select(Client).order_by(Client.id)))


def list_keys(session: Session, client_id: str) -> list[ApiKey]:
    """List a client's keys, newest first, the revoked too."""
    return list(
        session.scalars(select(ApiKey).where(ApiKey.client_id == client_id).order_by(ApiKey.id.desc()))
    )


def revoke_key(session: Session, client_id: str, key_id: str, at: datetime) -> bool:
    """Revoke a live key of a client; returns whether there was one."""
    revoked = session.scalar(
        update(ApiKey)
        .where(ApiKey.id == key_id, ApiKey.client_id == client_id, ApiKey.revoked_at.is_(None))
        .values(revoked_at=at)
        .returning(ApiKey.id)
    )
    return revoked is not None


def count_live_secrets(session: Session, client_id: str) -> int:
    """Count the webhook secrets that are good."""
    query = select(func.count()).select_from(SigningSecret)
    return (
        session.scalar(query.where(SigningSecret.client_id == client_id, SigningSecret.retired_at.is_(None)))
        or 0
    )


def find_key(session: Session, key: str) -> ApiKey | None:
    """Find the live key and its live client."""
    return session.scalar(
        select(ApiKey)
        .join(Client)
        .where(ApiKey.key_sha256 == digest(key), ApiKey.revoked_at.is_(None), Client.disabled_at.is_(None))
        .options(joinedload(ApiKey.client))
    )


def mark_used(session: Session, key_id: str, at: datetime) -> None:
    """Note when a key was last used, at most once a minute."""
    session.execute(
        update(ApiKey)
        .where(ApiKey.id == key_id, or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at < at - USED_EVERY))
        .values(last_used_at=at)
    )


def signing_secrets(session: Session, client_id: str, secret_key: str) -> list[str]:
    """A client's active webhook secrets, newest first; two during a rotation.

    Errors: ValueError where the secret key is not the one they were sealed with.
    """
    rows = session.scalars(
        select(SigningSecret.ciphertext)
        .where(SigningSecret.client_id == client_id, SigningSecret.retired_at.is_(None))
        .order_by(SigningSecret.id.desc())
    )
    try:
        return [
            sealing(secret_key, KeyPurpose.WEBHOOK_SECRETS).decrypt(row.encode()).decode() for row in rows
        ]
    except InvalidToken:
        raise ValueError("KANTEI_SECRET_KEY has changed, so webhook secrets cannot be read") from None


def digest(text: str) -> str:
    """The SHA-256 by which a random secret is stored."""
    return hashlib.sha256(text.encode()).hexdigest()
