"""Statistics: right, and readable without the plots."""

import csv
import io
import math
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update
from werkzeug.test import TestResponse

from api.review.frame.rates import Rate
from api.review.quality.stats_pages import CSV_TABLES
from core.clock import now
from core.vocabulary import Finding, Role, Source, State
from store.tables.case_tables import Image, Verdict
from store.tables.review_tables import CaseClaim
from store.tables.submission_tables import Submission
from store.verdicts.drift import stability_index
from store.verdicts.drift import weeks as weeks_of
from tests.api.review.conftest import Desk, Visit
from tests.services import sqlite_alone

Decide = Callable[..., TestResponse]


def _figures(visit: Visit, query: str = "") -> dict[tuple[str, str, str], tuple[str, str]]:
    text = visit.get(f"/review/stats.csv{query}").text.removeprefix("\ufeff")
    rows = csv.DictReader(io.StringIO(text))
    return {(row["table"], row["key"], row["measure"]): (row["value"], row["of"]) for row in rows}


def _sum(figures: dict[tuple[str, str, str], tuple[str, str]], table: str, measure: str) -> int:
    return sum(int(value) for key, (value, _) in figures.items() if (key[0], key[2]) == (table, measure))


@pytest.mark.slow
def test_false_accusations_are_counted_by_model_source_and_person(desk: Desk, decide: Decide) -> None:
    aiko, ren = desk.as_person(role=Role.LEAD), desk.as_person("ren@example.com")
    for index, outcome in enumerate(["ai", "ai", "human", "escalate"]):
        decide(aiko, desk.add_case(0.99 - index / 100, source=Source.MARKETPLACE), outcome)
    decide(ren, desk.add_case(0.6, Finding.UNCERTAIN, submissions=3), "human")
    decide(ren, desk.add_case(0.1, Finding.CLEAR), "ai")
    undone = decide(ren, desk.add_case(0.93), "human").location.split("done=")[1]
    ren.send(f"/review/decisions/{undone}/undo")
    figures = _figures(aiko)
    assert figures["by_model", "tiny-1", "false_accusations"] == ("1", "3")
    assert figures["by_model", "tiny-1", "missed"] == ("1", "1")
    assert figures["by_source", "marketplace", "false_accusations"] == ("1", "3")
    assert figures["by_source", "api", "false_accusations"] == ("0", "0")
    assert figures["by_moderator", "ren@example.com", "missed"] == ("1", "1")
    assert not any(table == "by_moderator" for table, *_ in _figures(ren))
    page = aiko.get("/review/stats").text
    assert "33.3%" in page
    assert "1 of 3" in page


@pytest.mark.slow
def test_live_error_rates_rest_on_pictures_that_no_one_chose(desk: Desk, decide: Decide) -> None:
    lead = desk.as_person(role=Role.LEAD)
    for index, outcome in enumerate(["human", "ai", "ai", "escalate"]):
        decide(lead, desk.add_case(0.99 - index / 100, sampled_share=1.0), outcome)
    for index, outcome in enumerate(["human", "human", "ai"]):
        decide(lead, desk.add_case(0.1 + index / 100, Finding.CLEAR, sampled_share=1.0), outcome)
    decide(lead, desk.add_case(0.9), "human")  # flagged and decided, but not drawn
    desk.add_case(0.2, Finding.CLEAR, sampled_share=1.0)
    figures = _figures(lead)
    assert figures["by_live_model", "tiny-1", "false_accusations"] == ("1", "3")
    assert figures["by_live_model", "tiny-1", "missed"] == ("1", "3")
    assert "8 clear or flagged pictures were drawn at random" in lead.get("/review/stats").text


def test_a_drawn_clear_picture_waits_on_the_desk_like_any_other(desk: Desk) -> None:
    drawn = desk.add_case(0.1, Finding.CLEAR, sampled_share=1.0)
    other = desk.add_case(0.11, Finding.CLEAR)
    queue = desk.as_person().get("/review").text
    assert drawn in queue
    assert other not in queue


def test_volume_scores_and_waiting_are_right(desk: Desk) -> None:
    desk.add_case(0.95)
    desk.add_case(0.97)
    old = desk.add_case(0.5, Finding.UNCERTAIN)
    with desk.parts.database.writing() as session:
        before = now() - timedelta(days=3, minutes=1)
        session.execute(update(Image).where(Image.sha256 == old).values(created_at=before))
    visit = desk.as_person()
    figures = _figures(visit, "?days=7")
    today = now().date().isoformat()
    assert figures["images_by_day", today, "flagged"][0] == "2"
    assert figures["images_by_day", before.date().isoformat(), "uncertain"][0] == "1"
    assert figures["scores", "0.95", "count"][0] == "2"
    assert figures["scores", "0.50", "count"][0] == "1"
    page = visit.get("/review/stats?days=7").text
    assert ">3 days</time>" in page
    assert "New images by day" in page


def test_volume_and_waiting_are_told_by_source_and_model(desk: Desk, decide: Decide) -> None:
    visit = desk.as_person()
    shop = [desk.add_case(0.99 - i / 100, source=Source.MARKETPLACE) for i in range(4)]
    desk.add_case(0.1, Finding.CLEAR, submissions=3)
    both = desk.add_case(0.9, source=Source.MARKETPLACE)
    at = now()
    with desk.parts.database.writing() as session:
        for minutes, sha256 in enumerate([*shop, both], start=1):
            came = at - timedelta(minutes=10 * minutes)
            of_image = Submission.image_sha256 == sha256
            session.execute(update(Submission).where(of_image).values(created_at=came))
            session.execute(update(Image).where(Image.sha256 == sha256).values(created_at=came))
        # The same image by another way, later, and one that nobody has looked at.
        client, verdict = desk.shop.client.id, session.get_one(Image, both).verdict_id
        other = {"client_id": client, "source": Source.API, "created_at": at - timedelta(minutes=1)}
        session.add(Submission(**other, state=State.EXAMINED, image_sha256=both, verdict_id=verdict))
        session.add(Submission(**other, state=State.FAILED))
        session.add(Submission(**other, state=State.QUEUED))
    for sha256 in (*shop, both):
        decide(visit, sha256, "human")
    figures = _figures(visit)
    counts = {key[1:]: value[0] for key, value in figures.items() if key[0] == "volume_by_source"}
    assert counts["marketplace", "flagged"] == "5"
    assert [counts["api", name] for name in ("clear", "flagged", "failed", "waiting")] == ["3", "1", "1", "1"]
    assert figures["volume_by_model", "tiny-1", "flagged"] == ("5", "6")

    for table, key, measure, minutes, of in (
        ("seconds_by_source", "marketplace", "half_within", 30, "5"),
        ("seconds_by_source", "marketplace", "nine_of_ten_within", 50, "5"),
        ("seconds_by_source", "api", "half_within", 1, "1"),
        ("seconds_by_model", "tiny-1", "half_within", 30, "5"),
    ):
        seconds, total = figures[table, key, measure]
        assert float(seconds) == pytest.approx(60 * minutes, abs=60), (table, key, measure)
        assert total == of
    page = visit.get("/review/stats").text
    assert re.search(r"30 mins?</span></td><td[^>]*><span class=\"nowrap\">50 mins?<", page)


@pytest.mark.parametrize("score", [0.0, 0.0499, 0.05, 0.15, 0.35, 0.7, 0.9499, 0.95, 1.0])
def test_a_score_is_counted_in_the_one_bin_that_it_lies_in(desk: Desk, score: float) -> None:
    desk.add_case(score, colour=(1, 2, 3))
    figures = _figures(desk.as_person())
    counted = {float(key[1]): value[0] for key, value in figures.items() if key[0] == "scores"}
    found = [low for low, count in counted.items() if count != "0"]
    assert found == [max(low for low in counted if low <= score)]


@pytest.mark.slow
def test_decided_is_the_same_number_in_every_table(desk: Desk, decide: Decide) -> None:
    aiko, ren = desk.as_person(role=Role.LEAD), desk.as_person("ren@example.com", Role.LEAD)
    cases = [desk.add_case(0.99 - index / 100, source=Source.MARKETPLACE) for index in range(6)]
    for sha256, outcome in zip(cases, ["human", "ai", "assisted", "escalate", "human", "ai"], strict=True):
        done = decide(aiko, sha256, outcome).location.split("done=")[1]
    aiko.send(f"/review/decisions/{done}/undo")
    # Decided again, by another: the case counts once, for the one whose decision stands.
    decide(ren, cases[4], "ai")
    figures = _figures(aiko)
    assert figures["decided", "", "cases"][0] == "4"
    for name in ("model", "source", "moderator"):
        rows = [
            int(value) for key, (value, _) in figures.items() if (key[0], key[2]) == (f"by_{name}", "decided")
        ]
        assert sum(rows) == 4, name
    for table in ("volume_by_source", "volume_by_model", "pace_by_moderator"):
        rows = [int(value) for key, (value, _) in figures.items() if (key[0], key[2]) == (table, "decided")]
        assert sum(rows) == 4, table
    assert figures["by_moderator", "ren@example.com", "decided"][0] == "1"
    assert figures["seconds_to_decision", "", "half_within"][1] == "4"
    page = aiko.get("/admin/policy").text
    decided = re.search(r"Moderators\s+decided (\d+)\s+of them", page)
    assert decided
    assert decided[1] == "4"


@pytest.mark.slow
def test_handling_time_runs_from_opening_a_case_to_the_decision(desk: Desk, decide: Decide) -> None:
    aiko, ren = desk.as_person(role=Role.LEAD), desk.as_person("ren@example.com")
    opened = [desk.add_case(0.99 - index / 100) for index in range(3)]
    for sha256, seconds in zip(opened, (10, 20, 300), strict=True):
        aiko.open(f"/review/cases/{sha256}")
        with desk.parts.database.writing() as session:
            earlier = now() - timedelta(seconds=seconds)
            mine = CaseClaim.image_sha256 == sha256
            session.execute(update(CaseClaim).where(mine).values(opened_at=earlier, claimed_at=earlier))
        # Working on it extends the claim, and is not opening it.
        aiko.claim(f"/review/cases/{sha256}")
        decide(aiko, sha256, "human")
    decide(ren, desk.add_case(0.9), "ai")  # without a script, and so without a claim
    figures = _figures(aiko)
    for table, key, prefix in (
        ("seconds_of_handling", "", ""),
        ("pace_by_moderator", "aiko@example.com", "handling_"),
    ):
        for measure, seconds in (("half_within", 20), ("nine_of_ten_within", 300)):
            value, of = figures[table, key, f"{prefix}{measure}"]
            assert float(value) == pytest.approx(seconds, abs=5)
            assert of == "3"
    assert figures["pace_by_moderator", "ren@example.com", "handling_half_within"] == ("", "0")
    assert "open for 5 mins" in aiko.get("/review/decisions").text
    # Another who opens it later has a time of their own.
    other = desk.add_case(0.8)
    aiko.open(f"/review/cases/{other}")
    with desk.parts.database.writing() as session:
        past = now() - timedelta(minutes=30)
        of_other = CaseClaim.image_sha256 == other
        session.execute(update(CaseClaim).where(of_other).values(opened_at=past, claimed_at=past, until=past))
    ren.open(f"/review/cases/{other}")
    with desk.parts.database.reading() as session:
        held = session.get_one(CaseClaim, other)
        assert held.opened_at is not None
        assert now() - held.opened_at < timedelta(minutes=1)


@pytest.mark.slow
@pytest.mark.parametrize("table", CSV_TABLES)
@sqlite_alone
def test_each_table_is_a_file_of_its_own(desk: Desk, decide: Decide, table: str) -> None:
    lead = desk.as_person(role=Role.LEAD)
    decide(lead, desk.add_case(0.95, sampled_share=1.0), "human")
    assert f"table={table}&amp;days=30" in lead.get("/review/stats").text
    found = {key[0] for key in _figures(lead, f"?table={table}&days=30")}
    assert found
    assert all(name.startswith(CSV_TABLES[table]) for name in found)


def test_an_empty_house_has_statistics_too(desk: Desk) -> None:
    visit = desk.as_person()
    assert visit.get("/review/stats").status_code == 200
    assert visit.get("/review/stats?days=nonsense").status_code == 200


@pytest.mark.parametrize(
    ("part", "total", "low", "high"), [(0, 10, 0.0, 0.278), (5, 10, 0.237, 0.763), (10, 10, 0.722, 1.0)]
)
def test_intervals_are_those_of_wilson(part: int, total: int, low: float, high: float) -> None:
    rate = Rate(part, total)
    assert [rate.low, rate.high] == pytest.approx([low, high], abs=0.001)


def test_of_nothing_there_is_no_rate() -> None:
    assert (Rate(0, 0).value, Rate(0, 0).low, Rate(0, 0).high) == (None, None, None)


def test_drift_is_told_by_week_beside_a_models_first(desk: Desk) -> None:
    base = desk.add_case(0.5, Finding.UNCERTAIN)
    monday = now() - timedelta(days=now().weekday())
    spread = [(index + 0.5) / 120 for index in range(120)]
    # The first week is the reference, the second is like it, the third lies higher, the last is short.
    weeks = {21: spread, 14: spread, 7: [0.5 + score / 2 for score in spread], 0: spread[:10]}
    with desk.parts.database.writing() as session:
        session.execute(update(Verdict).values(created_at=now() - timedelta(days=300)))
        for days, scores in weeks.items():
            for index, score in enumerate(scores):
                session.add(
                    Verdict(
                        image_sha256=base,
                        finding=Finding.UNCERTAIN,
                        score=score,
                        model="tiny-9",
                        policy=f"{days}-{index}",
                        reasons=[],
                        evidence=[],
                        created_at=monday - timedelta(days=days),
                    )
                )
    with desk.parts.database.reading() as session:
        found = [week for week in weeks_of(session, now() - timedelta(days=182)) if week.model == "tiny-9"]
    assert [week.reading for week in found] == ["few", "drifted", "steady", "reference"]
    assert [week.count for week in found] == [10, 120, 120, 120]
    assert found[3].quartiles == (0.225, 0.475, 0.725)
    # Half of the mass of five tenths went to the other five; computed by hand from the definition.
    assert found[1].psi == pytest.approx(stability_index(_bins(spread), _bins(weeks[7])))
    assert found[1].psi is not None
    assert found[1].psi > 1
    visit = desk.as_person()
    assert "strong drift" in visit.get("/review/stats").text
    key = ("week_tiny-9", (monday - timedelta(days=14)).date().isoformat(), "psi")
    assert float(_figures(visit)[key][0]) < 0.1


def _bins(scores: list[float]) -> list[int]:
    bins = [0] * 20
    for score in scores:
        bins[min(19, int(score * 20))] += 1
    return bins


def test_the_index_is_nothing_for_the_same_and_grows_with_the_distance() -> None:
    low, high = [100] * 10 + [0] * 10, [0] * 10 + [100] * 10
    assert stability_index(low, low) == 0
    # Two bins of ten: shares 0.3995 and 0.0005 swapped; 2 * (p - q) * ln(p / q) over five pairs each.
    p, q = 200.5 / 1005, 0.5 / 1005
    assert stability_index(low, high) == pytest.approx(10 * (p - q) * math.log(p / q))
