"""A migration that stops half way leaves the database as it was, and can be run again."""

import pytest
from alembic import command, op
from sqlalchemy import inspect

from kantei.roots.migrate import find_revision, head_revision, migrate, migrate_down
from store.base.database import Database
from tests.store.base.conftest import config

pytestmark = pytest.mark.slow  # a database is migrated once and again in each


def tables_of(database: Database) -> set[str]:
    return set(inspect(database.engine).get_table_names())


def test_all_pending_migrations_are_one_transaction(empty: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    migrate(empty, "0005")
    before, made = tables_of(empty), list[str]()
    create = op.create_table

    def create_two(name: str, *words: object, **more: object) -> object:
        if len(made) == 2:
            raise RuntimeError("the disk is full")
        made.append(name)
        return create(name, *words, **more)  # type: ignore[arg-type]  # what a migration passes

    with monkeypatch.context() as patch:
        patch.setattr(op, "create_table", create_two)
        with pytest.raises(RuntimeError, match="disk is full"):
            migrate(empty)
    assert len(made) == 2, "it stopped before anything was changed"
    assert find_revision(empty) == "0005"
    assert tables_of(empty) == before
    migrate(empty)
    assert find_revision(empty) == head_revision()


def test_migrations_are_undone_down_to_a_revision(empty: Database) -> None:
    migrate(empty, "0010")
    tables = tables_of(empty)
    migrate(empty)
    migrate_down(empty, "0010")
    assert (find_revision(empty), tables_of(empty)) == ("0010", tables)
    with empty.engine.execution_options(writes=True).connect() as connection:
        command.upgrade(config(connection), "head")
        connection.commit()
