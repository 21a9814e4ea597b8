"""A purge, and work that is accepted at the same moment."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from core.clock import now
from core.vocabulary import Finding, Source, State
from store.base.database import Database
from store.bytes.blobs import FolderBlobs
from store.retention.purge import YOUNG, purge_expired
from store.tables.case_tables import Image
from store.tables.marketplace_tables import ClientEvent
from store.tables.submission_tables import Submission
from tests.clients import make_client
from tests.services import postgresql_alone
from tests.store.races import SHA256, examine, examining, meet, submit, take

RETENTION = timedelta(days=10)
LONG_AGO = 2 * RETENTION


def test_bytes_uploaded_again_are_kept_for_the_submission_that_is_not_stored_yet(
    sqlite_database: Database, blobs: FolderBlobs
) -> None:
    at, sha256 = now(), blobs.put_stream(io.BytesIO(b"a picture"))
    client_id = make_client(sqlite_database).client.id
    with sqlite_database.writing() as session:
        row = Submission(client_id=client_id, source=Source.UPLOAD, upload_sha256=sha256)
        row.state, row.created_at = State.FAILED, at - LONG_AGO
        session.add(row)
    assert purge_expired(sqlite_database, blobs, at=at, retention=RETENTION).submissions == 1
    assert blobs.get(sha256) == b"a picture"
    assert purge_expired(sqlite_database, blobs, at=at + 2 * YOUNG, retention=RETENTION).orphans == 1


@pytest.mark.postgresql
@postgresql_alone
def test_a_picture_that_is_submitted_again_at_the_same_moment_keeps_its_bytes(
    database: Database, blobs: FolderBlobs, aside: ThreadPoolExecutor
) -> None:
    client_id, at = make_client(database).client.id, now()
    examine(database, take(database, submit(database, client_id)))
    with database.writing() as session:
        session.execute(delete(ClientEvent))
        session.execute(delete(Submission))
        session.execute(update(Image).values(created_at=at - LONG_AGO))
    held = take(database, submit(database, client_id))
    with examining(database, held, Finding.CLEAR, "m"):
        purged = aside.submit(purge_expired, database, blobs, at=at, retention=RETENTION)
        meet(database, purged)
    assert purged.result(10).images == 0
    with database.reading() as session:
        assert session.get_one(Image, SHA256).purged_at is None
