"""Run the extension in a real Firefox: `python -m tests.extension.in_firefox [--binary firefox-esr]`.

Installs the Firefox package for the moment, sets it up on its options page, and checks every kind of
embedding through Firefox's own context menu. It says what was asked of the reader and what was submitted,
and ends with 1 where anything was wrong. Not part of the suite, for CI has no Firefox.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

from tests.extension.fake_kantei import KEY, FakeKantei, fake_kantei
from tests.extension.marionette import Firefox, MarionetteError, firefox
from tests.extension.site import KINDS, Site, site

ROOT = Path(__file__).resolve().parent.parent.parent
ID = "extension@kantei.local"
ROOM = "document.querySelector('kantei-stage')?.openOrClosedShadowRoot"
TITLE = f"{ROOM}?.querySelector('.card h2')?.textContent"
# Says what question Firefox shows the reader, if it shows one within a moment, and answers yes.
ASKED = """
  const until = Date.now() + 2000;
  while (Date.now() < until) {
    const found = PopupNotifications.getNotification("addon-webext-permissions", gBrowser.selectedBrowser);
    if (found) {
      const listed = document.getElementById("addon-webext-perm-list");
      const said = `${found.message} ${listed?.textContent ?? ""}`.trim();
      found.mainAction.callback({ checkboxChecked: false });
      found.remove();
      return said;
    }
    await new Promise((done) => setTimeout(done, 50));
  }
  return "";
"""
CHOOSE = """
  const menu = document.getElementById("contentAreaContextMenu");
  const until = Date.now() + 5000;
  while (menu.state !== "open" && Date.now() < until) await new Promise((done) => setTimeout(done, 30));
  const item = [...menu.children].find((child) => !child.hidden && child.label === given[0]);
  if (item) menu.activateItem(item);
  else menu.hidePopup();
  const labels = [...menu.children].filter((one) => !one.hidden).map((one) => one.label);
  return item ? "" : `no entry among ${labels}`;
"""


def main() -> int:
    """Run everything; give the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", default="firefox-esr")
    parser.add_argument("--screenshots", type=Path, help="where pictures of card and options go")
    arguments = parser.parse_args()
    binary = shutil.which(arguments.binary)
    if binary is None:
        sys.stderr.write(f"{arguments.binary} is not installed\n")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        pack = [sys.executable, str(ROOT / "script" / "extension"), "pack", "--out", folder]
        subprocess.run(pack, check=True, stdout=subprocess.DEVNULL)
        with (
            fake_kantei() as kantei,
            site() as gallery,
            firefox(binary, Path(folder, "profile")) as browser,
        ):
            return run(browser, kantei, gallery, Path(folder, "firefox"), arguments.screenshots)


def run(browser: Firefox, kantei: FakeKantei, gallery: Site, package: Path, shots: Path | None) -> int:
    """Install, set up, check each kind."""
    browser.call("Addon:Install", path=str(package), temporary=True)
    policy = f"WebExtensionPolicy.getByID({ID!r})"
    granted = browser.chrome(
        f"return [...{policy}.permissions, ...{policy}.allowedOrigins.patterns.map((one) => one.pattern)]"
    )
    say("granted at install", sorted(one for one in granted if not one.startswith("moz-extension")))
    # The first click is what asks for the right to show cards; nothing is set up yet, so it says so.
    browser.go(f"{gallery.base}/kind?kind=img")
    browser.click("#t", button=2)
    browser.chrome(CHOOSE, "Check this picture with Kantei")
    first = browser.chrome(ASKED)
    say("question for that", first or "none")
    say("first click, before anything is set up", browser.until(f"return {TITLE}", sandbox="system"))
    say("granted by it", sorted(set(browser.chrome(f"return [...{policy}.permissions]")) - set(granted)))
    host = browser.chrome(f"return {policy}.mozExtensionHostname")
    browser.go(f"moz-extension://{host}/options/options.html")
    browser.until("return document.querySelector('[name=server]') !== null")
    for name, text in (("server", kantei.address), ("key", KEY)):
        browser.page("document.querySelector(`[name=${given[0]}]`).value = given[1]", name, text)
    browser.click(".b.main")
    say("question while setting up", browser.chrome(ASKED) or "none")
    browser.until("return document.querySelector('[role=status] .good') !== null")
    if shots is not None:
        shots.mkdir(parents=True, exist_ok=True)
        browser.screenshot(shots / "firefox-options.png")
    wrong = [kind for kind in KINDS if not check(browser, kantei, gallery, kind)]
    if shots is not None:
        browser.screenshot(shots / "firefox-card.png")
    later = browser.chrome(ASKED)
    say("question while checking", later or "none")
    say("kinds checked right", f"{len(KINDS) - len(wrong)} of {len(KINDS)}")
    return 1 if wrong or first or later else 0


def check(browser: Firefox, kantei: FakeKantei, gallery: Site, kind: str) -> bool:
    """Right-click one kind, choose our entry, and compare what was submitted."""
    before = len(kantei.submissions)
    browser.go(f"{gallery.base}/kind?kind={quote(kind)}")
    browser.until("return [...document.images].every((one) => one.complete && one.src)")
    time.sleep(0.3)  # and backgrounds
    browser.click("#t", button=2)
    try:
        missing = browser.chrome(CHOOSE, "Check this picture with Kantei")
        title = browser.until(
            f"return {TITLE} !== 'Checking this picture' && {TITLE}", sandbox="system", patience=10
        )
    except MarionetteError as error:
        say(f"{kind}: wrong", str(error)[:300])
        return False
    made = [one["image_url"] for one in list(kantei.submissions.values())[before:]]
    expected = KINDS[kind][1]
    if expected is None:
        right = made == [] and title == "Only your browser can load this picture"
    else:
        url = expected.replace("{c}", gallery.cdn) if "{c}" in expected else gallery.base + expected
        right = made == [url] and title == "Signs of AI generation"
    if not right:
        say(f"{kind}: wrong", f"{missing} {title} {made}")
    return right


def say(what: str, found: object) -> None:
    """Print one line."""
    sys.stdout.write(f"{what}: {found}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
