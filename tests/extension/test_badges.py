"""Badges on a site that the reader chose, and what they cost."""

import sys
import time

import pytest

from tests.extension.devtools import until
from tests.extension.fake_kantei import FakeKantei
from tests.extension.reader import Reader, Tab
from tests.extension.site import Site

pytestmark = pytest.mark.chromium
# To the end of the page by itself: the pauses are the reader's, and not those of a busy machine.
SCROLL = """new Promise((done) => {
  const step = setInterval(() => {
    scrollBy(0, 420);
    if (scrollY + innerHeight < document.body.scrollHeight - 5) return;
    clearInterval(step);
    done();
  }, 150);
})"""
BUDGET = 50.0  # milliseconds of a page's main thread in a second


def allow_badges(reader: Reader, gallery: Site) -> None:
    """Turn badges on in the popup, as a reader does."""
    reader.allow("http://gallery.test/*")
    tab = reader.visit(gallery.show("<p>nothing</p>"))
    popup = reader.click_action(tab)
    popup.click_on("[name=badges]")
    worker = reader.worker()
    until(
        lambda: worker.run("chrome.scripting.getRegisteredContentScripts().then((all) => all.length)") == 1,
        "it",
    )
    tab.session.close()


def test_badges_are_off_until_a_site_is_chosen(reader: Reader, kantei: FakeKantei, gallery: Site) -> None:
    tab = reader.visit(f"{gallery.base}/endless")
    tab.session.until("document.readyState === 'complete'")
    registered = "chrome.scripting.getRegisteredContentScripts().then((all) => all.length)"
    assert reader.worker().run(registered) == 0
    assert tab.session.run("document.querySelector('kantei-stage')") is None
    assert kantei.asked("POST", "/v1/submissions/batch") == []


def test_five_hundred_pictures_cost_the_page_nearly_nothing(
    reader: Reader, kantei: FakeKantei, gallery: Site
) -> None:
    allow_badges(reader, gallery)
    kantei.finding = lambda url: ("flagged", "uncertain", "clear")[len(url) % 3]
    tab = reader.visit(f"{gallery.base}/endless")
    tab.session.call("Performance.enable", timeDomain="threadTicks")
    before = _script_seconds(tab)
    tab.session.call("Profiler.enable")
    tab.session.call("Profiler.setSamplingInterval", interval=200)
    tab.session.call("Profiler.start")
    started = time.monotonic()
    tab.session.run(SCROLL)
    until(lambda: tab.inside("Boolean(stages.get('badges')?.layer.children.length)"), "badges")
    took = time.monotonic() - started
    scripts = 1000 * (_script_seconds(tab) - before) / took
    profile = tab.session.call("Profiler.stop")["profile"]
    assert tab.session.run("document.querySelectorAll('#grid img').length") == 500

    batches = [one.json()["submissions"] for one in kantei.asked("POST", "/v1/submissions/batch")]
    urls = [entry["image_url"] for batch in batches for entry in batch]
    assert len(urls) == len(set(urls)), "a picture was asked for twice"
    assert max(len(batch) for batch in batches) <= 20
    # One request for twenty pictures, and a few for what was left when the reader stopped to look.
    assert len(batches) <= len(urls) / 20 + took / 2
    work = work_a_second(profile)
    worst, mean = max(work), sum(work) / len(work)
    sys.stdout.write(
        f"{len(urls)} pictures, {len(batches)} batches, {worst:.1f} ms at worst, {mean:.1f} on average, "
        f"{scripts:.1f} of scripts\n"
    )
    # The profiler counts by the clock, so seconds in which other processes had the core look like work. The
    # processor time of the page's own thread does not depend on them.
    assert 0 < scripts < BUDGET, f"{scripts:.1f} ms of scripts a second"


def _script_seconds(tab: Tab) -> float:
    """How long the page's main thread has run scripts, in seconds of processor time."""
    metrics = tab.session.call("Performance.getMetrics")["metrics"]
    return next(float(one["value"]) for one in metrics if one["name"] == "ScriptDuration")


def test_what_was_checked_is_not_asked_again_and_the_page_may_change(
    reader: Reader, kantei: FakeKantei, gallery: Site
) -> None:
    allow_badges(reader, gallery)
    page = "<img id=t src='/p/one.png' width=300 height=300>"
    tab = reader.visit(gallery.show(page))
    badges = "[...(stages.get('badges')?.layer.children ?? [])].map((badge) => badge.textContent)"
    until(lambda: tab.inside(badges) == ["Signs of AI generation"], "a badge")
    tab.session.go(gallery.show(page) + "?again")
    until(lambda: tab.inside(badges) == ["Signs of AI generation"], "a badge from the cache")
    assert len(kantei.asked("POST", "/v1/submissions/batch")) == 1
    kantei.finding = lambda _url: "clear"
    tab.session.run("document.querySelector('#t').src = '/p/two.png'; document.body.append(new Image())")
    until(lambda: tab.inside(badges) == ["No sign of AI generation"], "the badge of the other picture")
    tab.session.run("document.querySelector('#t').remove()")
    until(lambda: tab.inside(badges) == [], "no badge")


def test_a_picture_that_is_too_small_gets_none_and_none_is_hidden(
    reader: Reader, kantei: FakeKantei, gallery: Site
) -> None:
    allow_badges(reader, gallery)
    tab = reader.visit(
        gallery.show("<img src='/p/big.png' width=300 height=300><img src='/p/icon.png' width=64 height=64>")
    )
    until(lambda: tab.inside("stages.get('badges')?.layer.children.length") == 1, "a badge")
    assert [
        e["image_url"]
        for one in kantei.asked("POST", "/v1/submissions/batch")
        for e in one.json()["submissions"]
    ] == [f"{gallery.base}/p/big.png"]
    look = "getComputedStyle(document.querySelector('img'))"
    assert tab.session.run(f"[{look}.visibility, {look}.filter, {look}.opacity, {look}.display]") == [
        "visible", "none", "1", "inline",
    ]  # fmt: skip


def work_a_second(profile: dict) -> list[float]:  # type: ignore[type-arg]
    """Add up, second by second, the milliseconds in which a script of ours was on the stack."""
    nodes = {node["id"]: node for node in profile["nodes"]}
    parents = {child: node["id"] for node in profile["nodes"] for child in node.get("children", [])}

    def is_ours(number: int | None) -> bool:
        while number is not None:
            if nodes[number]["callFrame"]["url"].startswith("chrome-extension://"):
                return True
            number = parents.get(number)
        return False

    ours = {number for number in nodes if is_ours(number)}
    seconds: dict[int, float] = {}
    at = 0
    for number, delta in zip(profile["samples"], profile["timeDeltas"], strict=True):
        at += delta
        seconds[at // 1_000_000] = seconds.get(at // 1_000_000, 0.0) + (delta / 1000 if number in ours else 0)
    return list(seconds.values())
