"""Many people at one queue, some of whose browsers die: no case lost, none decided twice unknowingly.

Golden cases and second looks are mixed in. `KANTEI_TEST_DESK=20x2000` runs it in full size.
"""

import os
import random
import re
import threading
from collections import Counter
from http import HTTPStatus

import pytest
from sqlalchemy import select, update

from core.clock import now
from core.vocabulary import Outcome, Role
from store.desk.decisions import Seen, decide
from store.quality.quality import add_golden
from store.tables.case_tables import Decision, Image
from store.tables.quality_tables import Check, CheckKind
from store.tables.review_states import ReviewState
from store.tables.review_tables import CaseClaim
from tests.api.review.conftest import Desk, Visit, hidden
from tests.api.review.desk.test_queue import shown

PEOPLE, CASES = map(int, os.environ.get("KANTEI_TEST_DESK", "20x60").split("x"))
GOLDEN = 6


def _work(desk: Desk, visit: Visit, chance: random.Random, faults: list[str]) -> None:
    """Decide until the queue is empty; now and then stop in the middle of a case, as a crash would."""
    address: str | None = None
    for _ in range(CASES * 3):
        if address is None:
            open_cases = shown(visit.get("/review?claimed=nobody").text)
            if not open_cases:
                return
            address = f"/review/cases/{chance.choice(open_cases)}"
        page = visit.open(address)
        if page.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            continue  # on a slow machine all connections may be taken; a person tries again
        sha256 = address.split("/")[3].split("?")[0]
        if 'class="standing"' in page.text or chance.random() < 0.1:
            address = None  # somebody was quicker, or the browser died: its claim stays behind
            continue
        names = ("form_token", "verdict_id", "decision_id")
        form = {name: hidden(page.text, name) for name in names}
        # The picture decides, so that two people who look at one agree.
        form["outcome"] = "human" if sha256[0] < "8" else "ai"
        answer = visit.client.post(f"/review/cases/{sha256}/decision", data=form)
        if answer.status_code not in {303, 409, 503}:
            faults.append(f"{answer.status_code} on {sha256}")
        following = re.match(r"/review/cases/\w{64}", answer.location or "")
        address = following[0] if following else None


def _make_golden(desk: Desk) -> set[str]:
    """Let somebody who is not among the moderators decide a few cases for sure."""
    found = {desk.add_case(0.9, colour=(i, 9, 9)) for i in range(GOLDEN)}
    teacher = desk.add_person("teacher@example.com", Role.LEAD)
    with desk.parts.database.writing() as session:
        for sha256 in found:
            image = session.get_one(Image, sha256)
            seen = Seen(sha256, image.verdict_id or "", None)
            decide(session, seen, moderator_id=teacher, outcome=Outcome.AI, note="", at=now())
            session.expire_all()
            add_golden(session, sha256, answer=Outcome.AI, lesson="x", moderator_id=teacher, at=now())
    return found


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1])
def test_no_case_is_lost_and_none_decided_twice(desk: Desk, seed: int) -> None:
    cases = {desk.add_case(0.9, colour=(i % 256, i // 256, 200)) for i in range(CASES)}
    lead = desk.as_person("lead@example.com", Role.LEAD)
    golden = _make_golden(desk)
    lead.send("/admin/quality", golden="30", second="20")  # so many that one comes for sure
    visits = [desk.as_person(f"m{i}@example.com") for i in range(PEOPLE)]
    faults: list[str] = []
    for round_ in range(10):
        threads = [
            threading.Thread(target=_work, args=(desk, visit, random.Random(seed * 100 + i + round_), faults))
            for i, visit in enumerate(visits)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with desk.parts.database.reading() as session:
            if not session.scalars(select(Image.sha256).where(Image.review == ReviewState.OPEN)).first():
                break
        # Ten minutes later the claims of the dead browsers are over.
        with desk.parts.database.writing() as session:
            session.execute(update(CaseClaim).values(until=CaseClaim.claimed_at))
    assert faults == []
    with desk.parts.database.reading() as session:
        decisions = list(session.scalars(select(Decision).where(Decision.image_sha256.not_in(golden))))
        images = {image.sha256: image for image in session.scalars(select(Image))}
        checks = list(session.scalars(select(Check).where(Check.answered_at.is_not(None))))
        kept = set(session.scalars(select(Decision.id).where(Decision.image_sha256.in_(golden))))
    assert Counter(one.image_sha256 for one in decisions) == Counter(cases)
    assert {check.kind for check in checks} == set(CheckKind)
    deciders = {one.id: one.moderator_id for one in decisions}
    for check in checks:
        if check.kind is CheckKind.SECOND:
            assert check.moderator_id != deciders[check.decision_id or ""]
    # Whatever was answered on golden cases, they stand as they stood.
    assert {images[sha256].decision_id for sha256 in golden} == kept
    assert {images[one.image_sha256].decision_id for one in decisions} == {one.id for one in decisions}
    assert {image.review for image in images.values()} == {ReviewState.CLOSED}
