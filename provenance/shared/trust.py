"""The C2PA signers that the operator trusts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TrustList:
    """PEM certificates: `anchors` are roots whose chains are trusted, `allowed` single signers.

    A line of `allowed` may also be the SHA-256 of a signer's certificate (DER), in base64.

    `config` names the extended key usages that a signer may have, one object identifier a line;
    empty means those of the C2PA specification. Without any list no manifest becomes a proof: a
    signature that no one vouches for proves that someone signed.
    """

    anchors: str = ""
    allowed: str = ""
    config: str = ""
