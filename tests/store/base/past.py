"""Rows of an earlier schema: tables as they are in the database, not as the program has them."""

from datetime import UTC, datetime

from sqlalchemy import Connection, MetaData

from core.ids import new_id

LONG_AGO = datetime(2026, 11, 1, tzinfo=UTC)


class Past:
    """A database of an earlier revision, and a way to put rows into it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._tables = MetaData()
        self._tables.reflect(connection)

    def add(self, table: str, **values: object) -> str:
        """Add a row; returns its id, where it has one."""
        columns = self._tables.tables[table].columns
        usual = {"id": new_id(), "created_at": LONG_AGO}
        row = {name: value for name, value in usual.items() if name in columns} | values
        self._connection.execute(self._tables.tables[table].insert(), row)
        return str(row.get("id", ""))
