"""The schema goes up, comes down, and is what the tables say."""

import pytest
from alembic import command
from sqlalchemy import inspect

from kantei.roots.migrate import SchemaError, ensure_schema, is_current, migrate
from store.base.database import Database
from tests.store.base.conftest import config


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
