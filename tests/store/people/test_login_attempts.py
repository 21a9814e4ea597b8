"""How many wrong passwords are too many: for one address on one account, for an account, for an address."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from core.clock import now
from store.base.database import Database
from store.people.login_attempts import PAIR_LIMIT, WINDOW, note_attempt
from tests.services import postgresql_alone
from tests.store.races import meet


def tries_until_refused(database: Database, email: str, address: str) -> int:
    """Try in vain, with the number of the try put into both; give how many tries were let through."""
    at = now()
    for number in range(200):
        with database.writing() as session:
            attempt = note_attempt(
                session,
                email=email.format(number),
                address=address.format(number // 250, number % 250),
                at=at,
            )
        if attempt.wait is not None:
            assert timedelta(0) < attempt.wait <= WINDOW
            return number
    return 200


def test_one_address_has_eight_tries_on_one_account(sqlite_database: Database) -> None:
    assert tries_until_refused(sqlite_database, "a@example.com", "198.51.100.7") == 8


def test_an_account_has_forty_tries_from_everywhere(sqlite_database: Database) -> None:
    assert tries_until_refused(sqlite_database, "a@example.com", "198.51.{}.{}") == 40


def test_an_address_has_sixty_tries_on_all_accounts(sqlite_database: Database) -> None:
    assert tries_until_refused(sqlite_database, "{}@example.com", "198.51.100.7") == 60


def test_a_machine_with_many_ipv6_addresses_is_one(sqlite_database: Database) -> None:
    assert tries_until_refused(sqlite_database, "a@example.com", "2001:db8::{}:{}") == 8


@pytest.mark.postgresql
@postgresql_alone
def test_of_two_tries_at_the_same_moment_each_counts(database: Database, aside: ThreadPoolExecutor) -> None:
    at, refused = now(), []

    def attempt() -> None:
        with database.writing() as session:
            made = note_attempt(session, email="a@example.com", address="198.51.100.7", at=at)
            refused.append(made.wait is not None)

    for _ in range(PAIR_LIMIT - 1):
        attempt()
    with database.writing() as session:
        assert note_attempt(session, email="a@example.com", address="198.51.100.7", at=at).wait is None
        other = aside.submit(attempt)
        meet(database, other)
    other.result(10)
    assert refused == [False] * (PAIR_LIMIT - 1) + [True]
