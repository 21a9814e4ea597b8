"""Locking what a transaction reads now and writes later.

Who needs several locks takes them in one order, or two wait for each other: of submissions that are not
examined yet, then of pictures by their SHA-256, then of everything that hangs on a picture, such as its
examined submissions, reports and appeals.
"""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Select, func, inspect, select
from sqlalchemy.orm import Session

from store.base.insertion import is_on_sqlite
from store.base.table import Table


def lock_row(session: Session, table: type[Table], key: str) -> None:
    """Lock a row against all who change or lock it, until the transaction ends; SQLite has one writer anyway.

    What is decided by reading is read after this, in another statement: one that waited for the lock sees
    what was there before it waited. FOR UPDATE would also wait for all who have written a row that names
    this one, and two who did so and then lock it would wait for each other.
    """
    (column,) = inspect(table).primary_key
    session.execute(select(column).where(column == key).with_for_update(key_share=True))


def lock_rows(session: Session, table: type[Table], keys: Collection[str] | Select[Any]) -> None:
    """Lock several rows as `lock_row` does, in one order for everybody."""
    (column,) = inspect(table).primary_key
    wanted = select(column).where(column.in_(keys)).order_by(column)
    session.execute(wanted.with_for_update(key_share=True)).all()


def lock_digests(session: Session, digests: Iterable[str]) -> None:
    """Lock what is counted by SHA-256 and may have no row yet, until the transaction ends."""
    if is_on_sqlite(session):
        return
    for digest in sorted(digests):  # in one order for everybody
        number = int.from_bytes(bytes.fromhex(digest[:16]), signed=True)
        session.execute(select(func.pg_advisory_xact_lock(number)))
