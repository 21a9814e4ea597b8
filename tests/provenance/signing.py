"""Sign C2PA manifests with certificates of the tests' own."""

import base64
import datetime as dt
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

BASE = "http://cv.iptc.org/newscodes/digitalsourcetype/"


@dataclass(frozen=True, slots=True)
class Signer:
    """A signer and the root that vouches for it, as PEM."""

    chain: str
    key: str
    root: str


def make_signer(organisation: str) -> Signer:
    """Make a root and a signing certificate as the C2PA specification wants it (section 14.5)."""
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root_name = _name(f"{organisation} Root")
    root = (
        _builder(root_name, root_name, root_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_usage(is_root=True), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    leaf = (
        _builder(_name(organisation), root_name, key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(is_root=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .add_extension(authority, critical=False)
        .sign(root_key, hashes.SHA256())
    )
    root_pem, leaf_pem = (item.public_bytes(Encoding.PEM).decode() for item in (root, leaf))
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return Signer(leaf_pem + root_pem, pem, root_pem)


def _name(text: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, text),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{text} signer"),
        ]
    )


def _builder(name: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=2))
        .not_valid_after(now + dt.timedelta(days=30))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, is_root: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=is_root,
        crl_sign=is_root,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def fingerprint(signer: Signer) -> str:
    """The SHA-256 of a signer's certificate, as lists of single signers have it."""
    leaf = x509.load_pem_x509_certificates(signer.chain.encode())[0]
    return base64.b64encode(leaf.fingerprint(hashes.SHA256())).decode()


def created(code: str, agent: str = "A drawing program") -> dict[str, Any]:
    return {"action": "c2pa.created", "digitalSourceType": BASE + code, "softwareAgent": {"name": agent}}


def edited(code: str, action: str = "c2pa.edited") -> dict[str, Any]:
    return {"action": action, "digitalSourceType": BASE + code}


def sign(
    data: bytes,
    mime: str,
    signer: Signer,
    actions: list[dict[str, Any]],
    *,
    parent: bytes | None = None,
    component: bytes | None = None,
    assertions: dict[str, Any] | None = None,
    trusting: str = "",
    is_trust_checked: bool = True,
    ingredients: list[dict[str, Any]] | None = None,
    name: str = "",
    created_labels: Sequence[str] = (),
) -> bytes:
    """Put a signed manifest with these actions into a picture.

    `parent` is opened as its ingredient, `component` is an ingredient among others; `trusting` are the roots
    by which the signers of both are said to be trusted; nothing is said of that unless `is_trust_checked`.
    `ingredients` are others without a file, with what is recorded of them. `name` is the manifest's.
    `created_labels`: which of the assertions the signer says that it made itself.
    """
    others = [
        {"label": label, "data": data, "created": label in created_labels}
        for label, data in (assertions or {}).items()
    ]
    acted = [{"label": "c2pa.actions.v2", "data": {"actions": actions}}] if actions else []
    manifest = {
        "claim_generator_info": [{"name": "tests", "version": "1"}],
        "assertions": [*acted, *others],
        "ingredients": ingredients or [],
        **({"label": name} if name else {}),
    }
    info = c2pa.C2paSignerInfo(b"es256", signer.chain.encode(), signer.key.encode(), None)
    settings: dict[str, Any] = {"version": 1, "verify": {"verify_trust": is_trust_checked}}
    if trusting:
        settings["trust"] = {"anchors": [{"trust_kind": "manifest", "trust_anchors": trusting}]}
    context = c2pa.Context(settings=c2pa.Settings.from_dict(settings))
    out = io.BytesIO()
    with (
        c2pa.Signer.from_info(info) as native,
        c2pa.Builder.from_json(json.dumps(manifest), context) as builder,
    ):
        if parent is not None:
            builder.set_intent(c2pa.C2paBuilderIntent.EDIT)  # writes `c2pa.opened` with its ingredient
            ingredient = {"title": "parent", "relationship": "parentOf"}
            builder.add_ingredient(json.dumps(ingredient), mime, io.BytesIO(parent))
        if component is not None:
            ingredient = {"title": "component", "relationship": "componentOf"}
            builder.add_ingredient(json.dumps(ingredient), mime, io.BytesIO(component))
        builder.sign(native, mime, io.BytesIO(data), out)
    return out.getvalue()
