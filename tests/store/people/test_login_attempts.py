"""How many wrong passwords are too many: for one address on one account, for an account, for an address."""

from datetime import timedelta

from core.clock import now
from store.base.database import Database
from store.people.login_attempts import WINDOW, note_attempt


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
