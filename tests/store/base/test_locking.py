"""Locking a row that others name at the same moment."""

import pytest
from sqlalchemy import text

from core.vocabulary import Source
from store.base.database import Database
from store.base.locking import lock_row
from store.tables.client_tables import Client
from store.tables.submission_tables import Submission
from tests.clients import make_client
from tests.services import postgresql_alone


@pytest.mark.postgresql
@postgresql_alone
def test_two_who_have_named_a_row_do_not_wait_for_each_other_to_lock_it(database: Database) -> None:
    client_id = make_client(database).client.id
    with database.writing() as first, database.writing() as second:
        for session in (first, second):
            session.add(Submission(client_id=client_id, source=Source.API, image_url="https://a.example/1"))
            session.flush()
        first.execute(text("set local lock_timeout = 500"))
        lock_row(first, Client, client_id)
