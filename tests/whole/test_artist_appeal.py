"""An artist is accused, shows the layers, and is answered: real processes, pages, files and callbacks."""

import json
import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

import pytest
import requests
from sqlalchemy import update

from core.clock import now
from core.settings.settings import read_settings
from kantei.roots.joining import open_database
from kantei_client import verify_callback
from kantei_client.answers import Event
from store.tables.case_tables import Image
from tests.clocks import wait_until
from tests.servers import Asked, Reply, Server
from tests.whole.installation import Installation, installed
from tests.whole.pictures import draw

LAYERS = b"8BPS\x00\x01" + bytes(range(256)) * 20_000  # 5 MB
PASSWORD = "drawn by seven foxes"
REPLY = "Thank you for the layers. They show how you made it."


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installed(tmp_path_factory.mktemp("artist"), KANTEI_APPEAL_FILE_BYTES="20000000") as installation:
        yield installation


@dataclass
class Shop:
    """A client whose receiver remembers what it was told."""

    key: str
    secret: str
    events: list[Event] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def hear(self, asked: Asked) -> Reply:
        event = verify_callback(asked.body, asked.headers, [self.secret])
        with self.lock:
            self.events.append(event)
        return Reply(b"ok")

    def told(self, kind: str) -> list[Event]:
        with self.lock:
            return [event for event in self.events if event["type"] == kind]


class Browser:
    """A browser without scripts: it has cookies, and sends forms as they stand on the page."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.session = requests.Session()

    def get(self, path: str) -> requests.Response:
        return self.session.get(self.address + path, timeout=30)

    def send(
        self,
        page: str,
        path: str = "",
        files: list[tuple[str, tuple[str, bytes]]] | None = None,
        **values: str,
    ) -> requests.Response:
        form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', self.get(page).text))
        return self.session.post(
            self.address + (path or page),
            data={**form, **values},
            files=files,
            timeout=60,
            allow_redirects=False,
        )


def moderator(house: Installation, email: str) -> Browser:
    made = json.loads(house.kantei("moderator", "add", email, "--json"))
    (once,) = [value for name, value in made.items() if "password" in name]
    browser = Browser(house.address)
    assert browser.send("/login", email=email, password=once).status_code in {302, 303}
    answer = browser.send("/account/password", new=PASSWORD, again=PASSWORD)
    assert answer.status_code in {302, 303}, answer.text
    return browser


def report_at_once(house: Installation) -> None:
    """Let the time for undo be over, which no test should wait for."""
    database = open_database(read_settings(house.environ))
    with database.writing() as session:
        session.execute(update(Image).where(Image.report_due_at.is_not(None)).values(report_due_at=now()))
    database.close()


def early_answer(house: Installation, page: str, cookie: str, token: str) -> tuple[str, int]:
    """Begin to send a program of 15 MB; give the answer, and how much was sent by then."""
    head = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in (("form_token", token), ("reason", "I drew it in two evenings."))
    )
    head += '--b\r\nContent-Disposition: form-data; name="files"; filename="layers.psd"\r\n\r\n'
    total = 15_000_000
    request = (
        f"POST {page} HTTP/1.1\r\nHost: 127.0.0.1:{house.port}\r\nCookie: {cookie}\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {total}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", house.port), timeout=20) as connection:
        connection.sendall(request.encode() + head.encode() + b"MZ" + bytes(60_000))
        answer = b""
        while piece := connection.recv(65_536):
            answer += piece
        return answer.decode(), len(head) + 60_002


def test_an_artist_shows_the_layers_and_is_answered(house: Installation, web: Server, tmp_path: Path) -> None:
    url = web.url("/shop")
    made = json.loads(house.kantei("client", "add", "Hoshi", "--callback-url", url, "--json"))
    shop = Shop(made["api_key"], made["webhook_secret"])
    web.view("/shop", shop.hear)
    house.key = shop.key
    picture = web.reply("/fox.png", draw(91_000))
    (found,) = house.settle(house.submit([picture]))
    case = f"/review/cases/{found['image']['sha256']}"
    aiko, ren = moderator(house, "aiko@example.com"), moderator(house, "ren@example.com")
    assert aiko.send(case, f"{case}/decision", outcome="ai").status_code == 303
    report_at_once(house)
    wait_until(lambda: shop.told("decision.made"), "the shop hears of the decision", 60)

    page = house.call("POST", f"/v1/submissions/{found['id']}/appeal-link").json()["page"]
    artist = Browser(house.address)
    shown = artist.get(page).text
    assert "A moderator decided that this picture is AI-generated" in shown
    token = re.search(r'name="form_token" value="(\w+)"', shown)
    assert token
    cookie = "; ".join(f"{one.name}={one.value}" for one in artist.session.cookies)
    refused, sent = early_answer(house, page, cookie, token[1])
    assert refused.startswith("HTTP/1.1 422")
    assert "“layers.psd” is not a kind of file that we accept." in refused
    assert "I drew it in two evenings." in refused
    assert sent < 100_000
    answer = artist.send(page, reason="I drew it.", files=[("files", ("fox.psd", LAYERS))])
    assert answer.status_code == 303, answer.text
    assert "fox.psd" in artist.get(page).text

    shown = ren.get(f"{case}?tab=appeals").text
    link = re.search(r'href="(/review/appeals/\w+/files/\w+)">Download \(Photoshop layers, 4.9 MiB\)', shown)
    assert link
    file = ren.get(link[1])
    assert file.content == LAYERS
    assert file.headers["Content-Type"] == "application/octet-stream"
    assert file.headers["Content-Disposition"].startswith("attachment;")
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert aiko.send(case, f"{case}/decision", outcome="human").status_code == 409
    assert ren.send(case, f"{case}/decision", outcome="human", reply=REPLY).status_code == 303
    assert REPLY not in artist.get(page).text
    report_at_once(house)
    wait_until(lambda: shop.told("appeal.resolved"), "the shop hears of the answer", 60)
    (told,) = shop.told("appeal.resolved")
    assert told["data"]["id"] == found["id"]
    decision, appeal = told["data"]["decision"], told["data"]["appeal"]
    assert decision
    assert decision["outcome"] == "human"
    assert appeal
    assert appeal["reply"] == REPLY
    shown = unescape(artist.get(page).text)
    assert REPLY in shown
    assert "A moderator decided that this picture was drawn by a person" in shown
