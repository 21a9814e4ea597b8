"""WebAuthn: what a browser is asked, and whether its answer is a moderator's passkey.

The question travels with the page, sealed and bound to the browser's cookie, and is good for ten
minutes.
"""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from urllib.parse import urlsplit

from cryptography.fernet import Fernet, InvalidToken
from flask import request
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    parse_authentication_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from api.http.parts import parts
from api.review.frame.guard import visitor
from core.clock import now
from core.keys import KeyPurpose, sealing
from store.clients.clients import digest
from store.tables.factor_tables import Passkey
from store.tables.people_tables import Moderator

GOOD_FOR = 600  # seconds
LONGEST = 20_000  # characters; the longest keys are a tenth of it
# What a malformed answer makes the library raise.
_FAULTS = (WebAuthnException, ValueError, TypeError, KeyError, AttributeError, RecursionError)


class CeremonyError(Exception):
    """The browser's answer is not what was asked for."""


class Ceremony(StrEnum):
    """What a browser is asked for."""

    CREATE = "create"
    GET = "get"


@dataclass(frozen=True, slots=True)
class PasskeyPlace:
    """Where passkeys are good for: the host name, and the origin that browsers say they are on."""

    rp_id: str
    origin: str


@dataclass(frozen=True, slots=True)
class Question:
    """What a page asks its browser: options as JSON, and sealed, to come back with the answer."""

    kind: Ceremony
    options: str
    sealed: str


def passkey_place() -> PasskeyPlace | None:
    """Where this request's passkeys are good for; None if browsers make none here.

    They need a host name, and TLS unless it is `localhost`.
    """
    scheme = "https" if parts().secure_cookies else request.scheme
    origin = parts().public_url or f"{scheme}://{request.host}"
    split = urlsplit(origin)
    name = split.hostname or ""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        is_local = name == "localhost" or name.endswith(".localhost")
        return PasskeyPlace(name, origin) if split.scheme == "https" or is_local else None
    return None


def ask_to_create(moderator: Moderator, known: Iterable[Passkey]) -> Question | None:
    """Ask for a new passkey of a moderator; None where there can be none."""
    place = passkey_place()
    if place is None:
        return None
    options = generate_registration_options(
        rp_id=place.rp_id,
        rp_name="Kantei",
        user_id=moderator.id.encode(),
        user_name=moderator.email,
        exclude_credentials=_descriptors(known),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    return Question(Ceremony.CREATE, options_to_json(options), _seal(Ceremony.CREATE, options.challenge))


def ask_to_sign(known: Iterable[Passkey] | None = None) -> Question | None:
    """Ask for a signature by one of these passkeys, or by any; None if none can be used here."""
    place = passkey_place()
    here = None if known is None else [one for one in known if place and one.rp_id == place.rp_id]
    if place is None or here == []:
        return None
    options = generate_authentication_options(
        rp_id=place.rp_id,
        allow_credentials=None if here is None else _descriptors(here),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return Question(Ceremony.GET, options_to_json(options), _seal(Ceremony.GET, options.challenge))


def read_created(answer: str, sealed: str) -> tuple[PasskeyPlace, VerifiedRegistration]:
    """Read a browser's new passkey. Errors: CeremonyError."""
    place, _asked_at, challenge = _opened(Ceremony.CREATE, sealed)
    try:
        verified = verify_registration_response(
            credential=answer[:LONGEST],
            expected_challenge=challenge,
            expected_rp_id=place.rp_id,
            expected_origin=place.origin,
            require_user_verification=True,
        )
    except _FAULTS as error:
        raise CeremonyError from error
    return place, verified


def read_named(answer: str) -> tuple[str, AuthenticationCredential]:
    """Read which passkey an answer names; nothing of it is verified yet. Errors: CeremonyError."""
    try:
        credential = parse_authentication_credential_json(answer[:LONGEST])
    except _FAULTS as error:
        raise CeremonyError from error
    return bytes_to_base64url(credential.raw_id), credential


def check_signed(credential: AuthenticationCredential, passkey: Passkey, sealed: str) -> tuple[int, datetime]:
    """The new count of a passkey's uses, and when it was asked. Errors: CeremonyError for a wrong signature.

    The library refuses a count that has not grown, which a copied key would show.
    """
    place, asked_at, challenge = _opened(Ceremony.GET, sealed)
    handle = credential.response.user_handle
    if handle is not None and handle != passkey.moderator_id.encode():
        raise CeremonyError
    try:
        verified = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=place.rp_id,
            expected_origin=place.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except _FAULTS as error:
        raise CeremonyError from error
    return verified.new_sign_count, asked_at


def _descriptors(passkeys: Iterable[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential_id)) for one in passkeys]


def _sealing() -> Fernet:
    return sealing(parts().secret_key, KeyPurpose.PASSKEY_QUESTIONS)


def _seal(kind: Ceremony, challenge: bytes) -> str:
    binding = f"{kind} {digest(visitor().token)} {now().timestamp()} ".encode()
    return _sealing().encrypt(binding + challenge).decode()


def _opened(kind: Ceremony, sealed: str) -> tuple[PasskeyPlace, datetime, bytes]:
    """Open the question that came back: where, when and with which challenge it was asked."""
    place = passkey_place()
    try:
        asked, owner, at, challenge = _sealing().decrypt(sealed.encode(), ttl=GOOD_FOR).split(b" ", 3)
    except InvalidToken as error:
        raise CeremonyError from error
    if place is None or (asked.decode(), owner.decode()) != (kind, digest(visitor().token)):
        raise CeremonyError
    return place, datetime.fromtimestamp(float(at), UTC), challenge
