"""Installations of both kinds, and a picture server for them."""

import os
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from tests.conftest import POSTGRESQL
from tests.servers import Server
from tests.services import leave_out
from tests.whole.installation import Installation, installed


@pytest.fixture(
    scope="module",
    params=["embedded", pytest.param("servers", marks=[pytest.mark.postgresql, pytest.mark.redis])],
)
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Run a whole Kantei, on embedded defaults and on PostgreSQL with Redis."""
    folder = tmp_path_factory.mktemp(f"whole-{request.param}")
    with installed(folder, **settings_of(request.param, request)) as installation:
        yield installation


def settings_of(kind: str, request: pytest.FixtureRequest) -> dict[str, str]:
    """The settings of an installation of one kind; its database is new."""
    if kind == "embedded":
        return {}
    return {
        "KANTEI_DATABASE_URL": with_password(request.getfixturevalue("whole_postgresql_url"), "database"),
        "KANTEI_BROKER_URL": with_password(request.getfixturevalue("whole_redis_url"), "broker"),
    }


def with_password(url: str, name: str) -> str:
    """Put a password into a URL without one, to be looked for in the log; who asks for none takes any."""
    parts = urlsplit(url)
    if parts.password:
        return url
    user = parts.username or "default"
    return parts._replace(netloc=f"{user}:hush-{name}@{parts.netloc.rpartition('@')[2]}").geturl()


@pytest.fixture(scope="module")
def whole_postgresql_url() -> Iterator[str]:
    """Make an empty PostgreSQL database."""
    name = f"kantei_whole_{os.getpid()}"
    try:
        server = psycopg.connect(POSTGRESQL, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        leave_out("postgresql", str(error).splitlines()[0])
    with server:
        server.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    yield POSTGRESQL.rsplit("/", 1)[0] + f"/{name}"
    with psycopg.connect(POSTGRESQL, autocommit=True) as server:
        server.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture(scope="module")
def whole_redis_url(redis_server: str) -> str:
    """The Redis database of the whole, emptied."""
    return redis_server


@pytest.fixture(scope="module")
def web() -> Iterator[Server]:
    """Serve pictures on 127.0.0.1."""
    with Server() as server:
        yield server
