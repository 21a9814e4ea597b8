"""Real parts for tests: a database of each kind, Redis, folders."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import redis
from prometheus_client import values
from psycopg import sql
from sqlalchemy import event

from kantei.roots.migrate import migrate
from store.base.database import Database
from store.bytes.blobs import FolderBlobs
from store.clients.clients import NewClient
from tests.clients import make_client
from tests.services import leave_out

POSTGRESQL = os.environ.get("KANTEI_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/postgres")
# A database of Redis for each process that tests run in: 9, 10, ...
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
REDIS = os.environ.get("KANTEI_TEST_REDIS", "redis://127.0.0.1:6379") + f"/{9 + WORKER}"
pytest_plugins = ["tests.lanes"]


@pytest.fixture(autouse=True)
def _measures_of_its_own() -> Iterator[None]:
    """Let no command that measures together with a folder's other processes make later tests do so."""
    alone = values.ValueClass
    yield
    values.ValueClass = alone
    os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate one SQLite file; every test copies it."""
    path = tmp_path_factory.mktemp("template") / "kantei.sqlite3"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    with database.engine.connect() as connection:
        # Out of the write-ahead log and into the one file that is copied.
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """Make a PostgreSQL database of this run alone, migrated."""
    name = f"kantei_test_{os.getpid()}"
    try:
        server = psycopg.connect(POSTGRESQL, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        leave_out("postgresql", str(error).splitlines()[0])
    with server:
        server.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        # What is committed need not outlive the machine here.
        server.execute(sql.SQL("alter database {} set synchronous_commit = off").format(sql.Identifier(name)))
    url = POSTGRESQL.replace("postgresql://", "postgresql+psycopg://", 1).rsplit("/", 1)[0] + f"/{name}"
    database = Database(url)
    migrate(database)
    database.close()
    yield url
    with psycopg.connect(POSTGRESQL, autocommit=True) as server:
        server.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


class SqliteDatabases:
    """One SQLite database that is new for every test.

    The engine stays: what it has learnt of our statements is a tenth of a test's time. So a test that
    breaks a database makes one of its own.
    """

    def __init__(self, template: Path, folder: Path) -> None:
        self._template = template
        self._folder = folder
        self._database = Database(f"sqlite:///{folder / 'kantei.sqlite3'}")
        event.listen(self._database.engine, "connect", _without_waiting_for_disk)

    @contextmanager
    def empty(self) -> Iterator[Database]:
        """Put an empty, migrated database into its place."""
        # Whatever a thread of the test before still holds open goes on in a file without a name.
        for old in self._folder.glob("kantei.sqlite3*"):
            old.unlink()
        shutil.copy(self._template, self._folder / "kantei.sqlite3")
        # Such a thread may also have opened the old file since that test ended: none of these is handed on.
        self._database.close()
        yield self._database
        self._database.close()


def _without_waiting_for_disk(connection: sqlite3.Connection, _: object) -> None:
    """What is committed need not outlive the machine here."""
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture(scope="session")
def sqlite_databases(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> SqliteDatabases:
    """The place of the SQLite database of each test."""
    return SqliteDatabases(sqlite_template, tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def only_sqlite_databases(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> SqliteDatabases:
    """A second one, for tests that use both."""
    return SqliteDatabases(sqlite_template, tmp_path_factory.mktemp("only"))


@pytest.fixture(scope="session")
def postgresql_database(postgresql_url: str) -> Iterator[Database]:
    """Keep one engine for all tests, as for SQLite, and its connections, too.

    A server's process for a new one learns all tables anew: 27 ms of a processor in each test.
    """
    database = Database(postgresql_url)
    yield database
    database.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty, migrated database: each test runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        with request.getfixturevalue("sqlite_databases").empty() as database:
            yield database
    else:
        database = request.getfixturevalue("postgresql_database")
        _empty(database)
        yield database


def _empty(database: Database) -> None:
    """Delete what the test before left; truncating all tables, mostly empty, takes twenty times as long."""
    with database.engine.begin() as connection:
        names = connection.exec_driver_sql(
            "select quote_ident(tablename) from pg_tables"
            " where schemaname = 'public' and tablename <> 'alembic_version'"
        ).scalars()
        asked = " union all ".join(f"select '{name}' where exists (select from {name})" for name in names)  # noqa: S608  # our own tables
        full = connection.exec_driver_sql(asked).scalars().all()
        # Without foreign keys, in any order; the rows that they would take are deleted as well.
        connection.exec_driver_sql("set local session_replication_role = replica")
        for name in full:
            connection.exec_driver_sql(f"delete from {name}")  # noqa: S608  # the same


@pytest.fixture
def sqlite_database(only_sqlite_databases: SqliteDatabases) -> Iterator[Database]:
    """An empty SQLite database, for tests where the kind cannot matter."""
    with only_sqlite_databases.empty() as database:
        yield database


@pytest.fixture(scope="session")
def redis_server() -> str:
    """Find Redis; give the URL of the database that tests may empty."""
    with redis.Redis.from_url(REDIS) as client:
        try:
            client.ping()
        except redis.RedisError as error:
            leave_out("redis", str(error))
        client.flushdb()
    return REDIS


@pytest.fixture
def redis_url(redis_server: str) -> Iterator[str]:
    """An empty Redis database, whatever a test of whole processes left in it."""
    with redis.Redis.from_url(redis_server) as client:
        client.flushdb()
        yield redis_server
        client.flushdb()


@pytest.fixture
def blobs(tmp_path: Path) -> FolderBlobs:
    """An empty folder of image bytes."""
    return FolderBlobs(tmp_path / "blobs")


@pytest.fixture
def shop(database: Database) -> NewClient:
    """A client with an API key and a webhook secret."""
    return make_client(database)
