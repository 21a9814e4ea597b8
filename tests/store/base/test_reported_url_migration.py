"""Addresses that readers had reported are known by their submissions, and come back with a downgrade."""

import pytest
from alembic import command
from sqlalchemy import text

from kantei.roots.migrate import migrate
from store.base.database import Database
from store.reports.reader_reports import find_reported
from tests.store.base.conftest import config
from tests.store.base.past import LONG_AGO, Past

pytestmark = pytest.mark.slow  # a database is migrated once and again


def test_addresses_that_were_reported_stay_known(empty: Database) -> None:
    migrate(empty, "0050")
    url_sha256 = "d" * 64
    with empty.engine.execution_options(writes=True).begin() as connection:
        past = Past(connection)
        client = past.add("clients", name="Shop", source="api", scheme="standard")
        same = {"client_id": client, "state": "queued", "priority": "low", "tries": 0, "due_at": LONG_AGO}
        by_url, by_id = (
            past.add("submissions", source="report", **same),
            past.add("submissions", source="api", **same),
        )
        for reader, submission_id, digest in (
            ("1", by_url, url_sha256),
            ("2", by_url, url_sha256),
            ("3", by_url, None),
            ("1", by_id, None),
        ):
            past.add(
                "reader_reports",
                client_id=client,
                reader=reader * 64,
                submission_id=submission_id,
                url_sha256=digest,
            )
    migrate(empty)
    with empty.reading() as session:
        found = find_reported(session, client, url_sha256)
        assert found is not None
        assert found.id == by_url
        assert session.scalar(text("select count(reported_url_sha256) from submissions")) == 1
    with empty.engine.execution_options(writes=True).connect() as connection:
        command.downgrade(config(connection), "0050")
        connection.commit()
        digests = connection.execute(text("select submission_id, url_sha256 from reader_reports")).all()
    assert {tuple(row) for row in digests} == {(by_url, url_sha256), (by_id, None)}
