"""The page of failures: what is shown, which are chosen, and trying again."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from api.app import create_app
from api.http.parts import FetchRules
from core.clock import now
from core.operations.measuring import measure_alone
from core.sayings.codes import AddressRange, FailureDetail
from core.sayings.saying import Saying, say
from core.sayings.stored import saying_json
from core.settings.setting_values import fetch_allow
from core.vocabulary import FailureCode, Source, State
from store.intake.submissions import SubmissionRequest, find_submission
from store.outbox.submission_json import standing_json
from store.tables.submission_tables import Submission
from tests.api.review.conftest import COOKIE, Desk, Visit
from tests.submissions import add_submission


def add_failure(desk: Desk, name: str, code: FailureCode, *, retry_at: datetime | None = None) -> str:
    url = f"https://pictures.example/{name}.png"
    request = SubmissionRequest(
        Source.MARKETPLACE, image_url=url, page_url="https://shop.example/p/1", listing_id="L-1"
    )
    with desk.parts.database.writing() as session:
        row = add_submission(session, desk.shop.client.id, request)
        row.state, row.failure_code, row.failure_permanent = State.FAILED, code, retry_at is None
        row.failing_since, row.retry_at = now() if retry_at else None, retry_at
        session.flush()
        return row.id


def tried_at_once(desk: Desk) -> set[str]:
    with desk.parts.database.reading() as session:
        rows = session.query(Submission).all()
        return {row.id for row in rows if row.retry_at is not None and row.retry_at <= now()}


def test_failures_are_filtered_and_link_to_where_they_came_from(desk: Desk) -> None:
    add_failure(desk, "waits", FailureCode.TIMED_OUT, retry_at=now() + timedelta(minutes=9))
    add_failure(desk, "lost", FailureCode.GONE)
    visit = desk.as_person()
    page = visit.get("/review/failures").text
    for link in ("https://pictures.example/lost.png", "https://shop.example/p/1"):
        assert f'href="{link}"' in page
    assert "/L-1" in page
    expected: dict[str, list[str]] = {
        "": ["waits", "lost"],
        "code=gone": ["lost"],
        "retried=yes": ["waits"],
        "retried=no": ["lost"],
        "client=" + "0" * 32: [],
        "code=nonsense": ["waits", "lost"],
    }
    for query, names in expected.items():
        page = visit.get(f"/review/failures?{query}").text
        assert [name for name in ("waits", "lost") if f"/{name}.png" in page] == names


def test_one_or_many_are_tried_again_at_once(desk: Desk) -> None:
    waits = add_failure(desk, "waits", FailureCode.TIMED_OUT, retry_at=now() + timedelta(minutes=9))
    lost, other = (add_failure(desk, name, FailureCode.HTTP_STATUS) for name in ("lost", "other"))
    visit = desk.as_person()
    answer = visit.send("/review/failures/retry?code=http_status", only=lost, submission=waits)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/review/failures?code=http_status")
    assert tried_at_once(desk) == {lost}
    token = visit.form_token()
    form = {"form_token": token, "submission": [waits, other, "nonsense"]}
    assert visit.client.post("/review/failures/retry", data=form).status_code == 303
    assert tried_at_once(desk) == {lost, waits, other}


@pytest.mark.parametrize(
    ("kind", "is_named"),
    [(AddressRange.LOOPBACK, True), (AddressRange.PRIVATE, True), (AddressRange.CLOUD_METADATA, False)],
)
def test_an_address_that_may_be_allowed_names_the_setting_here_alone(
    desk: Desk, kind: AddressRange, *, is_named: bool
) -> None:
    name = add_failure(desk, "inside", FailureCode.UNSAFE_ADDRESS)
    says = say(FailureDetail.ADDRESS_REFUSED, host="inside.example", range=say(kind))
    with desk.parts.database.writing() as session:
        session.get_one(Submission, name).failure_reason = saying_json(says)
    with desk.parts.database.reading() as session:
        row = find_submission(session, name)
        assert row is not None
        assert "KANTEI_FETCH_ALLOW" not in str(standing_json(row))
    page = desk.as_person().get("/review/failures").text
    assert ("or allow this one with KANTEI_FETCH_ALLOW." in page) is is_named


MIB = 1024 * 1024
REFUSED = say(FailureDetail.ADDRESS_REFUSED, host="10.0.0.7", range=say(AddressRange.PRIVATE))
TOO_LARGE = say(FailureDetail.FILE_TOO_LARGE, limit=20 * MIB)
TOO_WIDE = say(FailureDetail.PIXELS_OVER_LIMIT, pixels=90_000_000, limit=50_000_000)
NO_PORT = say(FailureDetail.PORT_REFUSED, port=9000)
LASTING = [
    (FailureCode.UNSAFE_ADDRESS, None, "Submit a public address"),
    (FailureCode.UNSAFE_ADDRESS, REFUSED, "allow this one with KANTEI_FETCH_ALLOW"),
    (FailureCode.UNSAFE_ADDRESS, NO_PORT, "KANTEI_FETCH_PORTS"),
    (FailureCode.UNSAFE_ADDRESS, say(FailureDetail.URL_SCHEME), "Correct the address"),
    (FailureCode.UNRESOLVABLE, say(FailureDetail.URL_MALFORMED), "Correct the address"),
    (FailureCode.TOO_LARGE, None, "Submit a smaller file."),
    (FailureCode.TOO_LARGE, TOO_LARGE, "KANTEI_MAX_IMAGE_BYTES"),
    (FailureCode.NOT_AN_IMAGE, None, "Submit the address of the picture itself"),
    (FailureCode.NOT_AN_IMAGE, say(FailureDetail.PICTURE_DAMAGED), "undamaged copy"),
    (FailureCode.TOO_MANY_PIXELS, None, "Submit a smaller copy"),
    (FailureCode.TOO_MANY_PIXELS, TOO_WIDE, "KANTEI_MAX_PIXELS"),
    (FailureCode.GONE, say(FailureDetail.UPLOAD_NOT_STORED), "Submit the file again."),
    (FailureCode.GONE, say(FailureDetail.LISTING_DELETED), "Nothing needs to be done"),
]
LASTING_CODES = {FailureCode.UNSAFE_ADDRESS, FailureCode.TOO_LARGE, FailureCode.NOT_AN_IMAGE}
PASSING_CODES = sorted(set(FailureCode) - LASTING_CODES - {FailureCode.TOO_MANY_PIXELS})


@pytest.mark.parametrize(("code", "says", "help_text"), LASTING)
def test_what_can_never_work_is_not_offered_again_and_says_what_would_help(
    desk: Desk, code: FailureCode, says: Saying | None, help_text: str
) -> None:
    name, other = add_failure(desk, "never", code), add_failure(desk, "slow", FailureCode.TIMED_OUT)
    _say(desk, name, says)
    visit = desk.as_person()
    page = visit.get("/review/failures").text
    assert page.count("Another attempt would fail the same way.") == 1
    assert help_text in page
    assert (_buttons(page), _boxes(page)) == ([other], [other])
    # Nor by a form that was shown before, alone or among others.
    visit.send("/review/failures/retry", only=name)
    form = {"form_token": visit.form_token(), "submission": [name, other]}
    assert visit.client.post("/review/failures/retry", data=form).status_code == 303
    assert tried_at_once(desk) == {other}
    assert "Retry selected" not in visit.get(f"/review/failures?code={code}").text


@pytest.mark.parametrize("code", PASSING_CODES)
def test_what_may_pass_can_be_tried_again(desk: Desk, code: FailureCode) -> None:
    name, visit = add_failure(desk, "passing", code), desk.as_person()
    page = visit.get("/review/failures").text
    assert (_buttons(page), _boxes(page)) == ([name], [name])
    assert "fail the same way" not in page
    assert "Retry selected" in page


@pytest.mark.parametrize(
    ("code", "says", "rules"),
    [
        (FailureCode.UNSAFE_ADDRESS, REFUSED, FetchRules(allow=fetch_allow("10.0.0.0/8"))),
        (FailureCode.UNSAFE_ADDRESS, REFUSED, FetchRules(allow=fetch_allow("10.0.0.7:443"))),
        (FailureCode.UNSAFE_ADDRESS, NO_PORT, FetchRules(ports=frozenset({9000}))),
        (FailureCode.TOO_LARGE, TOO_LARGE, FetchRules(max_image_bytes=20 * MIB + 1)),
        (FailureCode.TOO_MANY_PIXELS, TOO_WIDE, FetchRules(max_pixels=90_000_000)),
    ],
)
def test_once_a_setting_permits_it_a_file_can_be_tried_again(
    desk: Desk, code: FailureCode, says: Saying, rules: FetchRules
) -> None:
    name = add_failure(desk, "limited", code)
    _say(desk, name, says, "https://10.0.0.7/limited.png")
    strict = FetchRules(allow=fetch_allow("10.9.0.0/16"), max_pixels=89_999_999)
    for given, shown in ((strict, []), (rules, [name])):
        app = create_app(replace(desk.parts, fetch_rules=given, measuring=measure_alone()))
        app.testing = True
        visit = Visit(app.test_client())
        cookie = desk.as_person().client.get_cookie(COOKIE)
        assert cookie
        visit.client.set_cookie(COOKIE, cookie.value)
        assert _buttons(visit.get("/review/failures").text) == shown
        visit.send("/review/failures/retry", only=name)
        assert tried_at_once(desk) == set(shown)


def _say(desk: Desk, name: str, says: Saying | None, url: str | None = None) -> None:
    """Set the cause of a failure, and the address of its picture."""
    with desk.parts.database.writing() as session:
        row = session.get_one(Submission, name)
        row.failure_reason = saying_json(says) if says else None
        row.image_url = url or row.image_url


def _buttons(page: str) -> list[str]:
    return re.findall(r'<button name="only" value="(\w+)"', page)


def _boxes(page: str) -> list[str]:
    return re.findall(r'type="checkbox" name="submission" value="(\w+)"', page)
