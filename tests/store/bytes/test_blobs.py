"""Image bytes are kept, found, listed and forgotten alike in a folder and in an S3-compatible store."""

import errno
import hashlib
import io
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core.clock import now
from core.settings.settings import read_settings
from core.vocabulary import Source
from store.base.database import Database
from store.bytes.blobs import THUMBNAIL, BlobStore, BlobsUnavailableError, FolderBlobs
from store.bytes.s3_blobs import S3Blobs
from store.clients.clients import NewClient
from store.intake.submissions import SubmissionRequest
from store.retention.purge import YOUNG, forget_orphans
from store.tables.case_tables import Image
from tests.store.bytes.s3_server import SECRET_KEY, S3Server
from tests.submissions import add_submission

DATA = b"the bytes of an image" * 1000
SHA256 = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def s3() -> Iterator[S3Server]:
    with S3Server() as server:
        yield server


def s3_blobs(s3: S3Server, tmp_path: Path, **changes: str) -> S3Blobs:
    place = read_settings({"KANTEI_DATA_DIR": str(tmp_path), **s3.settings, **changes}).blobs
    assert place is not None
    return S3Blobs(place)


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    if request.param == "folder":
        return FolderBlobs(tmp_path / "blobs")
    return s3_blobs(request.getfixturevalue("s3"), tmp_path)


def test_bytes_come_back_whole_or_as_a_stream(store: BlobStore) -> None:
    assert store.put(DATA) == SHA256
    assert store.get(SHA256) == DATA
    with store.open(SHA256) as stream:
        assert stream.read() == DATA


def test_a_stream_larger_than_memory_gets_its_name_last(store: BlobStore) -> None:
    large = os.urandom(3_000_000)
    assert store.put_stream(io.BytesIO(large)) == hashlib.sha256(large).hexdigest()
    assert store.get(hashlib.sha256(large).hexdigest()) == large


def test_what_was_made_from_an_image_goes_with_it_and_nothing_else(store: BlobStore) -> None:
    neighbour = SHA256[:4] + "0" * 60
    store.put(DATA)
    for number in range(4):
        store.put_as(SHA256, f"{number}.heatmap.png", b"heat")
    store.put_as(neighbour, "", b"another")
    assert store.get(SHA256, "2.heatmap.png") == b"heat"
    store.delete(SHA256)
    store.delete(SHA256)
    for name in ("", "2.heatmap.png"):
        with pytest.raises(KeyError):
            store.get(SHA256, name)
    assert store.get(neighbour) == b"another"
    assert store.kept_at(SHA256) is None


@pytest.mark.parametrize("sha256", ["../../etc/passwd", "A" * 64, "a" * 63, ""])
def test_a_digest_that_is_none_names_nothing(store: BlobStore, sha256: str) -> None:
    with pytest.raises(KeyError):
        store.get(sha256)
    with pytest.raises(KeyError):
        store.put_as("a" * 64, "../name", b"x")


def test_every_image_is_listed_once_with_its_time(store: BlobStore) -> None:
    began = now() - timedelta(seconds=2)
    digests = {store.put(f"image {number}".encode()) for number in range(8)}
    for sha256 in digests:
        store.put_as(sha256, THUMBNAIL, b"small")
    listed = list(store.kept())
    assert {sha256 for sha256, _ in listed} == digests
    assert len(listed) == len(digests)
    assert all(began <= at <= now() + timedelta(seconds=1) for _, at in listed)


def test_bytes_that_no_row_knows_are_forgotten_when_they_are_old(
    store: BlobStore, database: Database, shop: NewClient
) -> None:
    orphan, upload, image, purged = (store.put(name) for name in (b"orphan", b"upload", b"image", b"purged"))
    store.put_as(orphan, THUMBNAIL, b"small")
    with database.writing() as session:
        add_submission(session, shop.client.id, SubmissionRequest(Source.UPLOAD, upload_sha256=upload))
        for sha256 in (image, purged):
            session.add(Image(sha256=sha256, width=1, height=1, format="png", bytes=1))
        session.flush()
        session.get_one(Image, purged).purged_at = now()
    assert forget_orphans(database, store, at=now()) == 0  # young: its row may be on its way
    assert forget_orphans(database, store, at=now() + 2 * YOUNG) == 2
    assert {sha256 for sha256, _ in store.kept()} == {upload, image}


def test_bytes_put_again_while_orphans_are_looked_for_stay(tmp_path: Path, sqlite_database: Database) -> None:
    blobs = FolderBlobs(tmp_path / "blobs")
    sha256 = blobs.put(DATA)
    long_ago = (now() - 3 * YOUNG).timestamp()

    class PutMeanwhile(FolderBlobs):
        def kept_at(self, sha256: str) -> datetime | None:
            self.put(DATA)
            return super().kept_at(sha256)

    os.utime(tmp_path / "blobs" / sha256[:2] / sha256[2:4] / sha256, (long_ago, long_ago))
    assert forget_orphans(sqlite_database, PutMeanwhile(tmp_path / "blobs"), at=now()) == 0
    assert blobs.get(sha256) == DATA


def test_a_wrong_key_or_a_store_that_is_down_says_unavailable_and_no_secret(
    s3: S3Server, tmp_path: Path
) -> None:
    wrong = s3_blobs(s3, tmp_path, KANTEI_BLOBS_SECRET_KEY="another secret")
    with pytest.raises(BlobsUnavailableError) as refused:
        wrong.put(DATA)
    assert "secret" not in str(refused.value)
    assert s3.objects == {}
    down = s3_blobs(
        s3, tmp_path, KANTEI_BLOBS_URL="s3://pictures?endpoint=http://127.0.0.1:9&region=eu-test-1"
    )
    with pytest.raises(BlobsUnavailableError):
        down.get(SHA256)
    assert SECRET_KEY not in repr(read_settings({"KANTEI_DATA_DIR": str(tmp_path), **s3.settings}))


def test_a_full_disk_says_unavailable_and_leaves_nothing_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs = FolderBlobs(tmp_path / "blobs")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BlobsUnavailableError):
        blobs.put(DATA)
    with pytest.raises(BlobsUnavailableError):
        blobs.put_stream(io.BytesIO(DATA))
    assert [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()] == []
