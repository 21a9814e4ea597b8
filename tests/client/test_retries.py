"""What the client does about servers that are slow, busy, gone, or not Kantei."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from kantei_client import Kantei, KanteiError, ProblemError, UnfinishedError, UnreachableError
from tests.servers import Asked, Reply, Server

SUBMISSION = {"id": "1", "state": "queued"}
QUOTA = {"limit": 1, "period": "day", "used": 1, "left": 0, "resets_at": "2026-12-01T00:00:00Z"}
SPENT = {"code": "quota_exhausted", "detail": "No more today.", "quota": QUOTA}


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between attempts, none of which is waited for."""
    found: list[float] = []
    monkeypatch.setattr(time, "sleep", found.append)
    return found


def answers(*replies: Reply) -> Callable[[Asked], Reply]:
    """One reply after the other."""
    left = iter(replies)
    return lambda _: next(left)


def busy(status: int, retry_after: str | None = None, **problem: object) -> Reply:
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return Reply(json.dumps({"code": "unavailable", "detail": "Wait.", **problem}).encode(), status, headers)


def taken(status: int = 202) -> Reply:
    return Reply(json.dumps(SUBMISSION).encode(), status)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_submission_is_sent_again_with_the_same_key_after_the_pause_that_was_asked_for(
    status: int, pauses: list[float]
) -> None:
    with Server() as server:
        server.view("/v1/submissions", answers(busy(status, "7"), busy(status), taken()))
        with Kantei(server.url(""), "k") as kantei:
            assert kantei.submit("https://example.com/a.png")["id"] == "1"
        keys = {asked.headers["idempotency-key"] for asked in server.asked}
        bodies = {asked.body for asked in server.asked}
    assert len(server.asked) == 3
    assert len(keys) == len(bodies) == 1
    assert pauses[0] == 7
    assert 0.5 <= pauses[1] <= 1.0


def test_retry_after_may_be_a_date(pauses: list[float]) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    with Server() as server:
        server.view("/v1/quota", answers(busy(503, date), Reply(json.dumps(QUOTA).encode())))
        assert Kantei(server.url(""), "k").quota()["left"] == 0
    assert 20 < pauses[0] <= 30


def test_a_used_up_quota_is_an_error_at_once_that_says_when_it_resets(pauses: list[float]) -> None:
    with Server() as server:
        server.view("/v1/submissions", answers(busy(429, "40000", **SPENT)))
        with pytest.raises(ProblemError) as refused:
            Kantei(server.url(""), "k").submit("https://example.com/a.png")
    assert refused.value.retry_after == 40_000
    assert refused.value.quota == QUOTA
    assert pauses == []


def test_pauses_grow_until_the_last_attempt_fails(pauses: list[float]) -> None:
    with Server() as server:
        server.view("/v1/quota", lambda _: busy(503))
        with pytest.raises(ProblemError, match="503 unavailable: Wait"):
            Kantei(server.url(""), "k", tries=4).quota()
    assert len(server.asked) == 4
    for turn, pause in enumerate(pauses):
        assert 0.25 * 2**turn <= pause <= 0.5 * 2**turn


def test_a_dead_server_is_an_error_of_the_same_family(pauses: list[float]) -> None:
    with Server() as server:
        address = server.url("")
    with pytest.raises(UnreachableError, match=f"Could not reach {address}: connection refused$") as lost:
        Kantei(address, "k", tries=3).quota()
    assert isinstance(lost.value, KanteiError)
    assert len(pauses) == 2


def test_an_appeal_is_not_sent_again_when_the_connection_is_lost(pauses: list[float]) -> None:
    with Server() as server:
        server.script("/v1/submissions/1/appeal", lambda talk: talk.send(b""))
        with pytest.raises(UnreachableError):
            Kantei(server.url(""), "k").appeal("1", "I drew this")
    assert len(server.asked) == 1
    assert pauses == []


def test_what_is_not_kantei_is_an_error_with_the_beginning_of_its_answer() -> None:
    with Server() as server:
        server.reply("/v1/quota", b"<h1>Gone fishing</h1>", 404)
        server.reply("/v1/endpoints", b"", 301, location="https://kantei.example/v1/endpoints")
        with Kantei(server.url("/"), "k") as kantei:
            with pytest.raises(ProblemError, match="404 unknown: <h1>Gone fishing"):
                kantei.quota()
            with pytest.raises(ProblemError, match=r"redirects to https://kantei\.example/v1/endpoints"):
                kantei.endpoints()


def test_waiting_ends_with_the_state_of_the_submission() -> None:
    with Server() as server:
        server.view("/v1/submissions/1", lambda _: taken(200))
        with pytest.raises(UnfinishedError, match="submission 1 is still queued") as unfinished:
            Kantei(server.url(""), "k").wait("1", timeout=0.01)
    assert isinstance(unfinished.value, TimeoutError)
    assert unfinished.value.state == "queued"


def test_a_netrc_entry_does_not_replace_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password mine\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    with Server() as server:
        server.view("/v1/quota", lambda _: Reply(json.dumps(QUOTA).encode()))
        Kantei(server.url(""), "k").quota()
    assert server.asked[0].headers["authorization"] == "Bearer k"
