"""Hashing stored images without a perceptual hash, a few at a time; can be interrupted and continued."""

from collections.abc import Callable
from dataclasses import dataclass

from core.clock import now
from core.known.known_image import PictureHash
from model.known.pdq import pdq_hash
from model.serving.picture import PictureError, decode_picture
from store.base.database import Database
from store.bytes.blobs import BlobStore
from store.known.hash_backfill import keep_late_hash, unhashed

STEP = 100  # images a transaction


@dataclass(frozen=True, slots=True)
class Hashed:
    """How many images were hashed, and how many could not be: their bytes are gone, or no picture."""

    done: int = 0
    gone: int = 0
    unreadable: int = 0

    def __add__(self, other: "Hashed") -> "Hashed":
        return Hashed(self.done + other.done, self.gone + other.gone, self.unreadable + other.unreadable)


def hash_older(
    database: Database, blobs: BlobStore, *, max_pixels: int, say: Callable[[Hashed], None] = lambda _: None
) -> Hashed:
    """Walk all images without a hash once; `say` is told how far it is after each step.

    Hashes are stored step by step, so that an interrupted run can be continued. What cannot be
    hashed is left as it is, and tried again by the next run.
    """
    total, after = Hashed(), ""
    while True:
        with database.reading() as session:
            step = unhashed(session, after=after, limit=STEP)
        if not step:
            return total
        hashes, found = {}, Hashed()
        for sha256 in step:
            result = _hash(blobs, sha256, max_pixels)
            if isinstance(result, Hashed):
                found += result
            else:
                hashes[sha256] = result
        with database.writing() as session:
            for sha256, picture_hash in hashes.items():
                keep_late_hash(session, sha256, picture_hash, now())
        total, after = total + found + Hashed(done=len(hashes)), step[-1]
        say(total)


def _hash(blobs: BlobStore, sha256: str, max_pixels: int) -> PictureHash | Hashed:
    try:
        data = blobs.get(sha256)
    except KeyError:
        return Hashed(gone=1)
    try:
        return pdq_hash(decode_picture(data, max_pixels=max_pixels).rgb)
    except PictureError:
        return Hashed(unreadable=1)
