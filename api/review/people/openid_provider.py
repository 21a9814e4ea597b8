"""An OpenID provider: where it is asked, and what its answer says about a person (OpenID Connect Core)."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from requests import RequestException

from api.http.parts import ApiParts, OpenIdClient

log = logging.getLogger(__name__)

TIMEOUT = 10.0
REMEMBERED = 3600.0  # seconds for which the provider's addresses and keys are kept
SCOPE = "openid email profile"
# Signatures by the provider's own keys; none by a shared secret, and never "none".
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
LEEWAY = 60  # seconds by which clocks may differ


class ProviderError(Exception):
    """The provider did not answer, or its answer is not what was asked for; the log has the cause."""


@dataclass(frozen=True, slots=True)
class OpenIdRequest:
    """What is remembered while a person is at the provider; `verifier` is that of PKCE (RFC 7636)."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class OpenIdPerson:
    """What a provider says about a person; `email` only if it has verified the address."""

    subject: str
    email: str | None
    names: frozenset[str]
    has_second_factor: bool


@dataclass(frozen=True, slots=True)
class _Metadata:
    addresses: Mapping[str, Any]
    keys: KeySet
    read_at: float


class OpenIdProvider:
    """The provider of an application: one object for all its requests, which remembers addresses and keys."""

    def __init__(self, parts: ApiParts) -> None:
        self._client = parts.sign_in.openid
        self._metadata: _Metadata | None = None

    @property
    def client(self) -> OpenIdClient:
        """What Kantei is at the provider. Errors: ProviderError if there is none."""
        if self._client is None:
            raise ProviderError("no provider")
        return self._client

    def begin(self, redirect_uri: str) -> tuple[str, OpenIdRequest]:
        """The address to send a person to, and what to remember. Errors: ProviderError."""
        asked = OpenIdRequest(generate_token(32), generate_token(32), generate_token(64))
        with self._session(redirect_uri, code_challenge_method="S256") as session:
            address, _state = session.create_authorization_url(
                self._known().addresses["authorization_endpoint"],
                state=asked.state,
                code_verifier=asked.verifier,
                nonce=asked.nonce,
            )
        return str(address), asked

    def finish(self, redirect_uri: str, code: str, asked: OpenIdRequest) -> OpenIdPerson:
        """Exchange a code for what the provider says about a person. Errors: ProviderError."""
        try:
            with self._session(redirect_uri) as session:
                token = session.fetch_token(
                    self._known().addresses["token_endpoint"], code=code, code_verifier=asked.verifier
                )
                claims = self._verified(token, asked.nonce)
                if {"email", self.client.roles_claim} - claims.keys():
                    claims = self._more_claims(session, claims)
        except (AuthlibBaseError, JoseError, RequestException, ValueError, KeyError, TypeError) as error:
            log.warning("single sign-on failed: %s: %s", type(error).__name__, str(error)[:300])
            raise ProviderError from error
        return _person(claims, self.client.roles_claim)

    def _verified(self, token: Mapping[str, Any], nonce: str) -> dict[str, Any]:
        """The claims of the ID token (section 3.1.3.7). If its key is unknown, keys are read again once."""
        try:
            read = jwt.decode(token["id_token"], self._known().keys, algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            self._metadata = None
            read = jwt.decode(token["id_token"], self._known().keys, algorithms=ALGORITHMS)
        wanted = {
            "iss": {"essential": True, "value": self.client.issuer},
            "aud": {"essential": True, "value": self.client.client_id},
        }
        given = {
            "nonce": nonce,
            "client_id": self.client.client_id,
            "access_token": token.get("access_token"),
        }
        CodeIDToken(read.claims, read.header, wanted, given).validate(leeway=LEEWAY)
        return dict(read.claims)

    def _more_claims(self, session: OAuth2Session, claims: dict[str, Any]) -> dict[str, Any]:
        """What the provider tells only when it is asked for it; of no one else (section 5.3.2)."""
        address = self._known().addresses.get("userinfo_endpoint")
        if not address:
            return claims
        answer = session.get(address, timeout=TIMEOUT)
        answer.raise_for_status()
        told = answer.json()
        if told.get("sub") != claims["sub"]:
            raise ValueError("the claims are about somebody else")
        return join_claims(claims, told)

    def _known(self) -> _Metadata:
        """The provider's addresses and keys (OpenID Connect Discovery 1.0)."""
        found = self._metadata
        if found is not None and time.monotonic() - found.read_at < REMEMBERED:
            return found
        try:
            with self._session("") as session:
                addresses = _get(
                    session, f"{self.client.issuer.rstrip('/')}/.well-known/openid-configuration"
                )
                if addresses["issuer"] != self.client.issuer:
                    raise ValueError(f"the provider calls itself {addresses['issuer']!r}")
                if not {"authorization_endpoint", "token_endpoint"} <= addresses.keys():
                    raise ValueError("the provider names no address to log in at")
                keys = KeySet.import_key_set(_get(session, addresses["jwks_uri"]))
        except (RequestException, JoseError, ValueError, KeyError, TypeError) as error:
            log.warning("OpenID provider not read: %s: %s", type(error).__name__, str(error)[:300])
            raise ProviderError from error
        self._metadata = found = _Metadata(addresses, keys, time.monotonic())
        return found

    def _session(self, redirect_uri: str, **more: str) -> OAuth2Session:
        client = self.client
        method = "client_secret_basic" if client.client_secret else "none"
        return OAuth2Session(
            client.client_id,
            client.client_secret or None,
            token_endpoint_auth_method=method,
            scope=SCOPE,
            redirect_uri=redirect_uri,
            default_timeout=TIMEOUT,
            **more,
        )


def join_claims(claims: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """What the ID token says, and what else the provider told; one address is never verified by another."""
    joined = {**told, **claims}
    if "email" in claims and "email_verified" not in claims and told.get("email") != claims["email"]:
        joined.pop("email_verified", None)
    return joined


def _get(session: OAuth2Session, address: str) -> Any:
    answer = session.get(address, withhold_token=True, timeout=TIMEOUT)
    answer.raise_for_status()
    return answer.json()


def _person(claims: Mapping[str, Any], roles_claim: str) -> OpenIdPerson:
    named = claims.get(roles_claim)
    names = named.split() if isinstance(named, str) else named if isinstance(named, list) else []
    email = claims.get("email") if claims.get("email_verified") is True else None
    methods = claims.get("amr")
    return OpenIdPerson(
        subject=str(claims["sub"]),
        email=email if isinstance(email, str) else None,
        names=frozenset(str(name) for name in names),
        # RFC 8176: several factors were used.
        has_second_factor=isinstance(methods, list) and "mfa" in methods,
    )
