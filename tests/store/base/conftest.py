"""What tests of migrations share."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic.config import Config

import migrations
from store.base.database import Database
from tests.conftest import POSTGRESQL
from tests.services import leave_out

NAME = f"kantei_test_migrations_{os.getpid()}"


def config(connection: object) -> Config:
    found = Config()
    found.set_main_option("script_location", str(Path(migrations.__file__).parent))
    found.attributes["connection"] = connection
    return found


@pytest.fixture(scope="session")
def migrated_postgresql() -> Iterator[str]:
    """A PostgreSQL database for migrations; its schema is made anew for each test, which takes less time."""
    try:
        server = psycopg.connect(POSTGRESQL, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        leave_out("postgresql", str(error).splitlines()[0])
    with server:
        server.execute(f"create database {NAME}")
        # What is committed need not outlive the machine here.
        server.execute(f"alter database {NAME} set synchronous_commit = off")
    yield POSTGRESQL.rsplit("/", 1)[0] + f"/{NAME}"
    with psycopg.connect(POSTGRESQL, autocommit=True) as server:
        server.execute(f"drop database {NAME} with (force)")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without a single table."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    else:
        url = request.getfixturevalue("migrated_postgresql")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("drop schema public cascade")
            connection.execute("create schema public")
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    database = Database(url)
    yield database
    database.close()
