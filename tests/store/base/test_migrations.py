"""The schema goes up, comes down, and is what the tables say."""

from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import inspect

import migrations
from kantei.roots.migrate import SchemaError, ensure_schema, is_current, migrate
from store.base.database import Database
from tests.conftest import POSTGRESQL, WORKER, leave_out

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
    empty.close()


def test_an_empty_database_is_set_up_and_another_versions_is_left_alone(empty: Database) -> None:
    ensure_schema(empty)
    assert is_current(empty)
    ensure_schema(empty)
    with empty.engine.execution_options(writes=True).begin() as connection:
        connection.exec_driver_sql("update alembic_version set version_num = '9999'")
    with pytest.raises(SchemaError, match="9999"):
        ensure_schema(empty)
    empty.close()
