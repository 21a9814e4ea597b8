"""Run migrations against the configured database, or one handed over by a program of ours."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection, Enum

from core.settings.settings import read_settings
from store.base.columns import UtcDateTime
from store.base.database import Database
from store.base.table import Table
from store.tables import (  # noqa: F401  # registers every table
    appeal_tables,
    case_tables,
    client_tables,
    declaration_tables,
    factor_tables,
    ground_tables,
    known_tables,
    marketplace_tables,
    people_tables,
    policy_tables,
    quality_tables,
    queue_tables,
    report_tables,
    review_tables,
    seller_tables,
    submission_tables,
)


def render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our own column types into migrations as what the database sees."""
    if kind == "type" and isinstance(item, Enum):
        return "sa.String(length=32)"
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def is_compared(_object: Any, name: str | None, kind: str, *_: Any) -> bool:
    """True if the tables of the program speak of it; search indexes are made by hand (0030_search)."""
    return not (kind in {"table", "index"} and (name or "").startswith(("search_", "ix_search_")))


def run(connection: Connection) -> None:
    """Run the migrations of this command on an open connection."""
    context.configure(
        connection=connection,
        target_metadata=Table.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        transactional_ddl=True,  # SQLite's is as well, where BEGIN is said, as our engine does
        render_item=render,
        include_object=is_compared,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            # The limits of our connections are those of requests. A migration goes through whole tables, and
            # whoever waits for it waits for its end; for a table that others use it still waits no longer.
            connection.exec_driver_sql("set local statement_timeout = 0")
            connection.exec_driver_sql("set local lock_timeout = 0")
            # Of several starts at once, one migrates and the others wait for it here.
            connection.exec_driver_sql("select pg_advisory_xact_lock(7463826)")
            connection.exec_driver_sql("set local lock_timeout to default")
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    database = Database(read_settings().database_url)
    with database.engine.execution_options(writes=True).connect() as opened:
        run(opened)
        opened.commit()
    database.close()
