"""Image bytes in an S3-compatible store, under the same names as in a folder.

So a folder moves into a bucket by any tool that copies files. Nothing here makes a presigned URL: the
bytes leave through our own routes alone, which ask for a login.
"""

import hashlib
import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, BinaryIO

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import S3Store

from core.settings.blobs_url import S3Place
from store.bytes.blobs import PIECE, BlobStore, BlobsUnavailableError, blob_key

if TYPE_CHECKING:  # known to type checkers alone
    from obstore.store import ClientConfig, RetryConfig, S3Config

IN_MEMORY = 1024 * 1024  # bytes of an upload; the rest waits on disk until its digest is known
PATIENCE = timedelta(seconds=10)  # for one request; a whole call may try again within RETRY
RETRY: "RetryConfig" = {"max_retries": 2, "retry_timeout": timedelta(seconds=20)}


class S3Blobs(BlobStore):
    """Blobs as objects: `prefix/ab/cd/abcd…`. To be made after the fork: it has threads of its own."""

    def __init__(self, place: S3Place) -> None:
        config: S3Config = {"region": place.region, "virtual_hosted_style_request": place.is_virtual}
        config["disable_bulk_delete"] = True  # not every compatible store knows it, and we delete few at once
        if place.endpoint:
            config["endpoint"] = place.endpoint
        if place.access_key:
            config["access_key_id"] = place.access_key
            config["secret_access_key"] = place.secret_key
        client: ClientConfig = {
            "timeout": PATIENCE,
            "connect_timeout": timedelta(seconds=3),
            "allow_http": place.endpoint.startswith("http:"),
        }
        self._store = S3Store(
            place.bucket,
            prefix=place.prefix or None,
            config=config,
            client_options=client,
            retry_config=RETRY,
        )

    def put_stream(self, stream: BinaryIO) -> str:
        """Keep an image that is read a piece at a time; its digest, and so its name, is known last."""
        digest = hashlib.sha256()
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as kept:
            while piece := stream.read(PIECE):
                digest.update(piece)
                kept.write(piece)
            kept.seek(0)
            self.put_as(digest.hexdigest(), "", kept.read())
        return digest.hexdigest()

    def put_as(self, sha256: str, name: str, data: bytes) -> None:
        """Keep something made from an image; an object is whole or not there."""
        with _storage_errors():
            obstore.put(self._store, blob_key(sha256, name), data, use_multipart=False)

    def get(self, sha256: str, name: str = "") -> bytes:
        """The bytes. Errors: `KeyError` if there are none."""
        with _storage_errors(sha256):
            return bytes(obstore.get(self._store, blob_key(sha256, name)).bytes())

    def open(self, sha256: str, name: str = "") -> BinaryIO:
        """The bytes as a stream in memory, since images are small. Errors: `KeyError`."""
        return io.BytesIO(self.get(sha256, name))

    def delete(self, sha256: str) -> None:
        """Forget an image and all that was made from it; fine where there is nothing."""
        with _storage_errors():
            for path in list(self._of(sha256)):
                obstore.delete(self._store, path)

    def kept(self) -> Iterator[tuple[str, datetime]]:
        """List every image, as the store lists names: those made from one follow it."""
        last, at = "", None
        with _storage_errors():
            for batch in obstore.list(self._store):
                for item in batch:
                    sha256 = item["path"].rpartition("/")[2].partition(".")[0]
                    if len(sha256) != 64:
                        continue
                    if last and at is not None and sha256 != last:
                        yield last, at
                        at = None
                    last = sha256
                    at = item["last_modified"] if at is None else max(at, item["last_modified"])
        if last and at is not None:
            yield last, at

    def kept_at(self, sha256: str) -> datetime | None:
        """When an image was last put; None if it is not stored."""
        try:
            with _storage_errors(sha256):
                return obstore.head(self._store, blob_key(sha256))["last_modified"]
        except KeyError:
            return None

    def _of(self, sha256: str) -> Iterator[str]:
        """List an image and what was made from it: from just before its name to the first other one."""
        key = blob_key(sha256)
        for batch in obstore.list(self._store, key.rpartition("/")[0], offset=key[:-1]):
            for item in batch:
                if item["path"].startswith(key):
                    yield item["path"]
                elif item["path"] > key:
                    return


@contextmanager
def _storage_errors(sha256: str = "") -> Iterator[None]:
    """Raises the store's own error: the client's errors may quote addresses and headers."""
    try:
        yield
    except (NotFoundError, FileNotFoundError):
        raise KeyError(sha256) from None
    except (BaseError, OSError) as error:
        raise BlobsUnavailableError(type(error).__name__) from None
