"""The express lane: a client's first submissions go first, a flood does not."""

import pytest

from api.http import express as express_module
from api.http.express import A_SECOND, BURST, Express
from core.vocabulary import Priority
from tests.api.conftest import IMAGE_URL, RecordingSender, Web


def test_a_burst_goes_first_and_the_rest_stands_in_line() -> None:
    express = Express()
    assert express.take("a", 1) == 1
    assert express.take("a", 1000) == BURST - 1
    assert express.take("a", 1) == 0
    assert express.take("b", 1) == 1


def test_a_bucket_fills_with_time_and_a_full_one_is_forgotten() -> None:
    time = [0.0]
    express = Express(lambda: time[0])
    assert express.take("a", 1000) == BURST
    time[0] += 1 / A_SECOND - 0.01
    assert express.take("a", 1) == 0
    time[0] += 0.02
    assert express.take("a", 1000) == 1
    time[0] += BURST / A_SECOND
    assert express.take("a", 1000) == BURST


def test_one_client_more_than_are_known_empties_nobody_elses_bucket_but_the_oldest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(express_module, "MOST_KNOWN", 3)
    express = Express()
    assert [express.take(name, BURST) for name in "abcd"] == [BURST] * 4
    assert [express.take(name, BURST) for name in "dcb"] == [0] * 3


def test_a_batch_takes_the_express_lane_for_its_first(web: Web, sender: RecordingSender) -> None:
    entries = [{"image_url": IMAGE_URL} for _ in range(30)]
    assert web.post("/v1/submissions/batch", json={"submissions": entries}).status_code == 202
    web.submit(priority="low")
    queues = [priority for _, priority in sender.sent]
    assert queues == [*[Priority.HIGH] * BURST, *[Priority.NORMAL] * (30 - BURST), Priority.LOW]
