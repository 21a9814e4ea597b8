"""Many people at one queue, some of whose browsers die: no case lost, none decided twice unknowingly."""

import random
import re
import threading
from collections import Counter

import pytest
from sqlalchemy import select, update

from store.case_claims import CaseClaim
from store.review_states import ReviewState
from store.tables import Decision, Image
from tests.api.review.conftest import Desk, Visit, hidden
from tests.api.review.test_queue import shown

PEOPLE, CASES = 6, 60


def _work(desk: Desk, visit: Visit, chance: random.Random, faults: list[str]) -> None:
    """Decide until the queue is empty; now and then stop in the middle of a case, as a crash would."""
    address: str | None = None
    for _ in range(CASES * 3):
        if address is None:
            open_cases = shown(visit.get("/review?claimed=nobody").text)
            if not open_cases:
                return
            address = f"/review/cases/{chance.choice(open_cases)}"
        page = visit.get(address)
        sha256 = address.split("/")[3].split("?")[0]
        if 'class="standing"' in page.text or chance.random() < 0.1:
            address = None  # somebody was quicker, or the browser died: its claim stays behind
            continue
        names = ("form_token", "verdict_id", "decision_id")
        form = {name: hidden(page.text, name) for name in names}
        form["outcome"] = chance.choice(["human", "ai"])
        answer = visit.client.post(f"/review/cases/{sha256}/decision", data=form)
        if answer.status_code not in {303, 409}:
            faults.append(f"{answer.status_code} on {sha256}")
        following = re.match(r"/review/cases/\w{64}", answer.location or "")
        address = following[0] if following else None


@pytest.mark.parametrize("seed", [1])
def test_no_case_is_lost_and_none_decided_twice(desk: Desk, seed: int) -> None:
    cases = {desk.add_case(0.9, colour=(i, 2 * i, 255 - i)) for i in range(CASES)}
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
        decisions = list(session.scalars(select(Decision)))
        images = {image.sha256: image for image in session.scalars(select(Image))}
    assert Counter(one.image_sha256 for one in decisions) == Counter(cases)
    assert {images[one.image_sha256].decision_id for one in decisions} == {one.id for one in decisions}
    assert {image.review for image in images.values()} == {ReviewState.CLOSED}
