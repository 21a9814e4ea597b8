"""A listing declared human holds a signed NovelAI picture: decided with a ground, told, appealed, answered.

Everything is real but NovelAI's key, which is ours here: the shop's delivery, fetching, reading the file, the
classifier, the policy, the desk in a browser, the undo window, and the callback to the shop's own server.
"""

import io
import json
import re
from contextlib import closing
from functools import partial
from html import unescape
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select
from sqlalchemy import select

from core.settings.setting_values import FetchAllow
from core.vocabulary import Role, Scheme, Source
from kantei_client import verify_callback
from model.serving.info import WEIGHTS
from model.serving.runtime import Classifier
from provenance.read import read_provenance
from store.base.database import Database
from store.bytes.blobs import FolderBlobs
from store.clients.clients import NewClient
from store.tables.submission_tables import Submission
from store.verdicts.standing_policy import StandingPolicy
from tests.api.review.browser import (
    chromium,
    log_in,
    press,
    served,
    text_of,
    wait_for,
    wait_until_ready,
    wait_until_shown,
)
from tests.api.review.conftest import Desk, hidden, make_desk
from tests.api.v1.market.hooks import standard_headers
from tests.clients import SECRET_KEY, make_client
from tests.provenance.making import VERIFY_KEY, envelope, signed
from tests.provenance.writing import drawing, png, text_chunk
from tests.reporting import report
from tests.servers import Asked, Reply, Server
from tests.worker.examining.test_examine import FakeBell
from tests.worker.outbox.telling import run
from worker.examining.examine import Examiner
from worker.outbound.fetch import Fetcher
from worker.outbound.post import Poster
from worker.outbox.notify import Notifier
from worker.tasks import lease

pytestmark = pytest.mark.chromium
LAYERS = b"8BPS\x00\x01" + bytes(range(256)) * 40
REPLY = "Thank you for the layers. The record in the file is signed, so the decision stands."
LOOPBACK = FetchAllow((ip_network("127.0.0.1/32"),))


def signed_picture(number: int) -> bytes:
    pixels = drawing(320, 256, channels=4, seed=number)
    return png(pixels, [text_chunk(key, value) for key, value in envelope(signed(pixels)).items()])


def send_listing(desk: Desk, shop: NewClient, listing_id: str, url: str, declared: str) -> None:
    data = {"listing_id": listing_id, "seller": "aiko", "declared": declared, "images": [{"url": url}]}
    body = json.dumps({"type": "listing.created", "timestamp": "2026-11-30T08:00:00Z", "data": data}).encode()
    headers = standard_headers(shop.webhook_secret, body)
    answer = desk.app.test_client().post(f"/v1/hooks/{shop.client.id}", data=body, headers=headers)
    assert answer.get_json()["submissions"] == 1, answer.text


def decide_the_first(desk: Desk) -> str:
    """Decide the first case of the queue in a browser, by one key; give its address."""
    desk.add_person("ren@example.com")
    with served(desk.app) as base, chromium() as browser:
        log_in(browser, base, "ren@example.com")
        wait_until_ready(browser, ".card")
        first = browser.find_element(By.CSS_SELECTOR, "a.card").get_attribute("href")
        case = re.search(r"/review/cases/[0-9a-f]{64}", first or "")
        assert case
        browser.get(base + case[0])
        wait_until_shown(browser)
        for said in ("Declared human, flagged.", "NovelAI signature"):
            assert said in text_of(browser, "main")
        press(browser, "a")
        wait_for(browser, ".undo [data-ground]")
        chosen = Select(browser.find_element(By.CSS_SELECTOR, ".undo select")).first_selected_option.text
        assert "A record in the file" in chosen
    return case[0]


def test_a_listing_declared_human_with_a_signed_generated_picture_reaches_its_shop_with_reasons(
    sqlite_database: Database, blobs: FolderBlobs, tmp_path: Path
) -> None:
    database, heard = sqlite_database, list[dict[str, Any]]()
    with Server() as web:
        shop = make_client(
            database,
            "Hoshi",
            source=Source.MARKETPLACE,
            scheme=Scheme.STANDARD,
            callback_url=web.url("/shop"),
        )

        def hear(asked: Asked) -> Reply:
            heard.append(dict(verify_callback(asked.body, asked.headers, [shop.webhook_secret])))
            return Reply(b"ok")

        web.view("/shop", hear)
        desk = make_desk(database, blobs, shop)
        for number in range(2, 5):  # signed as well, and nothing declared
            url = web.reply(f"/{number}.png", signed_picture(number))
            send_listing(desk, shop, f"L-{number}", url, "unknown")
        send_listing(desk, shop, "L-1", web.reply("/fox.png", signed_picture(1)), "human")
        classifier = Classifier.load(WEIGHTS, threads=1)
        with closing(Fetcher(allow=LOOPBACK, ports=frozenset(), timeout=10, max_bytes=1_000_000)) as fetcher:
            examiner = Examiner(
                database=database,
                blobs=blobs,
                fetcher=fetcher,
                classifier=classifier,
                read_evidence=partial(read_provenance, verify_key=VERIFY_KEY),
                bell=FakeBell(),
                max_pixels=1_000_000,
                lease=lease(10),
                policy=StandingPolicy(database, classifier.version, classifier.thresholds),
            )
            with database.reading() as session:
                waiting = list(session.scalars(select(Submission.id)))
            for submission_id in waiting:
                examiner.examine(submission_id)

        case = decide_the_first(desk)
        with closing(Poster(allow=LOOPBACK, ports=frozenset(), timeout=10)) as poster:
            notifier = Notifier(database, poster, SECRET_KEY)
            run(notifier)
            assert {event["type"] for event in heard} == {"submission.examined"}  # it can still be undone
            report(database)
            run(notifier)
            check_what_the_shop_hears(desk, shop, heard, classifier.version)
            appeal_with_layers(desk, shop, heard, case)
            report(database)
            run(notifier)
    (answered,) = [event["data"] for event in heard if event["type"] == "appeal.resolved"]
    assert (answered["listing_id"], answered["decision"]["outcome"]) == ("L-1", "ai")
    assert answered["appeal"]["reply"] == REPLY


def check_what_the_shop_hears(desk: Desk, shop: NewClient, heard: list[dict[str, Any]], version: str) -> None:
    (told,) = [event["data"] for event in heard if event["type"] == "decision.made"]
    assert (told["listing_id"], told["declared"]) == ("L-1", "human")
    assert told["contradiction"] == "declared_human_found_ai"
    assert told["decision"]["outcome"] == "ai"
    assert told["decision"]["ground"] == {"code": "file_record", "text": "A record in the file"}
    key = {"Authorization": f"Bearer {shop.api_key}"}
    said = desk.app.test_client().get(told["links"]["statement"], headers=key).get_json()
    assert (said["outcome"], said["ground"]) == ("ai", told["decision"]["ground"])
    assert said["automated_means"]["model"] == version
    assert said["contradiction"] == "declared_human_found_ai"


def appeal_with_layers(desk: Desk, shop: NewClient, heard: list[dict[str, Any]], case: str) -> None:
    """The artist appeals from the page with a layered file; another moderator fetches it, and answers."""
    key = {"Authorization": f"Bearer {shop.api_key}"}
    told = next(event["data"] for event in heard if event["type"] == "decision.made")
    link = desk.app.test_client().post(f"/v1/submissions/{told['id']}/appeal-link", headers=key).get_json()
    artist = desk.visit()
    page = "/" + link["page"].split("/", 3)[3] if "://" in link["page"] else link["page"]
    shown = artist.get(page).text
    assert "A record in the file" in shown
    form: dict[str, Any] = {
        "form_token": hidden(shown, "form_token"),
        "reason": "I drew it; the layers show how.",
        "files": (io.BytesIO(LAYERS), "fox.psd"),
    }
    sent = artist.client.post(page, data=form, content_type="multipart/form-data")
    assert sent.status_code == 303, sent.text
    assert "fox.psd" in artist.get(page).text
    aiko = desk.as_person("aiko@example.com", Role.LEAD)
    shown = aiko.get(f"{case}?tab=appeals").text
    file = re.search(r'href="(/review/appeals/\w+/files/\w+)"', shown)
    assert file
    assert aiko.get(file[1]).data == LAYERS
    names = ("form_token", "verdict_id", "decision_id", "said")
    answer = {name: hidden(shown, name) for name in names} | {"outcome": "ai", "note": "", "reply": REPLY}
    decided = aiko.client.post(f"{case}/decision", data=answer)
    assert decided.status_code == 303, decided.text
    assert REPLY not in artist.get(page).text  # it can still be undone
    report(desk.parts.database)
    assert REPLY in unescape(artist.get(page).text)
