"""The extension against the server as it is, classifier and all."""

import json
import re
from collections.abc import Iterator

import pytest
import requests

from tests.extension.clicking import FINDINGS, click_through
from tests.extension.devtools import Session, until
from tests.extension.reader import Chromium, Reader
from tests.extension.site import Site, site
from tests.whole.installation import Installation, installed

pytestmark = pytest.mark.chromium


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Start everything, once."""
    with installed(tmp_path_factory.mktemp("kantei")) as found:
        yield found


@pytest.fixture
def near() -> Iterator[Site]:
    """Serve the site under the address that this server may fetch from."""
    with site("127.0.0.1", "127.0.0.1") as found:
        yield found


@pytest.fixture(scope="module")
def client(real: Installation) -> dict[str, str]:
    """The readers' client."""
    return add_client(real)


@pytest.fixture
def reader(chromium: Chromium, real: Installation, client: dict[str, str]) -> Reader:
    """A reader with the client's key."""
    return chromium.set_up(real.address, client["api_key"])


def add_client(real: Installation) -> dict[str, str]:
    """Make a client for readers, with a key."""
    made: dict[str, str] = json.loads(
        real.kantei("client", "add", "reader", "--source", "extension", "--json")
    )
    return made


def test_a_picture_is_checked_and_the_answer_comes_at_once(reader: Reader, near: Site) -> None:
    for title, reasons, _ in click_through(reader, near, 4):
        assert title in FINDINGS
        assert reasons > 0


def test_the_artist_is_led_to_a_page_where_no_key_is_needed(
    reader: Reader, near: Site, real: Installation
) -> None:
    tab = reader.visit(near.show("<img id=t src='/p/mine.png' width=320 height=240>"))
    reader.click_menu(tab, tab.session.run("document.querySelector('#t').src"))
    if tab.title() == "No sign of AI generation":
        # Nothing is held against the picture, so the way stands open to who asks for it by the key alone.
        asked = "tell({kind: 'artist', id: shown.view.id})"
        tab.inside(asked)
    else:
        tab.press("artist")

    def opened() -> Session | None:
        for target in reader.browser.targets():
            if target["type"] == "page" and target["url"].startswith(f"{real.address}/appeal/"):
                return reader.browser.attach(target["targetId"])
        return None

    page = until(opened, "the artist's page")
    page.until("document.querySelector('main img')?.naturalWidth > 0")
    page.fill("[name=reason]", "I drew it; the layers are at the link.")
    page.fill("[name=links]", "https://artist.example/layers")
    page.click_on("main form button")
    page.until("document.body.textContent.includes('Appeal received')")
    assert "artist.example/layers" in page.run("document.body.textContent")


def test_a_key_that_is_revoked_is_named_while_it_is_in_use(
    chromium: Chromium, near: Site, real: Installation
) -> None:
    client = add_client(real)
    reader = chromium.set_up(real.address, client["api_key"])
    size = "width=320 height=240"
    html = f"<img id=t src='/p/before.png' {size}><img id=u src='/p/after.png' {size}>"
    tab = reader.visit(near.show(html))
    reader.click_menu(tab, tab.session.run("document.querySelector('#t').src"))
    assert tab.title() in FINDINGS
    revoke(real, client["id"])
    until(lambda: is_refused(real, client["api_key"]), "the end of the seconds for which a key is remembered")
    reader.click_menu(tab, tab.session.run("document.querySelector('#u').src"))
    until(
        lambda: (
            tab.inside("shown?.view.final") and tab.inside("shown.view.title") == "The server refused the key"
        ),
        "the server's refusal",
    )


def is_refused(real: Installation, key: str) -> bool:
    """True if the server no longer takes a key."""
    headers = {"Authorization": f"Bearer {key}"}
    return requests.get(f"{real.address}/v1/submissions", headers=headers, timeout=20).status_code == 401


def revoke(real: Installation, client_id: str) -> None:
    """Revoke a client's key as an admin does, on the page of that client."""
    made = json.loads(real.kantei("moderator", "add", "admin@example.com", "--role", "admin", "--json"))
    with requests.Session() as admin:

        def send(page: str, action: str, **values: str) -> None:
            shown = admin.get(real.address + page, timeout=20).text
            token = re.search(r'name="form_token" value="(\w+)"', shown)
            path = re.search(rf'action="({action})"', shown) if action else re.match("(.*)", page)
            assert token, shown
            assert path, shown
            done = admin.post(real.address + path[1], data={"form_token": token[1], **values}, timeout=20)
            assert done.status_code == 200, done.text

        send("/login", "/login", email="admin@example.com", password=made["password"])
        new = "nine foxes under the moon"
        send("/account/password", "", old=made["password"], new=new, again=new)
        send(f"/admin/clients/{client_id}", r'[^"]+/revoked')


def test_a_picture_that_the_server_may_not_have_is_sent_by_the_browser(reader: Reader, near: Site) -> None:
    tab = reader.visit(near.show("<img id=t src='/members/real.png' width=320 height=240>"))
    reader.click_menu(tab, tab.session.run("document.querySelector('#t').src"))
    assert tab.title() == "The server could not load this picture"
    assert "does not give the picture to Kantei" in tab.text()
    tab.press("send")
    until(lambda: tab.inside("shown?.view.final") and tab.inside("shown.view.title") in FINDINGS, "a finding")


def test_the_popup_checks_all_pictures_of_a_page(reader: Reader, near: Site) -> None:
    html = "".join(f"<img src='/p/all{n}.png' width=240 height=180>" for n in range(6))
    tab = reader.visit(near.show(html))
    popup = reader.click_action(tab)
    popup.until("document.querySelectorAll('.row').length === 6")
    popup.click_on("header .main")
    said = "[...document.querySelectorAll('.row .word')].map((word) => word.innerText)"
    popup.until(f"{said}.every((word) => {json.dumps(sorted(FINDINGS))}.includes(word))", 60)
    assert popup.run("[...document.querySelectorAll('.row .facts b')].length") == 6
