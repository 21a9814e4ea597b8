"""What leaves the house after a decision: a real browser, a real receiver, and the time between them."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.support.expected_conditions import url_contains
from selenium.webdriver.support.wait import WebDriverWait

from kantei_client import verify_callback
from store.base.database import Database
from store.bytes.blobs import FolderBlobs
from store.desk import decisions
from tests.api.review.browser import log_in, press, served, wait_for, wait_until_shown
from tests.api.review.conftest import Desk, make_desk
from tests.clients import SECRET_KEY
from tests.clocks import wait_until
from tests.servers import Asked, Reply, Server
from tests.worker.outbound.outside import LOOPBACK
from tests.worker.outbox.telling import add_shop
from worker.outbound.post import Poster
from worker.outbox.notify import Notifier
from worker.outbox.notify_forever import notify_forever

pytestmark = [pytest.mark.chromium, pytest.mark.slow]
WINDOW = 4.0  # seconds for undo: shorter than in the house, for nobody waits half a minute for a test


@dataclass
class Receiver:
    """A shop's server, which verifies what it is told and notes when."""

    secret: str = ""
    told: list[tuple[float, str, Any]] = field(default_factory=list)

    def hear(self, asked: Asked) -> Reply:
        event = verify_callback(asked.body, asked.headers, self.secret)
        self.told.append((time.monotonic(), event["type"], event["data"]["decision"]))
        return Reply(b"ok")

    @property
    def kinds(self) -> list[str]:
        return [kind for _, kind, _ in self.told]


@pytest.fixture
def receiver(sqlite_database: Database) -> Iterator[tuple[Receiver, Any]]:
    with Server() as server:
        receiver = Receiver()
        server.view("/kantei", receiver.hear)
        shop = add_shop(sqlite_database, server.url("/kantei"))
        receiver.secret = shop.webhook_secret
        yield receiver, shop


@pytest.fixture
def desk(
    sqlite_database: Database,
    blobs: FolderBlobs,
    receiver: tuple[Receiver, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Desk]:
    """A desk whose notifier runs as it does in the house."""
    monkeypatch.setattr(decisions, "UNDOABLE", timedelta(seconds=WINDOW))
    desk = make_desk(sqlite_database, blobs, receiver[1])
    desk.add_person("aiko@example.com")
    poster = Poster(allow=LOOPBACK, ports=frozenset({80}), timeout=10)
    stop, wake = threading.Event(), threading.Event()
    notifying = threading.Thread(
        target=notify_forever,
        args=(Notifier(sqlite_database, poster, SECRET_KEY),),
        kwargs={"wake": wake, "stop": stop},
    )
    notifying.start()
    yield desk
    stop.set()
    wake.set()
    notifying.join()
    poster.close()


def test_a_shop_is_told_when_a_decision_can_no_longer_be_undone_and_when_it_is_withdrawn(
    desk: Desk, receiver: tuple[Receiver, Any], browser: WebDriver
) -> None:
    shop, sha256 = receiver[0], desk.add_case(0.97)
    with served(desk.app) as base:
        log_in(browser, base)
        address = f"{base}/review/cases/{sha256}"

        def decide(key: str) -> float:
            browser.get(address)
            wait_until_shown(browser)
            before = time.monotonic()
            press(browser, key)
            WebDriverWait(browser, 5).until(url_contains("done="))
            return before

        decide("a")
        wait_for(browser, ".undo")
        press(browser, "u")
        WebDriverWait(browser, 5).until(url_contains(sha256))
        decided = decide("a")
        wait_until(lambda: "decision.made" in shop.kinds, "the shop is told of the decision")
        (at, _, decision) = next(one for one in shop.told if one[1] == "decision.made")
        assert at - decided > WINDOW
        assert decision["outcome"] == "ai"
        withdrawn = decide("e")
        assert "decision.withdrawn" not in shop.kinds
        wait_until(lambda: "decision.withdrawn" in shop.kinds, "the shop is told of the withdrawal")
        assert shop.told[-1][0] - withdrawn > WINDOW
    assert [kind for kind in shop.kinds if kind.startswith("decision")] == [
        "decision.made",  # once: what was undone is never told
        "decision.withdrawn",
    ]
