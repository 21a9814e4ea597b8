"""Groups by look: cases whose pictures look very much alike, decided with the usual preview."""

import random

import pytest

from core.vocabulary import PictureLook
from store.desk import groups
from tests.api.review.conftest import Desk
from tests.api.review.desk.test_bulk import _boxes
from tests.api.review.desk.test_queue import shown

RED, BLUE = (f"{random.Random(seed).getrandbits(256):064x}" for seed in (1, 2))  # looks of a test


def _look(look: str, bits: int, kind: str = "features-1") -> PictureLook:
    """A look that differs from another by so many bits."""
    return PictureLook(kind, f"{int(look, 16) ^ ((1 << bits) - 1):064x}")


def _groups(page: str) -> list[list[str]]:
    """The cases that each group decides together."""
    return [
        [box.split("~")[0] for box in _boxes(form.partition("</form>")[0])]
        for form in page.split('class="push together"')[1:]
    ]


def test_cases_that_look_alike_are_one_group_in_the_order_of_the_queue(desk: Desk) -> None:
    reds = [desk.add_case(0.97 - n / 100, look=_look(RED, n * 12)) for n in range(3)]
    blues = [desk.add_case(0.93 - n / 100, look=_look(BLUE, n)) for n in range(2)]
    # A bit too many, the bits of another network, and no look at all.
    far, other, none = (
        desk.add_case(0.905, look=_look(BLUE, 25)),
        desk.add_case(0.925, look=_look(BLUE, 0, "features-2")),
        desk.add_case(0.99),
    )
    visit = desk.as_person()
    page = visit.get("/review?view=looks").text
    assert _groups(page) == [reds, blues]
    assert "Pictures that look alike" in page
    assert not {far, other, none} & set(shown(page))
    assert _groups(visit.get("/review?view=looks&to_points=95").text) == [blues, reds[2:]][:1]
    preview = visit.client.post(
        "/review/bulk/preview",
        data={"form_token": visit.form_token(), "outcome": "human", "case": _boxes(page)[:3]},
    ).text
    assert "Decide Human for 3 cases?" in preview


def test_only_the_first_cases_are_compared_and_nothing_alike_is_said(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "COMPARED", 2)
    desk.add_case(0.99, look=_look(RED, 0))
    desk.add_case(0.98, look=_look(BLUE, 0))
    desk.add_case(0.97, look=_look(RED, 1))
    visit = desk.as_person()
    page = visit.get("/review?view=looks").text
    assert _groups(page) == []
    assert "No groups" in page
