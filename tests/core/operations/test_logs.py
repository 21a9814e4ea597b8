"""Logs: one line an event, with the submission it is about, and without what no log may hold."""

import io
import json
import logging

import pytest

from core.operations.logs import (
    JsonLines,
    TextLines,
    about,
    add_fact,
    add_stage,
    happened,
    log_event,
    one_line,
)

LEAKS = [
    ("asked with Bearer kt_abcdefghijklmnop", "kt_abcdefghijklmnop"),
    ("postgresql://kantei:hunter2@database/kantei is down", "hunter2"),
    ("redis://:hunter2@broker:6379/0 is down", "hunter2"),
    ("GET https://files.example/a.png?X-Amz-Signature=abcdef&x=1 said 403", "abcdef"),
    ("signed with whsec_c2VjcmV0c2VjcmV0", "c2VjcmV0"),
    ("the key kt_ABCDEFGHIJ was refused", "ABCDEFGHIJ"),
]


class Written:
    """A logger of the test's own, and what it wrote."""

    def __init__(self, formatter: logging.Formatter) -> None:
        self.out = io.StringIO()
        handler = logging.StreamHandler(self.out)
        handler.setFormatter(formatter)
        self.log = logging.Logger("kantei.test")
        self.log.addHandler(handler)

    def lines(self) -> list[str]:
        return self.out.getvalue().splitlines()


@pytest.fixture
def as_json() -> Written:
    return Written(JsonLines("worker"))


def test_an_event_is_one_json_object_with_its_submission(as_json: Written) -> None:
    with about("a" * 32):
        as_json.log.warning("claim on %s lost\nand more", "x")
    as_json.log.info("idle")
    first, second = (json.loads(line) for line in as_json.lines())
    assert first["submission_id"] == "a" * 32
    assert (first["level"], first["logger"], first["part"]) == ("warning", "kantei.test", "worker")
    assert first["message"] == "claim on x lost\nand more"
    assert first["time"].endswith("Z")
    assert "submission_id" not in second


def test_what_happened_is_one_line_with_the_time_of_each_stage(as_json: Written) -> None:
    with about("a" * 32), one_line(as_json.log):
        add_fact(host="pictures.example")
        add_stage("database", 0.002)
        add_stage("database", 0.003)
        happened("examined", finding="clear")
    (line,) = map(json.loads, as_json.lines())
    assert (line["message"], line["submission_id"]) == ("examined", "a" * 32)
    assert (line["host"], line["finding"], line["database_ms"]) == ("pictures.example", "clear", 5)
    assert line["ms"] >= 0


def test_people_read_the_facts_behind_the_event() -> None:
    text = Written(TextLines())
    log_event(text.log, "answered", route="/v1/x", status=200, client=None, name="a\nb")
    assert text.lines()[0].endswith("kantei.test: answered route=/v1/x status=200 name=a\\nb")


def test_where_nothing_happened_there_is_no_line(as_json: Written) -> None:
    with one_line(as_json.log):
        add_fact(host="pictures.example")
    happened("examined")  # outside of any block
    assert as_json.lines() == []


def test_an_exception_stays_in_its_line(as_json: Written) -> None:
    try:
        raise ValueError("Bearer kt_abcdefghijklmnop")
    except ValueError:
        as_json.log.exception("examining")
    (line,) = as_json.lines()
    assert "ValueError" in json.loads(line)["exception"]
    assert "kt_abc" not in line


def test_a_line_for_people_cannot_be_forged() -> None:
    text = Written(TextLines())
    with about("b" * 32):
        text.log.warning("from %s", "a client\n2026-01-01 00:00:00,000 CRITICAL kantei: all is lost")
    assert len(text.lines()) == 1
    assert text.lines()[0].endswith(f"[submission {'b' * 32}]")


@pytest.mark.parametrize(("said", "secret"), LEAKS)
@pytest.mark.parametrize("formatter", [JsonLines("api"), TextLines()])
def test_what_no_log_may_hold_is_taken_out(formatter: logging.Formatter, said: str, secret: str) -> None:
    written = Written(formatter)
    written.log.error(said)
    assert secret not in written.out.getvalue()
    assert "..." in written.out.getvalue()
