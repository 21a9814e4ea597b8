"""Submit, read and list, one at a time."""

from collections.abc import Callable

import pytest

from api.http.parts import ApiParts
from api.schemas.answers import PageAnswer, SubmissionAnswer
from core.clock import now
from core.sayings.codes import AddressRange, FailureDetail
from core.sayings.saying import say
from core.vocabulary import Failure, FailureCode, Outcome, Priority, Role, Source, State
from store.base.database import Database
from store.intake.claim_ends import finish_failed
from store.intake.claims import claim
from store.intake.submissions import find_submission
from store.tables.case_tables import Decision, Image
from store.tables.people_tables import Moderator
from tests.api.conftest import IMAGE_URL, PROMPT, RecordingSender, Web, examine, make_web, problem
from tests.store.intake.test_claims import LEASE

FIELDS = {
    "page_url": "https://example.com/page?a=1",
    "title": "絵 ✓",
    "listing_id": "listing-1",
    "external_id": "42",
    "callback_url": "https://example.com/hook",
}
NOTHING_YET = dict.fromkeys(("examined_at", "image", "verdict", "decision", "appeal", "seller", "failure"))


def test_a_submission_is_stored_then_sent_and_answered_whole(web: Web, sender: RecordingSender) -> None:
    response = web.post("/v1/submissions", json={"image_url": IMAGE_URL, **FIELDS, "priority": "low"})
    assert response.status_code == 202
    body = response.get_json()
    assert response.headers["Location"] == f"/v1/submissions/{body['id']}"
    callback_url = {"callback_url"}  # the client's own secret way in is not read back
    shown = {name: value for name, value in FIELDS.items() if name not in callback_url}
    assert body == {
        "id": body["id"],
        "state": "queued",
        "source": "api",
        "image_url": IMAGE_URL,
        **shown,
        "declared": "unknown",
        "contradiction": "none",
        "created_at": body["created_at"],
        **NOTHING_YET,
        "links": {
            "self": f"/v1/submissions/{body['id']}",
            "appeal": None,
            "heatmap": None,
            "statement": None,
        },
    }
    assert body["created_at"].endswith("Z")
    assert sender.sent == [(body["id"], Priority.LOW)]
    assert web.get(response.headers["Location"]).get_json() == body


def test_what_is_left_out_or_null_is_null(web: Web) -> None:
    for fields in ({}, dict.fromkeys(FIELDS), {"priority": None}):
        body = web.get(f"/v1/submissions/{web.submit(**fields)}").get_json()
        assert [body[name] for name in ("page_url", "title", "listing_id", "external_id")] == [None] * 4


def test_every_field_is_stored(web: Web, database: Database) -> None:
    submission_id = web.submit(**FIELDS)
    with database.reading() as session:
        row = find_submission(session, submission_id)
    assert row is not None
    assert {name: getattr(row, name) for name in FIELDS} == FIELDS
    assert row.priority is Priority.NORMAL
    assert row.sent_at is not None


def test_an_extension_goes_first_unless_it_says_otherwise(sqlite_parts: ApiParts) -> None:
    extension = make_web(sqlite_parts, source=Source.EXTENSION)
    first, second = extension.submit(), extension.submit(priority="low")
    sender = sqlite_parts.sender
    assert isinstance(sender, RecordingSender)
    assert sender.sent == [(first, Priority.HIGH), (second, Priority.LOW)]
    assert extension.get(f"/v1/submissions/{first}").get_json()["source"] == "extension"


def test_what_the_broker_does_not_take_is_left_to_the_sweeper(
    web: Web, sender: RecordingSender, database: Database
) -> None:
    sender.takes = 0
    submission_id = web.submit()
    with database.reading() as session:
        row = find_submission(session, submission_id)
    assert row is not None
    assert row.sent_at is None
    assert row.state is State.QUEUED


def test_an_examined_submission_shows_its_verdict_but_no_private_field(web: Web, database: Database) -> None:
    submission_id = web.submit()
    examine(database, submission_id)
    response = web.get(f"/v1/submissions/{submission_id}")
    body = response.get_json()
    assert body["state"] == "examined"
    assert body["examined_at"].endswith("Z")
    assert body["image"] == {
        "sha256": "a" * 64,
        "width": 1024,
        "height": 1536,
        "format": "png",
        "bytes": 812_345,
    }
    assert body["verdict"] == {
        "finding": "flagged",
        "score": 0.973,
        "score_range": None,
        "human_share": None,
        "thresholds": None,
        "label": "ai",
        "model": "mobilenet_v3-test",
        "policy": "2026-11-1",
        "basis": "pixels",
        "headline": "Signs of AI generation",
        "headline_code": "reader_flagged",
        "reasons": ["The pixels show strong signs of generation: score 97 of 100; 90 or above is flagged."],
        "reason_codes": [{"code": "pixels_flagged", "values": {"score": 0.973, "flagged_from": 0.9}}],
        "evidence": [
            {
                "kind": "novelai_metadata",
                "grade": "declared",
                "label": "ai",
                "generator": "NovelAI",
                "detail": "A generation record of NovelAI was found in PNG text Comment. The record itself is unsigned.",  # noqa: E501
                "reason_code": "novelai_record",
                "reason_values": {"where": {"code": "png_text", "values": {"key": "Comment"}}},
            }
        ],
    }
    assert PROMPT not in response.text
    SubmissionAnswer.model_validate_json(response.data)


def test_a_standing_decision_is_shown(web: Web, database: Database) -> None:
    submission_id = web.submit()
    examine(database, submission_id)
    with database.writing() as session:
        person = Moderator(email="a@example.com", role=Role.MODERATOR, password_hash="none")
        session.add(person)
        image = session.get_one(Image, "a" * 64)
        session.flush()
        decision = Decision(
            image_sha256=image.sha256,
            verdict_id=image.verdict_id,
            moderator_id=person.id,
            outcome=Outcome.HUMAN,
        )
        session.add(decision)
        session.flush()
        image.decision_id = image.reported_id = decision.id
        decided_at = decision.created_at
    body = web.get(f"/v1/submissions/{submission_id}").get_json()
    assert body["decision"] == {
        "outcome": "human",
        "ground": None,
        "policy": "",
        "decided_at": decided_at.isoformat().replace("+00:00", "Z"),
    }


def test_a_failed_submission_says_why(web: Web, database: Database) -> None:
    submission_id = web.submit()
    with database.writing() as session:
        held = claim(session, submission_id, lease=LEASE, at=now())
        assert held is not None
        refused = say(FailureDetail.ADDRESS_REFUSED, host="127.0.0.1", range=say(AddressRange.LOOPBACK))
        failure = Failure(FailureCode.UNSAFE_ADDRESS, refused, permanent=True)
        finish_failed(session, held, failure, at=now())
    body = web.get(f"/v1/submissions/{submission_id}").get_json()
    assert body["state"] == "failed"
    assert body["failure"] == {
        "code": "unsafe_address",
        "detail": "Kantei does not fetch from 127.0.0.1, because this address is loopback.",
        "reason_code": "address_refused",
        "reason_values": {"host": "127.0.0.1", "range": {"code": "loopback", "values": {}}},
        "permanent": True,
    }
    assert body["verdict"] is None


def test_a_client_sees_only_its_own(web: Web, api_parts: ApiParts) -> None:
    submission_id = web.submit()
    other = make_web(api_parts)
    assert problem(other.get(f"/v1/submissions/{submission_id}"))["code"] == "not_found"
    assert other.get("/v1/submissions").get_json() == {"submissions": [], "next_cursor": None}


@pytest.mark.parametrize("submission_id", ["0" * 32, "x", "0" * 31 + "G", "%00", "a" * 5000])
def test_an_unknown_id_is_not_found(sqlite_web: Web, submission_id: str) -> None:
    response = sqlite_web.get(f"/v1/submissions/{submission_id}")
    assert response.status_code == 404
    assert problem(response)["code"] == "not_found"


def test_pages_lead_through_all_newest_first(web: Web) -> None:
    ids = [web.submit() for _ in range(5)]
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = PageAnswer.model_validate(web.get(f"/v1/submissions?limit=2&cursor={cursor}").get_json())
        assert len(page.submissions) <= 2
        seen += [item.id for item in page.submissions]
        cursor = page.next_cursor
    assert seen == ids[::-1]


def test_a_page_that_is_just_full_is_the_last(web: Web) -> None:
    web.submit()
    assert web.get("/v1/submissions?limit=1").get_json()["next_cursor"] is None


def test_a_list_is_filtered_by_state_and_listing(web: Web, database: Database) -> None:
    one, two = web.submit(listing_id="A"), web.submit(listing_id="B")
    examine(database, two)

    def listed(query: str) -> list[str]:
        return [item["id"] for item in web.get(f"/v1/submissions?{query}").get_json()["submissions"]]

    assert listed("state=queued") == [one]
    assert listed("state=examined") == [two]
    assert listed("listing_id=B") == [two]
    assert listed("listing_id=B&state=queued") == []


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("limit=0", "invalid_request", "limit"),
        ("limit=101", "invalid_request", "limit"),
        ("limit=ten", "invalid_request", "limit"),
        ("state=done", "invalid_request", "state"),
        ("listing_id=%00", "invalid_request", "listing_id"),
        ("colour=red", "invalid_request", "colour"),
        ("limit=1&limit=2", "invalid_request", "limit"),
        ("cursor=AQ", "invalid_cursor", "cursor"),
        ("cursor=" + "A" * 23, "invalid_cursor", "cursor"),
        ("cursor=" + "x" * 5000, "invalid_cursor", "cursor"),
        ("cursor=%ff", "invalid_cursor", "cursor"),
    ],
)
def test_a_wrong_query_is_refused_by_name(sqlite_web: Web, query: str, code: str, field: str) -> None:
    response = sqlite_web.get(f"/v1/submissions?{query}")
    assert response.status_code == 422
    body = problem(response)
    assert body["code"] == code
    assert body["errors"][0]["field"] == field


def test_a_page_costs_one_query_however_long(
    web: Web, database: Database, count_queries: Callable[[], int]
) -> None:
    for number in range(12):
        examine(database, web.submit(), sha256=f"{number:064x}")
    web.get("/v1/submissions?limit=1")
    count_queries()
    assert len(web.get("/v1/submissions?limit=12").get_json()["submissions"]) == 12
    assert count_queries() == 1
    submission_id = web.submit()
    count_queries()
    web.get(f"/v1/submissions/{submission_id}")
    assert count_queries() == 1


def test_answers_are_for_the_holder_of_the_key_alone(sqlite_web: Web) -> None:
    response = sqlite_web.get("/v1/submissions")
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["X-Frame-Options"] == "DENY"
