"""A listing in one look: every image, what is known of it, and the worst that stands."""

from typing import Any

import pytest

from api.schemas.listing_schemas import ListingAnswer
from core.clock import now
from core.vocabulary import Outcome, Role
from store.base.database import Database
from store.desk.decisions import Seen, decide
from store.people.moderators import add_moderator
from store.verdicts.images import find_image
from tests.api.conftest import Web, examine, make_web
from tests.reporting import report


def read(web: Web, listing_id: str) -> dict[str, Any]:
    answer = web.get(f"/v1/listings/{listing_id}")
    assert answer.status_code == 200, answer.text
    ListingAnswer.model_validate_json(answer.data)
    body: dict[str, Any] = answer.get_json()
    return body


def test_submissions_that_name_a_listing_make_one(web: Web) -> None:
    ids = [web.submit(listing_id="L/1 ü", title=str(number)) for number in range(3)]
    found = read(web, "L%2F1%20%C3%BC")
    assert found["id"] == "L/1 ü"
    assert [image["submission"]["id"] for image in found["images"]] == ids
    assert found["summary"] == {"finding": None, "images": 3, "waiting": 3, "examined": 0, "failed": 0}
    assert web.client.get(found["links"]["self"]).status_code == 401
    assert len(web.get(found["links"]["submissions"]).get_json()["submissions"]) == 3


def test_a_decision_goes_before_the_verdict(web: Web, database: Database) -> None:
    examine(database, web.submit(listing_id="1"))
    web.submit(listing_id="1")
    assert read(web, "1")["summary"]["finding"] == "flagged"
    with database.writing() as session:
        person = add_moderator(session, email="aiko@example.com", role=Role.MODERATOR).moderator
        image = find_image(session, "a" * 64)
        assert image is not None
        assert image.verdict_id is not None
        seen = Seen(image.sha256, image.verdict_id, None)
        decide(session, seen, moderator_id=person.id, outcome=Outcome.HUMAN, note="", at=now())
    assert read(web, "1")["summary"]["finding"] == "flagged"
    report(database)
    summary = read(web, "1")["summary"]
    assert (summary["finding"], summary["examined"], summary["waiting"]) == ("clear", 1, 1)


@pytest.mark.parametrize("listing_id", ["2", "%00", "x" * 256])
def test_what_is_not_there_or_anothers_is_not_found(
    sqlite_web: Web, sqlite_parts: Any, listing_id: str
) -> None:
    make_web(sqlite_parts).submit(listing_id="2")
    assert sqlite_web.get(f"/v1/listings/{listing_id}").status_code == 404
