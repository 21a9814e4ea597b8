"""Second factors: authenticator apps (RFC 6238) and recovery codes."""

import logging
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest

from cryptography.fernet import InvalidToken
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import delete, func, select, union, update
from sqlalchemy.orm import Session

from core.keys import KeyPurpose, sealing
from store.clients.clients import digest
from store.people.passwords import one_time_password
from store.tables.factor_tables import AuthenticatorApp, Passkey, RecoveryCode

log = logging.getLogger(__name__)

ISSUER = "Kantei"
DIGITS, INTERVAL = 6, 30  # what every app can do
SECRET_BYTES = 20  # as long as the hash (RFC 4226, section 4)
RECOVERY_CODES = 10


@dataclass(frozen=True, slots=True)
class Factors:
    """What a moderator can show beside a password."""

    app_since: datetime | None = None
    recovery_codes: int = 0
    passkeys: tuple[Passkey, ...] = ()

    @property
    def has_any(self) -> bool:
        """True if a login needs a second factor."""
        return self.app_since is not None or bool(self.passkeys)


def factors_of(session: Session, moderator_id: str) -> Factors:
    """The second factors of a moderator."""
    codes = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.moderator_id == moderator_id)
    app = select(AuthenticatorApp.created_at).where(AuthenticatorApp.moderator_id == moderator_id)
    passkeys = select(Passkey).where(Passkey.moderator_id == moderator_id).order_by(Passkey.id)
    return Factors(session.scalar(app), session.scalar(codes) or 0, tuple(session.scalars(passkeys)))


def with_factors(session: Session) -> set[str]:
    """The ids of all moderators who have a second factor."""
    return set(session.scalars(union(select(AuthenticatorApp.moderator_id), select(Passkey.moderator_id))))


def new_app_secret() -> bytes:
    """Make the secret of an authenticator app."""
    return secrets.token_bytes(SECRET_BYTES)


def app_address(secret: bytes, email: str) -> str:
    """The address (`otpauth:`) that authenticator apps read from a QR code."""
    return _totp(secret).get_provisioning_uri(email, ISSUER)


def add_app(
    session: Session, moderator_id: str, secret: bytes, code: str, *, secret_key: str, at: datetime
) -> bool:
    """Add an app that shows this code now, in place of an earlier one; False if the code is wrong."""
    step = _matching_step(secret, code, at)
    if step is None:
        return False
    session.execute(delete(AuthenticatorApp).where(AuthenticatorApp.moderator_id == moderator_id))
    sealed = sealing(secret_key, KeyPurpose.SECOND_FACTORS).encrypt(secret).decode()
    session.add(AuthenticatorApp(moderator_id=moderator_id, ciphertext=sealed, last_step=step, created_at=at))
    return True


def use_app_code(session: Session, moderator_id: str, code: str, *, secret_key: str, at: datetime) -> bool:
    """Accept a code of a moderator's app, once: of two requests with the same code, one is let in."""
    app = session.get(AuthenticatorApp, moderator_id)
    if app is None:
        return False
    try:
        secret = sealing(secret_key, KeyPurpose.SECOND_FACTORS).decrypt(app.ciphertext.encode())
    except InvalidToken:
        log.error("second factor not checked: KANTEI_SECRET_KEY has changed since it was added")
        return False
    step = _matching_step(secret, code, at)
    if step is None:
        return False
    used = session.scalar(
        update(AuthenticatorApp)
        .where(AuthenticatorApp.moderator_id == moderator_id, AuthenticatorApp.last_step < step)
        .values(last_step=step)
        .returning(AuthenticatorApp.moderator_id)
        .execution_options(synchronize_session=False)
    )
    return used is not None


def make_recovery_codes(session: Session, moderator_id: str) -> list[str]:
    """Make new recovery codes in place of the old ones; their texts are kept nowhere."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.moderator_id == moderator_id))
    codes = [one_time_password() for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(moderator_id=moderator_id, code_sha256=digest(code)) for code in codes)
    return codes


def use_recovery_code(session: Session, moderator_id: str, code: str) -> bool:
    """Accept a recovery code, once."""
    letters = "".join(letter for letter in code.lower() if letter.isalnum())
    text = "-".join(letters[i : i + 4] for i in range(0, len(letters), 4))
    used = session.scalar(
        delete(RecoveryCode)
        .where(RecoveryCode.moderator_id == moderator_id, RecoveryCode.code_sha256 == digest(text))
        .returning(RecoveryCode.id)
        .execution_options(synchronize_session=False)
    )
    return used is not None


def remove_app(session: Session, moderator_id: str) -> None:
    """Remove an authenticator app."""
    session.execute(delete(AuthenticatorApp).where(AuthenticatorApp.moderator_id == moderator_id))
    forget_spare_codes(session, moderator_id)


def forget_spare_codes(session: Session, moderator_id: str) -> None:
    """Remove the recovery codes of someone without a second factor: there is nothing that they replace."""
    if not factors_of(session, moderator_id).has_any:
        remove_factors(session, [moderator_id])


def remove_factors(session: Session, moderator_ids: Collection[str]) -> None:
    """Remove every second factor of moderators, and their recovery codes."""
    for table in (AuthenticatorApp, Passkey, RecoveryCode):
        session.execute(delete(table).where(table.moderator_id.in_(moderator_ids)))


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, DIGITS, SHA1(), INTERVAL)  # noqa: S303  # what RFC 6238 and every app use


def _matching_step(secret: bytes, code: str, at: datetime) -> int | None:
    """The interval whose code this is: the present one, or a neighbour, for clocks that are a little off."""
    given = "".join(code.split())
    if not (given.isascii() and given.isdigit() and len(given) == DIGITS):
        return None
    totp, here = _totp(secret), int(at.timestamp()) // INTERVAL
    for step in (here, here - 1, here + 1):
        if compare_digest(totp.generate(step * INTERVAL), given.encode()):
            return step
    return None
