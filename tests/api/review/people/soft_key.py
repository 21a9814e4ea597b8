"""A security key made of software: it answers as a browser with an authenticator would (WebAuthn)."""

import json
import secrets
import struct
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass(kw_only=True)
class SoftKey:
    """One credential; tests change what it says of itself."""

    origin: str = "http://localhost"
    rp_id: str = "localhost"
    flags: int = PRESENT | VERIFIED
    count: int = 0
    user: bytes | None = None
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))

    def create(self, options: str) -> str:
        """Answer the question for a new passkey."""
        asked = json.loads(options)
        self.user = base64url_to_bytes(asked["user"]["id"])
        point = self.key.public_key().public_numbers()
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)})
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + public
        data = self._authenticator_data(ATTESTED) + attested
        made = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client_data("webauthn.create", asked["challenge"])
        return self._answer({"clientDataJSON": client, "attestationObject": made})

    def sign(self, options: str) -> str:
        """Answer the question for a signature, and count it."""
        self.count += 1
        client, data = (
            self._client_data("webauthn.get", json.loads(options)["challenge"]),
            self._authenticator_data(),
        )
        signature = self.key.sign(data + sha256(client).digest(), ECDSA(SHA256()))
        answer = {"clientDataJSON": client, "authenticatorData": data, "signature": signature}
        return self._answer(answer | ({"userHandle": self.user} if self.user else {}))

    def _client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _authenticator_data(self, more: int = 0) -> bytes:
        return sha256(self.rp_id.encode()).digest() + struct.pack(">BI", self.flags | more, self.count)

    def _answer(self, response: dict[str, bytes]) -> str:
        written: dict[str, Any] = {name: bytes_to_base64url(value) for name, value in response.items()}
        name = bytes_to_base64url(self.id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": written})
