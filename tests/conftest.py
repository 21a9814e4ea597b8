"""Real parts for tests: a database of each kind, Redis, folders."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from psycopg import sql

from core.vocabulary import Scheme, Source
from kantei.migrate import migrate
from store.blobs import FolderBlobs
from store.clients import NewClient, add_client
from store.database import Database

POSTGRESQL = os.environ.get("KANTEI_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/postgres")
# A database of Redis for each process that tests run in: 9, 10, ...
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
REDIS = os.environ.get("KANTEI_TEST_REDIS", "redis://127.0.0.1:6379") + f"/{9 + WORKER}"
REQUIRED = os.environ.get("KANTEI_TEST_REQUIRE", "").split(",")
SECRET_KEY = "a secret of the tests, long enough to be one"


def leave_out(service: str, reason: str) -> None:
    """Skip a test that lacks a service, unless the service is required here."""
    if service in REQUIRED:
        pytest.fail(f"{service} is required and missing: {reason}")
    pytest.skip(f"no {service} here: {reason}")


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


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Give an empty, migrated database: each test runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        path = tmp_path / "kantei.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        database = Database(f"sqlite:///{path}")
    else:
        database = Database(request.getfixturevalue("postgresql_url"))
        _empty(database)
    yield database
    database.close()


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
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """Give an empty SQLite database, for tests where the kind cannot matter."""
    path = tmp_path / "only.sqlite3"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


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
    """Give an empty Redis database."""
    yield redis_server
    with redis.Redis.from_url(redis_server) as client:
        client.flushdb()


@pytest.fixture
def blobs(tmp_path: Path) -> FolderBlobs:
    """Give an empty folder of image bytes."""
    return FolderBlobs(tmp_path / "blobs")


@pytest.fixture
def shop(database: Database) -> NewClient:
    """Make a marketplace client with a key and a webhook secret."""
    with database.writing() as session:
        return add_client(
            session,
            name="Shop",
            source=Source.API,
            scheme=Scheme.STANDARD,
            callback_url=None,
            webhook_secret=None,
            secret_key=SECRET_KEY,
        )
