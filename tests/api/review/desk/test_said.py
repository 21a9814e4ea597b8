"""What Kantei says of a case is read in the reader's language; what older versions said stays as it was."""

from typing import Any

import pytest
from sqlalchemy import select, update

from core.sayings.codes import Clause, EvidenceDetail, FailureDetail, KnownImageDetail, Place
from core.sayings.saying import render, say
from core.sayings.stored import saying_json
from core.vocabulary import Evidence, EvidenceKind, FailureCode, Finding, Grade, Label, State
from store.intake.submissions import find_submission
from store.outbox.submission_json import image_json, standing_json
from store.tables.case_tables import Verdict
from store.tables.submission_tables import Submission
from store.verdicts.images import find_image
from tests.api.review.appeals.test_artist import address
from tests.api.review.conftest import Desk
from tests.services import sqlite_alone

JAPANESE = {"Accept-Language": "ja"}
DECIDED = say(
    KnownImageDetail.NEAR_COPY_DECIDED,
    day="2026-11-01",
    copy=say(Clause.NEAR_COPY),
    label=say(Clause.GENERATED),
    distance=7,
)
NAMED = say(EvidenceDetail.GENERATOR_NAMED, maker="Midjourney", where=say(Place.EXIF_TAG, key="Software"))
# As the program wrote them before it kept codes.
OLD_REASONS = [
    "The file says so, unsigned: it names A1111 as its maker.",
    "The pixels look generated: score 95 %, flagged from 90 %.",
]
OLD_EVIDENCE: list[dict[str, Any]] = [
    {
        "kind": "a1111_parameters",
        "grade": "declared",
        "label": "ai",
        "generator": "A1111",
        "detail": "Generation parameters in the manner of A1111 stand in PNG text parameters, unsigned.",
        "fields": {"prompt": "1girl"},
    }
]
OLD_FAILURE = "shop.example has no such picture (404)."


def evidence() -> tuple[Evidence, ...]:
    return (
        Evidence(EvidenceKind.KNOWN_IMAGE, Grade.DECLARED, Label.AI, None, DECIDED, {}),
        Evidence(EvidenceKind.SOFTWARE_TAG, Grade.HINT, Label.AI, "Midjourney", NAMED, {}),
    )


def make_old(desk: Desk, sha256: str) -> None:
    """Write the rows of a case as the program did before it kept codes."""
    with desk.parts.database.writing() as session:
        session.execute(
            update(Verdict)
            .where(Verdict.image_sha256 == sha256)
            .values(reasons=OLD_REASONS, evidence=OLD_EVIDENCE)
        )


def fail(desk: Desk, **values: Any) -> None:
    """End every submission as one that failed."""
    with desk.parts.database.writing() as session:
        session.execute(
            update(Submission).values(
                state=State.FAILED, failure_code=FailureCode.GONE, failure_permanent=True, **values
            )
        )


def test_reasons_and_evidence_are_read_in_the_readers_language(desk: Desk) -> None:
    visit, sha256 = desk.as_person(), desk.add_case(0.95, evidence=evidence())
    english = visit.get(f"/review/cases/{sha256}").text
    japanese = visit.get(f"/review/cases/{sha256}", headers=JAPANESE).text
    for saying in (DECIDED, NAMED):
        assert render(saying) in english
        assert render(saying, "ja") in japanese
        assert render(saying) not in japanese


@sqlite_alone
def test_a_file_that_says_a_part_was_generated_is_not_shown_as_one_that_says_it_was(desk: Desk) -> None:
    detail = say(
        EvidenceDetail.PARTLY_GENERATED, source=say(Clause.UNSIGNED_XMP), source_type="compositeSynthetic"
    )
    part = Evidence(EvidenceKind.IPTC_DIGITAL_SOURCE_TYPE, Grade.DECLARED, None, "OpenAI", detail, {})
    sha256 = desk.add_case(0.5, Finding.UNCERTAIN, evidence=(part,))
    visit = desk.as_person()
    assert "<dd>Partly AI-generated</dd>" in visit.get(f"/review/cases/{sha256}").text
    assert "<dd>一部AI生成</dd>" in visit.get(f"/review/cases/{sha256}", headers=JAPANESE).text
    whole = desk.add_case(0.6, evidence=evidence())
    assert "Partly AI-generated" not in visit.get(f"/review/cases/{whole}").text


@pytest.mark.parametrize("headers", [{}, JAPANESE])
@sqlite_alone
def test_the_case_of_an_older_version_says_what_it_said(desk: Desk, headers: dict[str, str]) -> None:
    sha256 = desk.add_case(0.95)
    make_old(desk, sha256)
    case = desk.as_person().get(f"/review/cases/{sha256}", headers=headers).text
    for text in (*OLD_REASONS, OLD_EVIDENCE[0]["detail"], "1girl"):
        assert text in case
    artist = desk.visit().get(address(desk, sha256), headers=headers).text
    for text in OLD_REASONS:
        assert text in artist


def test_an_answer_on_the_verdict_of_an_older_version_says_what_it_said(desk: Desk) -> None:
    sha256 = desk.add_case(0.95)
    make_old(desk, sha256)
    with desk.parts.database.reading() as session:
        image = find_image(session, sha256)
        assert image is not None
        verdict = image_json(image)["verdict"]
    assert verdict["reasons"] == OLD_REASONS
    assert verdict["reason_codes"] == []
    assert verdict["evidence"] == [
        {
            **{name: OLD_EVIDENCE[0][name] for name in ("kind", "grade", "label", "generator", "detail")},
            "reason_code": None,
            "reason_values": None,
        }
    ]


def test_the_failure_of_an_older_version_says_what_it_said(desk: Desk) -> None:
    desk.add_case(0.95)
    fail(desk, failure_detail=OLD_FAILURE)
    assert OLD_FAILURE in desk.as_person().get("/review/failures", headers=JAPANESE).text
    with desk.parts.database.reading() as session:
        row = find_submission(session, session.scalars(select(Submission.id)).one())
        assert row is not None
        failure = standing_json(row)["failure"]
    assert failure == {
        "code": "gone",
        "detail": OLD_FAILURE,
        "reason_code": None,
        "reason_values": None,
        "permanent": True,
    }


@sqlite_alone
def test_a_failure_is_read_in_the_readers_language(desk: Desk) -> None:
    desk.add_case(0.95)
    gone = say(FailureDetail.PICTURE_NOT_THERE, host="shop.example", status=404)
    fail(desk, failure_reason=saying_json(gone))
    visit = desk.as_person()
    assert render(gone) in visit.get("/review/failures").text
    assert render(gone, "ja") in visit.get("/review/failures", headers=JAPANESE).text
