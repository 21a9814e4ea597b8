"""The express lane: a client's first submissions go first, a flood does not."""

from api.http.express import BURST, Express
from core.vocabulary import Priority
from tests.api.conftest import IMAGE_URL, RecordingSender, Web


def test_a_burst_goes_first_and_the_rest_stands_in_line() -> None:
    express = Express()
    assert express.take("a", 1) == 1
    assert express.take("a", 1000) == BURST - 1
    assert express.take("a", 1) == 0
    assert express.take("b", 1) == 1


def test_a_batch_takes_the_express_lane_for_its_first(web: Web, sender: RecordingSender) -> None:
    entries = [{"image_url": IMAGE_URL} for _ in range(30)]
    assert web.post("/v1/submissions/batch", json={"submissions": entries}).status_code == 202
    web.submit(priority="low")
    queues = [priority for _, priority in sender.sent]
    assert queues == [*[Priority.HIGH] * BURST, *[Priority.NORMAL] * (30 - BURST), Priority.LOW]
