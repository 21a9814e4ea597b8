"""Keys that are derived from the secret key: each for one purpose, and the same for ever."""

from hashlib import sha256

import pytest
from itsdangerous import URLSafeTimedSerializer

from api.http.appeal_tokens import make_appeal_token, read_appeal_token
from api.review.frame.pseudonyms import naming
from core.keys import KeyPurpose, derive

SECRET = "kkkkkkkkkkkkkkkk0123456789abcdef"  # what the values below were made with, before `derive` was


def test_webhook_secrets_that_were_sealed_before_are_opened() -> None:
    key = derive(SECRET, KeyPurpose.WEBHOOK_SECRETS)
    assert key.hex() == "3fc87bd77655e221894f1d21982fb4bf5f45aa8bdab4199e84f034f8da766d6a"


@pytest.mark.parametrize(
    ("email", "pseudonym"),
    [("aiko@example.com", "moderator-4ecf650672fc"), ("ren@example.com", "moderator-916e978b4950")],
)
def test_a_moderator_has_the_pseudonym_of_files_that_were_exported_before(email: str, pseudonym: str) -> None:
    assert naming(SECRET, hidden=True)(email) == pseudonym


def test_a_link_that_an_artist_was_given_before_still_opens() -> None:
    old = URLSafeTimedSerializer(SECRET, salt=b"kantei appeal page", signer_kwargs={"digest_method": sha256})
    for token in (str(old.dumps("0" * 32)), make_appeal_token(SECRET, "0" * 32)):
        found = read_appeal_token(SECRET, token)
        assert found is not None
        assert found[0] == "0" * 32
        assert read_appeal_token(SECRET[::-1], token) is None


def test_no_purpose_has_the_key_of_another_purpose_or_of_another_secret() -> None:
    keys = {derive(secret, purpose) for secret in (SECRET, SECRET[::-1]) for purpose in KeyPurpose}
    assert len(keys) == 2 * len(KeyPurpose)
    assert {len(key) for key in keys} == {32}
