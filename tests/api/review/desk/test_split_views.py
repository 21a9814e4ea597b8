"""Views that point the other way than the score: how many, where, and nothing where they agree."""

import re

import pytest

from api.review.desk.split_views import part_of, split_views
from core.sayings.codes import PicturePart, Reason
from core.sayings.saying import render, say
from core.vocabulary import Finding, Thresholds, ViewScore
from store.tables.case_tables import Verdict
from store.verdicts.view_scores import read_views, views_json
from tests.api.review.conftest import Desk

LINES = Thresholds(0.35, 0.9)
UPPER_LEFT, LOWER_RIGHT = (0.0, 0.0, 0.5, 0.4), (0.6, 0.6, 1.0, 1.0)
TOP, WHOLE = (0.0, 0.0, 1.0, 0.6), (0.0, 0.0, 1.0, 0.9)


def view(score: float, box: tuple[float, float, float, float] = TOP, *, is_native: bool = False) -> ViewScore:
    return ViewScore(box, score, is_native)


def says(score: float, *views: ViewScore) -> str | None:
    found = split_views(views, score, LINES)
    return render(found.says) if found else None


def test_views_beyond_the_other_threshold_are_counted_and_the_farthest_is_placed() -> None:
    assert says(0.95, view(0.99), view(0.5), view(0.91, WHOLE)) is None
    assert (
        says(0.95, view(0.99), view(0.1, UPPER_LEFT), view(0.5, WHOLE))
        == "1 of 3 parts points the other way: the upper left part looks drawn."
    )
    assert (
        says(0.1, view(0.01), view(0.92, UPPER_LEFT), view(0.97, LOWER_RIGHT))
        == "2 of 3 parts point the other way: above all, the lower right part looks generated."
    )


def test_an_uncertain_score_has_two_other_sides() -> None:
    assert says(0.6, view(0.5), view(0.7, WHOLE)) is None
    assert says(0.6, view(0.95, UPPER_LEFT), view(0.7, WHOLE)) == (
        "Parts of the picture disagree: the upper left part looks generated (1 of 2 parts); "
        "the others point neither way."
    )
    assert says(0.6, view(0.95, UPPER_LEFT), view(0.1, LOWER_RIGHT), view(0.2, TOP)) == (
        "Parts of the picture disagree: the upper left part looks generated, and the lower right part "
        "looks drawn (1 and 2 of 3 parts)."
    )


def test_a_score_exactly_at_a_threshold_lies_above_it() -> None:
    assert says(0.9, view(0.35)) is None
    assert says(0.9, view(0.349)) is not None
    assert says(0.34, view(0.9)) is not None
    assert split_views([view(0.1)], 0.95, None) is None


def test_views_of_one_place_count_once() -> None:
    found = split_views([view(0.1), view(0.1), view(0.1, is_native=True), view(0.99, WHOLE)], 0.95, LINES)
    assert found is not None
    assert render(found.says).startswith("2 of 3 parts")
    assert len(found.marks) == 2


@pytest.mark.parametrize(
    ("box", "part"),
    [
        (WHOLE, PicturePart.WHOLE),
        (TOP, PicturePart.UPPER),
        (UPPER_LEFT, PicturePart.UPPER_LEFT),
        ((0.3, 0.3, 0.7, 0.7), PicturePart.CENTRE),
        ((0.7, 0.3, 1.0, 0.7), PicturePart.RIGHT),
        ((0.0, 0.6, 0.4, 1.0), PicturePart.LOWER_LEFT),
    ],
)
def test_a_view_is_called_by_the_part_that_it_shows(
    box: tuple[float, float, float, float], part: PicturePart
) -> None:
    assert part_of(view(0.5, box)) is part


def test_views_are_kept_in_thousandths() -> None:
    kept = views_json([view(0.12345, UPPER_LEFT), view(0.9, is_native=True)])
    assert kept == [[0, 0, 500, 400, 123, 0], [0, 0, 1000, 600, 900, 1]]
    assert read_views(kept) == [view(0.123, UPPER_LEFT), view(0.9, is_native=True)]
    assert read_views(None) == []


def test_the_page_of_a_case_shows_them_in_the_readers_language(desk: Desk) -> None:
    too_small = (say(Reason.PICTURE_TOO_SMALL, least=64),)
    old, small = desk.add_case(0.94), desk.add_case(0.95, reasons=too_small)
    sha256 = desk.add_case(0.97, Finding.FLAGGED)
    with desk.parts.database.writing() as session:
        for one in (sha256, small):
            verdict = session.query(Verdict).filter_by(image_sha256=one).one()
            verdict.views = views_json([view(0.99), view(0.1, UPPER_LEFT)])
    visit = desk.as_person()
    page = visit.get(f"/review/cases/{sha256}").text
    assert "1 of 2 parts points the other way: the upper left part looks drawn." in page
    (mark,) = re.findall(r'<rect class="solid-clear"[^>]*>', page)
    assert 'x="0.0" y="0.0" width="20.0"' in mark
    assert ">10 of 100<" in page
    japanese = visit.get(f"/review/cases/{sha256}", headers={"Accept-Language": "ja"}).text
    assert "2か所のうち1か所は逆の傾向です。左上の部分は手描きに見えます。" in japanese
    for other in (old, small):
        assert "the other way" not in visit.get(f"/review/cases/{other}").text
