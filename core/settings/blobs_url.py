"""The URL of the blob store: `s3://bucket/prefix?endpoint=https://s3.example&region=eu-central-1`."""

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")  # Amazon S3 user guide, "Bucket naming rules"
PREFIX = re.compile(r"[0-9A-Za-z!_.*'()/-]*")  # the safe characters of "Naming objects"
REGION = re.compile(r"[a-z0-9-]{1,40}")


@dataclass(frozen=True, slots=True)
class S3Place:
    """A bucket of an S3-compatible store; without keys, those of the machine's own role are used.

    `endpoint` is empty for Amazon's own; `is_virtual` puts the bucket into the host name.
    """

    bucket: str
    prefix: str
    endpoint: str
    region: str
    is_virtual: bool
    access_key: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)


def parse_s3_url(text: str) -> S3Place | None:
    """Read an `s3:` URL; None where none is given. Errors: ValueError, which holds no secret."""
    if not text:
        return None
    parts = urlsplit(text)
    if parts.scheme != "s3":
        raise ValueError(f"must start with s3:, not {parts.scheme!r}")
    if "@" in parts.netloc:
        raise ValueError(
            "must not contain credentials; use KANTEI_BLOBS_ACCESS_KEY and KANTEI_BLOBS_SECRET_KEY"
        )
    if not BUCKET.fullmatch(parts.netloc):
        raise ValueError(f"has no valid bucket name: {parts.netloc!r}")
    if not PREFIX.fullmatch(parts.path) or ".." in parts.path:
        raise ValueError(f"has an invalid prefix: {parts.path!r}")
    options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    if unknown := options.keys() - {"endpoint", "region", "style"}:
        raise ValueError(f"has an unknown option: {min(unknown)!r}")
    endpoint = options.get("endpoint", "")
    if endpoint:
        place = urlsplit(endpoint)
        if place.scheme not in {"http", "https"} or not place.hostname or place.query or "@" in place.netloc:
            raise ValueError(f"has an endpoint that is not an http or https URL: {endpoint!r}")
    region = options.get("region", "us-east-1")
    if not REGION.fullmatch(region):
        raise ValueError(f"has an invalid region: {region!r}")
    style = options.get("style", "path" if endpoint else "virtual")
    if style not in {"path", "virtual"}:
        raise ValueError(f"must have style=path or style=virtual, not {style!r}")
    return S3Place(
        parts.netloc,
        parts.path.strip("/"),
        endpoint.rstrip("/"),
        region,
        style == "virtual",
    )
