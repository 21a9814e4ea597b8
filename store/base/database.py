"""One way to a transaction: `reading()` or `writing()`, short, with no network inside.

On SQLite a writer takes the write lock at once (BEGIN IMMEDIATE): a transaction that reads first and
writes later would otherwise be refused as a deadlock instead of waiting its turn.
"""

import select
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, create_engine, event, func, make_url, text, true
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import Session, sessionmaker

from store.base.hash_column import count_differing
from store.base.insertion import is_on_sqlite

BUSY_SECONDS = 30  # how long a SQLite writer waits for its turn
SERVER_OPTIONS = (
    "lock_timeout=10000",
    "statement_timeout=30000",
    "timezone=UTC",
    # Pages are read at random almost as quickly as in a row. Told 4, the planner would rather walk along a
    # key and look at each row than take a bitmap of an index: 250 ms instead of 1 for a search.
    "random_page_cost=1.1",
    # A statement that was asked for ten times would otherwise keep one plan for all values: the queue of a
    # great seller then took 3 s instead of 0.2.
    "plan_cache_mode=force_custom_plan",
)
MAPPED = 2**30  # bytes of a SQLite file that are read without copying
FRESH = 0.5  # seconds for which a connection that no one closed is taken to be alive


class Database:
    """The engine and its two kinds of session."""

    def __init__(self, url: str, *, pool_size: int = 5) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(url) if self.is_sqlite else _server_engine(url, pool_size)
        # Every statement of PostgreSQL's READ COMMITTED sees what is committed when it begins, within a
        # transaction or not: queries alone need no BEGIN and no ROLLBACK, two of three words with the server.
        reads = self.engine if self.is_sqlite else self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._read = sessionmaker(reads, expire_on_commit=False, autoflush=False)
        self._write = sessionmaker(self.engine.execution_options(writes=True), expire_on_commit=False)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session for queries alone; what is changed in its objects is never written."""
        with self._read() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a session that commits when the block ends and rolls back when it raises."""
        with self._write.begin() as session:
            yield session

    @contextmanager
    def writing_one(self) -> Iterator[Session]:
        """Open a session for one statement that writes: a transaction by itself.

        On PostgreSQL that spares the words BEGIN and COMMIT, each of which the server answers.
        """
        with self._write.begin() if self.is_sqlite else self._read() as session:
            yield session

    def ping(self) -> None:
        """Ask the database to answer. Errors: SQLAlchemyError where it does not."""
        with self.engine.connect() as connection:
            connection.execute(text("select 1"))

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _server_engine(url: str, pool_size: int) -> Engine:
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=10,
        hide_parameters=True,  # an error's text is logged, and the values are what clients sent
        # A lock or a lost server must become an error while someone still waits for the answer.
        connect_args={
            "connect_timeout": 5,
            "options": " ".join(f"-c {one}" for one in SERVER_OPTIONS),
        },
    )

    # As `pool_pre_ping` does, but not before each of the transactions that follow one upon the other.
    @event.listens_for(engine, "checkout")
    def _ask_whether_alive(connection: Any, record: Any, _proxy: Any) -> None:
        is_fresh = monotonic() - record.info.get("used", 0.0) < FRESH
        try:
            if not is_fresh or _is_closing(connection):
                engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error

    @event.listens_for(engine, "checkin")
    @event.listens_for(engine, "connect")
    def _note_use(_connection: Any, record: Any) -> None:
        record.info["used"] = monotonic()

    return engine


def without_waiting_for_disk(session: Session) -> list[ColumnElement[str]]:
    """Extra RETURNING columns that turn off synchronous_commit for this transaction.

    A server that dies within the next second may forget the whole of it. On SQLite nothing is waited for
    (`synchronous=NORMAL`).
    """
    if is_on_sqlite(session):
        return []
    return [func.set_config("synchronous_commit", "off", true())]  # true: until this transaction ends


def _is_closing(connection: Any) -> bool:
    """True if the other side has sent something unasked, as a server does that closes a connection."""
    asked = select.poll()
    asked.register(connection.fileno(), select.POLLIN)
    return bool(asked.poll(0))


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(
        url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False}, hide_parameters=True
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        # Autocommit in the driver: BEGIN is ours to say, below.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        # Pages are read where they lie: a search or a count that hops about takes two thirds of the time.
        cursor.execute(f"PRAGMA mmap_size={MAPPED}")
        cursor.close()
        connection.create_function("hash_distance", 2, count_differing, deterministic=True)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
