"""When things go wrong: a clear sentence, a way on, nothing lost."""

from urllib.parse import urlsplit

import pytest

from tests.extension.devtools import Session, until
from tests.extension.fake_kantei import FakeKantei, fake_kantei
from tests.extension.reader import Reader, Tab
from tests.extension.site import Site

pytestmark = pytest.mark.chromium
PICTURE = "<img id=t src='/p/work.png' width=320 height=240>"


def begin(reader: Reader, gallery: Site, html: str = PICTURE) -> Tab:
    """Open a page with one picture and choose our entry of its menu."""
    tab = reader.visit(gallery.show(html))
    reader.click_action(tab)
    reader.click_menu(tab, tab.session.run("document.querySelector('#t').currentSrc"))
    return tab


def test_a_worker_that_dies_between_click_and_answer_loses_nothing(
    reader: Reader, kantei: FakeKantei, gallery: Site
) -> None:
    kantei.is_busy = True
    tab = begin(reader, gallery)
    until(lambda: kantei.submissions, "a submission")
    reader.kill_worker()
    kantei.is_busy = False
    tab.expect("Signs of AI generation")
    assert len(kantei.submissions) == 1


def test_a_server_that_is_down_is_named_and_tried_again(
    reader: Reader, kantei: FakeKantei, gallery: Site
) -> None:
    kantei.refusal = (503, "unavailable", {"Retry-After": "5"})
    tab = begin(reader, gallery)
    assert tab.title() == "The server is not responding"
    assert "Try again in 5 s." in tab.text()
    kantei.refusal = None
    tab.press("retry")
    tab.expect("Signs of AI generation")


def test_a_server_that_stops_and_starts_is_found_again(newcomer: Reader, gallery: Site) -> None:
    with fake_kantei() as kantei:
        port = urlsplit(kantei.address).port or 0
        newcomer.set_up(kantei.address, next(iter(kantei.keys)))
    tab = begin(newcomer, gallery)
    assert tab.title() == "The server is not responding"
    assert "You can try again at any time." in tab.text()
    with fake_kantei(kantei, port):
        tab.press("retry")
        tab.expect("Signs of AI generation")


def test_a_revoked_key_is_named(reader: Reader, kantei: FakeKantei, gallery: Site) -> None:
    kantei.keys.clear()
    tab = begin(reader, gallery)
    assert tab.title() == "The server refused the key"
    assert "wrong or has been revoked" in tab.text()
    assert "Options" in tab.text()


def test_a_rate_limit_says_when_to_come_back(reader: Reader, kantei: FakeKantei, gallery: Site) -> None:
    kantei.refusal = (429, "rate_limited", {"Retry-After": "17"})
    tab = begin(reader, gallery)
    assert tab.title() == "Too many pictures at once"
    assert "Try again in 17 s." in tab.text()


def test_something_else_at_the_address_is_not_taken_for_kantei(newcomer: Reader, gallery: Site) -> None:
    newcomer.set_up(f"http://127.0.0.1:{urlsplit(gallery.base).port}", "kt_x")
    tab = begin(newcomer, gallery)
    assert tab.title() == "This is not a Kantei server"
    assert "Another service responds" in tab.text()


def test_without_a_key_the_way_to_the_options_is_shown(newcomer: Reader, gallery: Site) -> None:
    newcomer.allow("http://127.0.0.1/*")
    page = newcomer.options()
    # A click on "save" is what grants the right to show cards; the key stays empty.
    page.click_on(".b.main")
    page.until("document.querySelector('.told.bad') !== null")
    tab = begin(newcomer, gallery)
    assert tab.title() == "Kantei has no server yet"
    assert "Nothing was sent" in tab.text()
    tab.press("help")
    wanted = newcomer.address("help/help.html")
    until(lambda: wanted in [one["url"] for one in newcomer.browser.targets()], "the page about servers")
    assert gallery.asked("/v1/submissions") == []


def test_a_picture_behind_hot_link_protection_is_sent_after_consent(
    reader: Reader, kantei: FakeKantei, gallery: Site
) -> None:
    kantei.unreachable = lambda _url: "http_status"
    tab = begin(reader, gallery, f"<img id=t src='{gallery.cdn}/guarded/work.png' width=320 height=240>")
    assert tab.title() == "The server could not load this picture"
    assert "does not give the picture to Kantei" in tab.text()
    assert kantei.uploads == []
    reader.allow("http://pictures.test/*")
    tab.press("send")
    window = find_window(reader)
    window.until("document.querySelector('[data-act=host]') !== null")
    assert kantei.uploads == []
    window.click_on("[data-act=host]")
    assert_uploaded(kantei)
    tab.expect("Signs of AI generation")
    assert "Your browser sent the picture" in tab.text()


def test_a_picture_that_the_page_may_read_needs_no_further_right(
    reader: Reader, kantei: FakeKantei, gallery: Site
) -> None:
    kantei.unreachable = lambda _url: "http_status"
    tab = begin(reader, gallery)
    assert tab.title() == "The server could not load this picture"
    tab.press("send")
    assert_uploaded(kantei)
    tab.expect("Signs of AI generation")
    # Neither the page's address nor a name of the file goes along.
    (upload,) = [one for one in kantei.seen if one.headers.get("Content-Type", "").startswith("multipart")]
    head = upload.body.split(b"\x89PNG")[0]
    assert b"gallery" not in head
    assert b"work" not in head


def test_a_snapshot_of_the_screen_is_the_last_resort(
    reader: Reader, kantei: FakeKantei, gallery: Site
) -> None:
    kantei.unreachable = lambda _url: "http_status"
    tab = begin(reader, gallery, f"<img id=t src='{gallery.cdn}/guarded/work.png' width=320 height=240>")
    assert tab.title() == "The server could not load this picture"
    tab.press("snapshot")
    assert_uploaded(kantei)
    tab.expect("Signs of AI generation")
    assert "snapshot of the screen" in tab.text()


def assert_uploaded(kantei: FakeKantei) -> None:
    """Wait for an upload and look at its first bytes."""
    until(lambda: kantei.uploads, "an upload")
    assert [data[:8] for data in kantei.uploads] == [b"\x89PNG\r\n\x1a\n"]


def find_window(reader: Reader) -> Session:
    """Find the result window."""

    def find() -> Session | None:
        for target in reader.browser.targets():
            if target["type"] == "page" and "/result/result.html" in target["url"] and "id=" in target["url"]:
                return reader.browser.attach(target["targetId"])
        return None

    found: Session = until(find, "the result window")
    return found
