"""What `kantei check` prints, without examining anything."""

import csv
import io
from collections import Counter
from pathlib import Path

import pytest
from rich.console import Console

from core.sayings.codes import AddressRange, FailureDetail, Reason
from core.sayings.saying import Saying, say
from core.vocabulary import (
    Classification,
    Failure,
    FailureCode,
    Finding,
    Gauge,
    Judgement,
    Label,
    Thresholds,
)
from kantei.checking.check_output import (
    csv_writer,
    heatmap_names,
    plain_line,
    riskiest_first,
    summary,
    table_writer,
    why,
)
from kantei.checking.looking import Look
from worker.examining.opinion import Opinion


def look(source: str, score: float, finding: Finding = Finding.CLEAR, reason: Saying | None = None) -> Look:
    reason = reason or say(Reason.PIXELS_FLAGGED, score=score, flagged_from=0.9)
    judgement = Judgement(finding, Label.AI if finding is Finding.FLAGGED else None, "1", (reason,))
    gauge = Gauge(Thresholds(0.1, 0.9), None, None)
    return Look(source, "a" * 64, Opinion(Classification(score, "m"), (), judgement, score, gauge))


GONE = Look(
    "gone.png",
    failure=Failure(FailureCode.GONE, say(FailureDetail.FILE_UNREADABLE, why="No"), permanent=True),
)


def screen(width: int = 90) -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    return Console(file=out, force_terminal=True, width=width, color_system="standard"), out


def test_a_terminal_gets_aligned_columns_and_colours() -> None:
    console, out = screen()
    write = table_writer(console, ["a.png", "gone.png"])
    write(look("a.png", 0.97, Finding.FLAGGED))
    write(GONE)
    head, *lines = out.getvalue().splitlines()
    assert "\x1b[1;31mflagged" in lines[0]
    plain = [Console(file=io.StringIO()).render_str(line).plain for line in (head, *lines)]
    assert "source" in plain[0]
    assert any("97 of 100" in line and "a.png" in line for line in plain)
    assert any("failed" in line and "gone.png" in line for line in plain)


def test_a_long_name_keeps_its_end_and_leaves_room_for_the_reason() -> None:
    console, out = screen(60)
    name = f"/a/very/long/{'x' * 80}/picture.png"
    table_writer(console, [name])(look(name, 0.5))
    assert "picture.png" in out.getvalue()
    assert name not in out.getvalue()
    assert max(len(line) for line in out.getvalue().splitlines()) < 60 + 40  # the colours have no width


@pytest.mark.parametrize("name", ["=cmd|'/C calc'!A0.png", "@x.png", "+1.png", "picture.png"])
def test_the_name_of_a_file_is_no_formula_of_a_table(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    csv_writer()(look(name, 0.5))
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert row["source"] == (name if name == "picture.png" else f"'{name}")


def test_the_highest_score_comes_first_and_failures_last() -> None:
    looks = [GONE, look("low", 0.1), look("high", 0.9), look("middle", 0.5)]
    assert [one.source for one in sorted(looks, key=riskiest_first)] == ["high", "middle", "low", "gone.png"]


def test_a_picture_too_small_to_judge_has_no_score() -> None:
    """Beside "too small to judge", a score would say that something was found."""
    small = look("small", 0.999, Finding.UNCERTAIN, say(Reason.PICTURE_TOO_SMALL, least=64))
    console, out = screen()
    table_writer(console, ["small"])(small)
    for text in (out.getvalue(), plain_line(small)):
        assert "--" in text
        assert "of 100" not in text
    looks = [GONE, small, look("low", 0.1)]
    assert [one.source for one in sorted(looks, key=riskiest_first)] == ["low", "small", "gone.png"]


@pytest.mark.parametrize(
    ("counts", "seconds", "text"),
    [
        (Counter(flagged=3, clear=5), 14.2, "3 flagged · 0 uncertain · 5 clear in 14 s"),
        (Counter(uncertain=1, failed=1), 0.42, "0 flagged · 1 uncertain · 0 clear · 1 failed in 0.4 s"),
    ],
)
def test_the_end_counts_by_finding(counts: Counter[str], seconds: float, text: str) -> None:
    assert summary(counts, seconds, colour=False) == text
    assert "\x1b[" in summary(counts, seconds, colour=True)


def test_heat_maps_have_the_names_of_their_pictures_and_none_twice() -> None:
    sources = ["a/x.png", "b/x.jpg", "x-2.png", "https://a.example/y.png?token=z", "https://a.example/"]
    names = heatmap_names(sources)
    assert [names[source] for source in sources] == [
        "x.heat.png",
        "x-2.heat.png",
        "x-2-2.heat.png",
        "y.heat.png",
        "a.heat.png",
    ]
    assert all(Path(name).name == name for name in names.values())


def test_a_refused_address_that_may_be_allowed_names_the_setting() -> None:
    def said(kind: AddressRange) -> str:
        detail = say(FailureDetail.ADDRESS_REFUSED, host="h.example", range=say(kind))
        return why(
            Look("http://h.example/", failure=Failure(FailureCode.UNSAFE_ADDRESS, detail, permanent=True))
        )

    assert said(AddressRange.LOOPBACK).endswith(". To allow it, set KANTEI_FETCH_ALLOW.")
    assert "KANTEI_FETCH_ALLOW" not in said(AddressRange.CLOUD_METADATA)
