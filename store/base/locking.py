"""Locking rows that a transaction reads now and writes later."""

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from store.base.table import Table


def lock_row(session: Session, table: type[Table], key: str) -> None:
    """Lock a row against all who change or lock it, until the transaction ends; SQLite has one writer anyway.

    What is decided by reading is read after this, in another statement: one that waited for the lock sees
    what was there before it waited. FOR UPDATE would also wait for all who have written a row that names
    this one, and two who did so and then lock it would wait for each other.
    """
    (column,) = inspect(table).primary_key
    session.execute(select(column).where(column == key).with_for_update(key_share=True))
