"""The page of failures: what is shown, which are chosen, and trying again."""

from datetime import datetime, timedelta

import pytest

from core.clock import now
from core.sayings.codes import AddressRange, FailureDetail
from core.sayings.saying import say
from core.sayings.stored import saying_json
from core.vocabulary import FailureCode, Source, State
from store.intake.submissions import SubmissionRequest, find_submission
from store.outbox.submission_json import standing_json
from store.tables.submission_tables import Submission
from tests.api.review.conftest import Desk
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
    assert ("To allow it, set KANTEI_FETCH_ALLOW." in page) is is_named
