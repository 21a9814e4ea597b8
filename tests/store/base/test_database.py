"""Sessions: what they ask the server, and what a restart of it costs."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.engine.interfaces import DBAPIConnection

from store.base import database as database_room
from store.base.database import Database, without_waiting_for_disk
from tests.conftest import POSTGRESQL


@pytest.fixture
def own(postgresql_url: str) -> Iterator[Database]:
    """Open connections that no other test has."""
    database = Database(postgresql_url)
    yield database
    database.close()


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let time go by for connections alone."""
    moment = 1000.0
    monkeypatch.setattr(database_room, "monotonic", lambda: moment)

    def wait(seconds: float) -> None:
        nonlocal moment
        moment += seconds

    return wait


@pytest.mark.postgresql
def test_a_connection_that_the_server_closed_is_replaced_before_it_is_used(
    own: Database, wait: Callable[[float], None]
) -> None:
    for idle in (0.0, database_room.FRESH):
        _use(own)
        wait(idle)
        _close_from_the_other_side(own)
        assert _use(own) == 1


@pytest.mark.postgresql
def test_a_connection_in_use_is_not_asked_each_time_whether_it_is_alive(
    own: Database, wait: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    ping = own.engine.dialect.do_ping

    def note(connection: DBAPIConnection) -> bool:
        asked.append(connection)
        return ping(connection)

    monkeypatch.setattr(own.engine.dialect, "do_ping", note)
    for _ in range(10):
        _use(own)
    assert not asked
    wait(database_room.FRESH)
    _use(own)
    assert len(asked) == 1


@pytest.mark.postgresql
def test_queries_alone_open_no_transaction(own: Database) -> None:
    with own.reading() as session:
        session.execute(text("select 1"))
        driver = session.connection().connection.driver_connection
        assert driver is not None
        assert driver.info.transaction_status is psycopg.pq.TransactionStatus.IDLE
    with own.writing() as session:
        session.execute(text("select 1"))
        driver = session.connection().connection.driver_connection
        assert driver is not None
        assert driver.info.transaction_status is psycopg.pq.TransactionStatus.INTRANS


def _use(database: Database) -> int:
    with database.reading() as session:
        return int(session.execute(text("select 1")).scalar_one())


def _close_from_the_other_side(database: Database) -> None:
    with psycopg.connect(POSTGRESQL, autocommit=True) as server:
        server.execute(
            "select pg_terminate_backend(pid, 1000) from pg_stat_activity where datname = %s",
            [database.url.database],
        )


@pytest.mark.postgresql
def test_a_statement_asked_for_often_is_planned_for_its_values_each_time(own: Database) -> None:
    generic = text("select generic_plans, custom_plans from pg_prepared_statements where name = 'counted'")
    with own.writing() as session:
        session.execute(
            text("prepare counted (text) as select count(*) from submissions where client_id = $1")
        )
        for _ in range(12):
            session.execute(text("execute counted('one of many')"))
        assert tuple(session.execute(generic).one()) == (0, 12)


@pytest.mark.postgresql
def test_what_need_not_last_is_not_waited_for_and_what_comes_after_it_is(own: Database) -> None:
    asked = text("select current_setting('synchronous_commit')")
    with own.writing() as session:  # the databases of tests wait for nothing
        session.execute(text("set synchronous_commit to on"))
    with own.writing() as session:
        session.execute(select(*without_waiting_for_disk(session)))
        assert session.scalar(asked) == "off"
    with own.writing_one() as session:
        session.execute(select(*without_waiting_for_disk(session)))
        assert session.scalar(asked) == "on"  # the statement before was a transaction by itself


def test_sqlite_takes_what_need_not_last_as_all_else(sqlite_database: Database) -> None:
    with sqlite_database.writing_one() as session:
        assert without_waiting_for_disk(session) == []
