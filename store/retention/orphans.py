"""Image bytes that no row knows: of uploads whose transaction failed, of a purge that was cut off.

Bytes are put before rows, so young ones may only be waiting for theirs: nothing younger than a day is
touched, and putting bytes again makes them young.
"""

from datetime import datetime, timedelta
from itertools import islice

from store.appeals.appeal_files import unwanted
from store.base.database import Database
from store.bytes.blobs import BlobStore

STEP = 500  # digests a question
YOUNG = timedelta(days=1)


def forget_orphans(database: Database, blobs: BlobStore, *, at: datetime) -> int:
    """Delete every image that no row knows, and what was made from it; give how many."""
    before = at - YOUNG
    old = (sha256 for sha256, kept_at in blobs.kept() if kept_at < before)
    forgotten = 0
    while step := list(islice(old, STEP)):
        with database.reading() as session:
            orphans = unwanted(session, step)
        for sha256 in sorted(orphans):
            kept_at = blobs.kept_at(sha256)
            if kept_at is None or kept_at < before:  # not put again in the meantime
                blobs.delete(sha256)
                forgotten += 1
    return forgotten
