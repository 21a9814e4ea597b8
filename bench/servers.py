"""Databases of PostgreSQL and Redis that a measurement may fill and that go with it; a Kantei beside them."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psycopg
import redis
from psycopg import sql

from tests.whole.installation import Installation, installed

POSTGRESQL = os.environ.get("KANTEI_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/postgres")
REDIS = os.environ.get("KANTEI_TEST_REDIS", "redis://127.0.0.1:6379") + "/7"


@contextmanager
def fresh_servers() -> Iterator[dict[str, str]]:
    """The settings of an empty database and an empty broker, on the servers that tests use."""
    with fresh_database() as database, fresh_broker() as broker:
        yield {"KANTEI_DATABASE_URL": database, "KANTEI_BROKER_URL": broker}


@contextmanager
def fresh_database() -> Iterator[str]:
    """Make an empty PostgreSQL database and give its URL; drop it in the end."""
    name = f"kantei_bench_{os.getpid()}"
    with psycopg.connect(POSTGRESQL, autocommit=True, connect_timeout=3) as server:
        server.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    try:
        yield POSTGRESQL.rsplit("/", 1)[0] + f"/{name}"
    finally:
        with psycopg.connect(POSTGRESQL, autocommit=True) as server:
            server.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@contextmanager
def fresh_broker() -> Iterator[str]:
    """Empty a database of Redis and give its URL; empty it again in the end."""
    with redis.Redis.from_url(REDIS) as client:
        client.flushdb()
        yield REDIS
        client.flushdb()


def as_shipped(folder: Path, **settings: str) -> AbstractContextManager[Installation]:
    """Start a whole Kantei with its defaults, where tests have it hurry and take little room."""
    defaults = {"KANTEI_SWEEP_INTERVAL": "", "KANTEI_WORKER_CONCURRENCY": ""}
    return installed(folder, **defaults | settings)
