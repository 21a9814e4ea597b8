"""What a password is hashed with, on every machine but a test's."""

import importlib.util

import pytest
from argon2 import Type, extract_parameters

from store.people import passwords
from store.people.passwords import PasswordFault


def test_passwords_are_hashed_at_the_cost_that_owasp_asks() -> None:
    # Loaded anew: the tests of the desk lower the cost in the module that all share.
    spec = importlib.util.spec_from_file_location("passwords_as_they_are", passwords.__file__)
    assert spec is not None
    assert spec.loader is not None
    as_it_is = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(as_it_is)
    for found in (as_it_is.hash_password("seven lanterns float"), as_it_is._nobody()):
        costs = extract_parameters(found)
        assert (costs.type, costs.memory_cost, costs.time_cost, costs.parallelism) == (Type.ID, 19456, 2, 1)
        assert (costs.salt_len, costs.hash_len) == (16, 32)


def test_a_hash_is_salted_and_holds_no_password() -> None:
    once, again = (
        passwords.hash_password("seven lanterns float"),
        passwords.hash_password("seven lanterns float"),
    )
    assert once != again
    assert "lanterns" not in once
    assert passwords.is_password(once, "seven lanterns float")
    assert not passwords.is_password(once, "seven lanterns floats")
    assert not passwords.is_password(None, "seven lanterns float")


@pytest.mark.parametrize(
    ("email", "fault"),
    [("jo@example.com", None), ("lan@example.com", None), ("Lanterns@example.com", PasswordFault.EMAIL)],
)
def test_only_a_name_of_some_length_is_kept_out_of_a_password(
    email: str, fault: PasswordFault | None
) -> None:
    assert passwords.password_fault("seven lanterns float by joy", email) is fault


@pytest.mark.parametrize("broken", ["", "none", "$argon2id$v=19$m=8,t=1,p=1$", "\x00"])
def test_what_is_no_hash_opens_nothing(broken: str) -> None:
    assert not passwords.is_password(broken, "")
    assert not passwords.is_password(broken, broken)
