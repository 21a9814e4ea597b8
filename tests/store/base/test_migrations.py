"""The schema goes up, comes down, and is what the tables say."""

from datetime import UTC, datetime

import pytest
from alembic import command
from sqlalchemy import Connection, column, event, insert, inspect, select, table, text

from core.sayings.stored import detail_json
from kantei.roots.migrate import SchemaError, ensure_schema, is_current, migrate
from store.base.database import Database
from store.tables.submission_tables import Submission
from tests.store.base.conftest import config

pytestmark = pytest.mark.slow  # a database is migrated once and again in each


@pytest.mark.slow
def test_migrations_go_up_and_down_and_up_again_without_drift(empty: Database) -> None:
    assert not is_current(empty)
    migrate(empty)
    assert is_current(empty)
    with empty.engine.execution_options(writes=True).connect() as connection:
        command.check(config(connection))
        command.downgrade(config(connection), "base")
        connection.commit()
    assert inspect(empty.engine).get_table_names() == ["alembic_version"]
    migrate(empty)
    migrate(empty)
    assert is_current(empty)


@pytest.mark.postgresql
def test_an_extension_that_others_use_outlives_the_indexes_for_searching(empty: Database) -> None:
    if empty.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no extensions")
    with empty.engine.execution_options(writes=True).connect() as connection:
        connection.exec_driver_sql("create extension pg_trgm")
        connection.exec_driver_sql("create table theirs (words text)")
        connection.exec_driver_sql("create index on theirs using gin (words gin_trgm_ops)")
        command.upgrade(config(connection), "0030")
        command.downgrade(config(connection), "0029")
        connection.commit()
    assert "theirs" in inspect(empty.engine).get_table_names()


@pytest.mark.postgresql
def test_a_migration_takes_as_long_as_its_tables_need(empty: Database) -> None:
    if empty.engine.dialect.name != "postgresql":
        pytest.skip("SQLite ends no statement")
    found: set[tuple[str, str]] = set()

    @event.listens_for(empty.engine, "after_cursor_execute")
    def ask(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if "CREATE INDEX" in statement:
            asked = connection.connection.cursor()
            asked.execute("select current_setting('statement_timeout'), current_setting('lock_timeout')")
            found.add(asked.fetchall()[0])

    migrate(empty)
    assert found == {("0", "10s")}
    with empty.engine.connect() as connection:
        assert connection.scalar(text("show statement_timeout")) == "30s"


def test_a_failure_of_an_older_version_keeps_its_sentence_and_an_ended_listing_may_come_back(
    empty: Database,
) -> None:
    then = datetime(2026, 11, 1, tzinfo=UTC)
    ended, missing = "The listing was deleted before this image was examined.", "shop.example has no picture."
    client = {"id": "c", "name": "Shop", "source": "api", "scheme": "standard", "created_at": then}
    failed = {
        "client_id": "c",
        "source": "api",
        "state": "failed",
        "priority": "normal",
        "tries": 1,
        "created_at": then,
        "due_at": then,
        "failure_code": "gone",
        "failure_permanent": True,
    }
    migrate(empty)
    with empty.engine.execution_options(writes=True).connect() as connection:
        command.downgrade(config(connection), "0019")
        connection.execute(insert(table("clients", *map(column, client))), client)
        rows = [
            {**failed, "id": "1", "failure_detail": ended, "title": "狐のしっぽ"},
            {**failed, "id": "2", "failure_detail": missing, "title": "Fox"},
        ]
        connection.execute(insert(table("submissions", *map(column, rows[0]))), rows)
        connection.commit()
    migrate(empty)
    with empty.reading() as session:
        found = session.scalars(select(Submission).order_by(Submission.id)).all()
        kept = [(row.failure_reason, detail_json(row.failure_says)["detail"]) for row in found]
        languages = [row.language for row in found]
    assert kept == [({"code": "listing_deleted", "values": {}}, ended), (None, missing)]
    assert languages == ["ja", "other"]


def test_an_empty_database_is_set_up_and_another_versions_is_left_alone(empty: Database) -> None:
    ensure_schema(empty)
    assert is_current(empty)
    ensure_schema(empty)
    with empty.engine.execution_options(writes=True).begin() as connection:
        connection.exec_driver_sql("update alembic_version set version_num = '9999'")
    with pytest.raises(SchemaError, match="9999"):
        ensure_schema(empty)
