"""What tests of migrations share."""

from pathlib import Path

import psycopg
import pytest
from alembic.config import Config

import migrations
from store.base.database import Database
from tests.conftest import POSTGRESQL, WORKER
from tests.services import leave_out

NAME = f"kantei_test_migrations_{WORKER}"


def config(connection: object) -> Config:
    found = Config()
    found.set_main_option("script_location", str(Path(migrations.__file__).parent))
    found.attributes["connection"] = connection
    return found


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    if request.param == "sqlite":
        return Database(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    try:
        with psycopg.connect(POSTGRESQL, autocommit=True, connect_timeout=3) as server:
            server.execute(f"drop database if exists {NAME} with (force)")
            server.execute(f"create database {NAME}")
    except psycopg.OperationalError as error:
        leave_out("postgresql", str(error).splitlines()[0])
    base = POSTGRESQL.replace("postgresql://", "postgresql+psycopg://", 1).rsplit("/", 1)[0]
    return Database(f"{base}/{NAME}")
