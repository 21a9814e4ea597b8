"""Image bytes, known by their SHA-256.

`BlobStore` is all that the rooms know; an S3-compatible store can fill it later. A blob is the image
itself (`name=""`) or something made from it (`name="thumbnail.webp"`), kept beside it.
"""

import contextlib
import hashlib
import os
import secrets
from pathlib import Path
from typing import BinaryIO, Protocol

PIECE = 256 * 1024


class BlobStore(Protocol):
    """Keep bytes under their digest."""

    def put(self, data: bytes) -> str:
        """Keep an image and give its SHA-256; the same bytes twice are kept once."""

    def put_stream(self, stream: BinaryIO) -> str:
        """Keep an image that is read a piece at a time, and give its SHA-256."""

    def put_derived(self, sha256: str, name: str, data: bytes) -> None:
        """Keep something made from an image."""

    def get(self, sha256: str, name: str = "") -> bytes:
        """Give the bytes. Errors: KeyError where there are none."""

    def open(self, sha256: str, name: str = "") -> BinaryIO:
        """Give the bytes as a stream that the caller closes. Errors: KeyError."""

    def delete(self, sha256: str) -> None:
        """Forget an image and all that was made from it."""


class FolderBlobs:
    """Blobs as files: `root/ab/cd/abcd…`, and `abcd….thumbnail.webp` beside it."""

    def __init__(self, root: Path) -> None:
        self._root = root
        root.mkdir(parents=True, exist_ok=True)

    def put(self, data: bytes) -> str:
        """Keep an image and give its SHA-256."""
        sha256 = hashlib.sha256(data).hexdigest()
        self.put_derived(sha256, "", data)
        return sha256

    def put_stream(self, stream: BinaryIO) -> str:
        """Keep an image that is read a piece at a time; its digest, and so its place, is known last."""
        digest = hashlib.sha256()
        draft = self._root / f".{secrets.token_hex(8)}"
        try:
            with draft.open("wb") as file:
                while piece := stream.read(PIECE):
                    digest.update(piece)
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            path = self._path(digest.hexdigest(), "")
            path.parent.mkdir(parents=True, exist_ok=True)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        return digest.hexdigest()

    def put_derived(self, sha256: str, name: str, data: bytes) -> None:
        """Keep something made from an image; written aside and renamed, so that no reader sees half."""
        path = self._path(sha256, name)
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{secrets.token_hex(8)}")
        try:
            with draft.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)

    def get(self, sha256: str, name: str = "") -> bytes:
        """Give the bytes. Errors: KeyError where there are none."""
        with self.open(sha256, name) as file:
            return file.read()

    def open(self, sha256: str, name: str = "") -> BinaryIO:
        """Give the bytes as a stream. Errors: KeyError where there are none."""
        try:
            return self._path(sha256, name).open("rb")
        except FileNotFoundError:
            raise KeyError(sha256) from None

    def delete(self, sha256: str) -> None:
        """Forget an image and all that was made from it; fine where there is nothing."""
        path = self._path(sha256, "")
        for file in path.parent.glob(f"{sha256}*"):
            with contextlib.suppress(FileNotFoundError):
                file.unlink()

    def _path(self, sha256: str, name: str) -> Path:
        # The digest becomes a path: anything but 64 hex digits could walk out of the folder.
        if len(sha256) != 64 or not all(c in "0123456789abcdef" for c in sha256):
            raise KeyError(sha256)
        if name and not name.replace(".", "").replace("_", "").isalnum():
            raise KeyError(name)
        file = f"{sha256}.{name}" if name else sha256
        return self._root / sha256[:2] / sha256[2:4] / file
