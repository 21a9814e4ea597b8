"""Image bytes, known by their SHA-256.

`BlobStore` is all that the rooms know: files of a folder here, an S3-compatible store in
`store/bytes/s3_blobs.py`. A blob is the image itself (`name=""`) or something made from it
(`name=THUMBNAIL`), kept beside it.
"""

import contextlib
import hashlib
import os
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Protocol

PIECE = 256 * 1024
THUMBNAIL = "thumbnail.jpg"  # the small picture that workers make of every image


class BlobsUnavailableError(Exception):
    """The store is full or does not answer; what was asked may be asked again later."""


class BlobStore(Protocol):
    """Keep bytes under their digest. Errors of every method: BlobsUnavailableError."""

    def put(self, data: bytes) -> str:
        """Keep an image and return its SHA-256; the same bytes twice are kept once."""
        sha256 = hashlib.sha256(data).hexdigest()
        self.put_as(sha256, "", data)
        return sha256

    def put_stream(self, stream: BinaryIO) -> str:
        """Keep an image that is read a piece at a time, and return its SHA-256."""

    def put_as(self, sha256: str, name: str, data: bytes) -> None:
        """Keep something made from an image, or, without a name, an image whose digest is known already."""

    def get(self, sha256: str, name: str = "") -> bytes:
        """The bytes. Errors: `KeyError` if there are none."""

    def open(self, sha256: str, name: str = "") -> BinaryIO:
        """The bytes as a stream that the caller closes. Errors: `KeyError`."""

    def delete(self, sha256: str) -> None:
        """Forget an image and all that was made from it."""

    def kept(self) -> Iterator[tuple[str, datetime]]:
        """List every image with the moment it was last put, in no order."""

    def kept_at(self, sha256: str) -> datetime | None:
        """When an image was last put; None if it is not stored."""


def blob_key(sha256: str, name: str = "") -> str:
    """Name the place of a blob, the same in a folder and in a bucket: `ab/cd/abcd…[.name]`.

    Errors: KeyError. The digest becomes a path: anything but 64 hex digits could walk out of the folder.
    """
    if len(sha256) != 64 or not all(c in "0123456789abcdef" for c in sha256):
        raise KeyError(sha256)
    if name and not name.replace(".", "").replace("_", "").isalnum():
        raise KeyError(name)
    file = f"{sha256}.{name}" if name else sha256
    return f"{sha256[:2]}/{sha256[2:4]}/{file}"


@contextlib.contextmanager
def _storage_errors() -> Iterator[None]:
    """Raises the store's own error for a disk that is full or fails."""
    try:
        yield
    except OSError as error:
        raise BlobsUnavailableError(error.strerror or type(error).__name__) from error


class FolderBlobs(BlobStore):
    """Blobs as files: `root/ab/cd/abcd…`, and `abcd….thumbnail.jpg` beside it."""

    def __init__(self, root: Path) -> None:
        self._root = root
        root.mkdir(parents=True, exist_ok=True)

    def put_stream(self, stream: BinaryIO) -> str:
        """Keep an image that is read a piece at a time; its digest, and so its place, is known last."""
        digest = hashlib.sha256()
        with _storage_errors(), self._draft(self._root) as (draft, file):
            while piece := stream.read(PIECE):
                digest.update(piece)
                file.write(piece)
            _to_disk(file)
            path = self._path(digest.hexdigest(), "")
            path.parent.mkdir(parents=True, exist_ok=True)
            draft.replace(path)
        return digest.hexdigest()

    def put_as(self, sha256: str, name: str, data: bytes) -> None:
        """Keep something made from an image; written aside and renamed, so that no reader sees half."""
        path = self._path(sha256, name)
        with _storage_errors():
            try:
                os.utime(path)  # put again: whoever looks for what no one wants sees that it is wanted
                return
            except FileNotFoundError:
                pass
            path.parent.mkdir(parents=True, exist_ok=True)
            with self._draft(path.parent) as (draft, file):
                file.write(data)
                _to_disk(file)
                draft.replace(path)

    def get(self, sha256: str, name: str = "") -> bytes:
        """The bytes. Errors: `KeyError` if there are none."""
        with self.open(sha256, name) as file, _storage_errors():
            return file.read()

    def open(self, sha256: str, name: str = "") -> BinaryIO:
        """The bytes as a stream. Errors: `KeyError` if there are none."""
        with _storage_errors():
            try:
                return self._path(sha256, name).open("rb")
            except FileNotFoundError:
                raise KeyError(sha256) from None

    def delete(self, sha256: str) -> None:
        """Forget an image and all that was made from it; fine where there is nothing."""
        path = self._path(sha256, "")
        with _storage_errors():
            for file in path.parent.glob(f"{sha256}*"):
                file.unlink(missing_ok=True)

    def kept(self) -> Iterator[tuple[str, datetime]]:
        """List every image, a folder at a time; also one of which only derived blobs are left."""
        for folder in self._root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]"):
            found: dict[str, float] = {}
            with _storage_errors(), os.scandir(folder) as entries:
                for entry in entries:
                    sha256 = entry.name.partition(".")[0]
                    if len(sha256) == 64:
                        with contextlib.suppress(FileNotFoundError):
                            found[sha256] = max(found.get(sha256, 0.0), entry.stat().st_mtime)
            for sha256, at in found.items():
                yield sha256, datetime.fromtimestamp(at, UTC)

    def kept_at(self, sha256: str) -> datetime | None:
        """When an image was last put; None if it is not stored."""
        with _storage_errors():
            try:
                return datetime.fromtimestamp(self._path(sha256, "").stat().st_mtime, UTC)
            except FileNotFoundError:
                return None

    def _path(self, sha256: str, name: str) -> Path:
        return self._root / blob_key(sha256, name)

    @contextlib.contextmanager
    def _draft(self, folder: Path) -> Iterator[tuple[Path, BinaryIO]]:
        draft = folder / f".{secrets.token_hex(8)}"
        try:
            with draft.open("wb") as file:
                yield draft, file
        finally:
            draft.unlink(missing_ok=True)


def _to_disk(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
