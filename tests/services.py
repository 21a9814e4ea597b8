"""Services that a test may lack."""

import importlib.util
import os
from typing import NoReturn

import pytest

needs_scipy = pytest.mark.skipif(
    importlib.util.find_spec("scipy") is None, reason="scipy (the extra `train`) is not installed"
)
# Keeps a test off PostgreSQL: its subject is no query, and each statement that it runs is run there by a test
# of that query.
sqlite_alone = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
# Keeps a test off SQLite, where no two transactions write at once.
postgresql_alone = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
REQUIRED = os.environ.get("KANTEI_TEST_REQUIRE", "").split(",")


def leave_out(service: str, reason: str) -> NoReturn:
    """Skip a test that lacks a service, unless the service is required here."""
    if service in REQUIRED:
        pytest.fail(f"{service} is required and missing: {reason}")
    pytest.skip(f"no {service} here: {reason}")
