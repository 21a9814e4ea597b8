"""Inserting rows that may already exist."""

from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Table as SqlTable
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from store.base.table import Table


def insert_once(session: Session, table: type[Table], values: dict[str, Any]) -> bool:
    """Insert a row unless one like it stands there; returns whether it was inserted."""
    return session.scalar(_insertion(table, is_sqlite=is_on_sqlite(session)), values) is not None


def is_on_sqlite(session: Session) -> bool:
    """True if the database is SQLite, which has no arrays and an INSERT of its own."""
    return session.get_bind().dialect.name == "sqlite"


def upsert(session: Session, table: type[Table]) -> postgresql.Insert:
    """An INSERT to which ON CONFLICT can be added: SQL has none, but both databases have the same."""
    return postgresql.insert(table) if not is_on_sqlite(session) else cast(Any, sqlite.insert(table))


@lru_cache  # of the table, past the mapper, and put together once: half of what an insertion takes us
def _insertion(table: type[Table], *, is_sqlite: bool) -> ReturningInsert[Any]:
    columns = cast(SqlTable, table.__table__)
    insert = sqlite.insert if is_sqlite else postgresql.insert
    return insert(columns).on_conflict_do_nothing().returning(next(iter(columns.primary_key)))
