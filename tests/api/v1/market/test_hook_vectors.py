"""Standard Webhooks' own cases: what must verify and what must not, here and in our Python client.

Secret, id, body and signatures are those that the project publishes with its libraries (the tests of
its JavaScript, Python and Go libraries, and the signature of 1614265330 in all of them).
"""

import base64
import time
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from core.market.webhook_secrets import webhook_key
from core.vocabulary import Scheme
from kantei_client import SignatureError, verify_callback
from marketplace.signatures import is_signed
from worker.outbox.notify import sign

SECRET = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
KEY = base64.b64decode(SECRET)
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
BODY = b'{"test": 2432232314}'
OTHER = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc="


ALMOST = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OA="
RUBBISH = "v1,dawfeoifkpqwoekfpqoekf"


def signed(at: float | None = None) -> dict[str, str]:
    moment = datetime.fromtimestamp(at or time.time(), UTC)
    return sign(ID, moment, BODY.decode(), [KEY])


def changed(**values: str) -> dict[str, str]:
    return signed() | {name.replace("_", "-"): value for name, value in values.items()}


def without(name: str) -> dict[str, str]:
    return {header: value for header, value in signed().items() if header != name}


def entry() -> str:
    return signed()["webhook-signature"]


CASES = [
    ("a valid signature", signed, True),
    ("no id", lambda: without("webhook-id"), False),
    ("no timestamp", lambda: without("webhook-timestamp"), False),
    ("no signature", lambda: without("webhook-signature"), False),
    ("nothing", dict, False),
    ("an empty id", lambda: changed(webhook_id=""), False),
    ("another id", lambda: changed(webhook_id="msg_other"), False),
    ("a timestamp that is no number", lambda: changed(webhook_timestamp="hello"), False),
    ("another timestamp", lambda: changed(webhook_timestamp=str(int(time.time()) - 100)), False),
    ("a timestamp too old", lambda: signed(time.time() - 301), False),
    ("a timestamp too new", lambda: signed(time.time() + 303), False),
    ("a timestamp just young enough", lambda: signed(time.time() - 290), True),
    ("another signature", lambda: changed(webhook_signature=OTHER), False),
    ("the published one, its last letter changed", lambda: changed(webhook_signature=ALMOST), False),
    ("a signature that is no base64", lambda: changed(webhook_signature=RUBBISH), False),
    ("a signature cut short", lambda: changed(webhook_signature=entry()[:8]), False),
    ("a signature without its version", lambda: changed(webhook_signature=entry()[3:]), False),
    ("a version that is not ours", lambda: changed(webhook_signature="v2" + entry()[2:]), False),
    ("an empty signature", lambda: changed(webhook_signature="v1,"), False),
    (
        "several, one of them right",
        lambda: changed(webhook_signature=f"{OTHER} v2{OTHER[2:]} {entry()} v2{OTHER[2:]}"),
        True,
    ),
]


@pytest.mark.parametrize(("headers", "is_good"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
@pytest.mark.parametrize("secret", [SECRET, f"whsec_{SECRET}"])
def test_the_published_cases(headers: object, is_good: bool, secret: str) -> None:  # noqa: FBT001 - a table's column
    assert callable(headers)
    given: Mapping[str, str] = headers()
    assert is_signed(Scheme.STANDARD, [webhook_key(secret, Scheme.STANDARD)], given, BODY) is is_good
    branded = f"whsec_{SECRET}"
    if is_good:
        for secrets in (branded, [branded], ("whsec_b3RoZXI=", branded), {branded}):
            assert dict(verify_callback(BODY, given, secrets)) == {"test": 2432232314}
    else:
        with pytest.raises(SignatureError):
            verify_callback(BODY, given, [branded])
        with pytest.raises(SignatureError):
            verify_callback(BODY, given, branded)


def test_the_published_signature_is_ours() -> None:
    headers = sign(ID, datetime.fromtimestamp(1614265330, UTC), BODY.decode(), [KEY])
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers["webhook-timestamp"] == "1614265330"


@pytest.mark.parametrize("secret", ["", "whsec_"])
def test_an_empty_secret_verifies_nothing(secret: str) -> None:
    with pytest.raises(ValueError, match="empty"):
        webhook_key(secret, Scheme.STANDARD)
    with pytest.raises(SignatureError):
        verify_callback(BODY, signed(), [secret])


def test_another_body_is_refused() -> None:
    assert not is_signed(Scheme.STANDARD, [KEY], signed(), BODY + b" ")
    assert not is_signed(Scheme.STANDARD, [], signed(), BODY)
    with pytest.raises(SignatureError):
        verify_callback(BODY + b" ", signed(), [f"whsec_{SECRET}"])
