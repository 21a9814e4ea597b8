"""What installing and setting up asks for, and what leaves the browser."""

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.extension.fake_kantei import KEY, FakeKantei
from tests.extension.reader import SOURCE, Reader
from tests.extension.site import Site
from tests.services import leave_out

ROOT = SOURCE.parent


@pytest.mark.chromium
def test_installing_asks_for_three_rights_and_warns_of_nothing(newcomer: Reader) -> None:
    worker = newcomer.worker()
    granted = worker.run("chrome.permissions.getAll()")
    assert granted == {"origins": [], "permissions": ["activeTab", "contextMenus", "storage"]}
    manifest = json.loads((SOURCE / "manifest.json").read_text())
    manifest |= {"name": "Kantei", "description": "x"}
    del manifest["default_locale"]
    ask = f"chrome.management.getPermissionWarningsByManifest({json.dumps(json.dumps(manifest))})"
    assert worker.run(ask) == []
    # The question is one that can be answered otherwise: what others demand does warn.
    manifest["host_permissions"] = ["<all_urls>"]
    ask = f"chrome.management.getPermissionWarningsByManifest({json.dumps(json.dumps(manifest))})"
    assert worker.run(ask) == ["Read and change all your data on all websites"]


@pytest.mark.chromium
def test_the_options_test_the_connection_and_name_what_is_wrong(newcomer: Reader, kantei: FakeKantei) -> None:
    newcomer.allow("http://127.0.0.1/*")
    page = newcomer.open("options/options.html")
    page.until("document.querySelector('[name=server]') !== null")
    for server, key, mark, sentence in (
        ("nonsense", KEY, "bad", "Enter a web address"),
        (kantei.address, "kt_wrong", "bad", "rejected the key"),
        (kantei.address, KEY, "good", "Connected"),
    ):
        page.fill("[name=server]", server)
        page.fill("[name=key]", key)
        page.click_on(".button.primary")
        page.until(f"document.querySelector('[role=status].{mark}')?.textContent.includes({sentence!r})")
    settings = page.run("chrome.storage.local.get('settings').then(({settings}) => settings)")
    assert (settings["server"], settings["key"]) == (kantei.address, KEY)


@pytest.mark.chromium
def test_options_of_an_older_version_are_brought_along(newcomer: Reader) -> None:
    worker = newcomer.worker()
    worker.run("chrome.storage.local.set({settings: {serverUrl: 'https://k.example/', apiKey: 'kt_old'}})")
    page = newcomer.open("options/options.html")
    page.until("document.querySelector('[name=server]') !== null")
    fields = page.run("['server', 'key'].map((name) => document.querySelector(`[name=${name}]`).value)")
    assert fields == ["https://k.example", "kt_old"]


@pytest.mark.chromium
def test_nothing_goes_anywhere_but_to_the_server_and_the_pictures_own_host(
    reader: Reader, kantei: FakeKantei, gallery: Site
) -> None:
    address = gallery.show("<img id=t src='/p/work.png' width=320 height=240>")
    worker = reader.worker()
    worker.call("Network.enable")
    tab = reader.visit(address)
    tab.session.call("Network.enable")
    popup = reader.click_action(tab)
    popup.call("Network.enable")
    popup.until("document.querySelectorAll('.rows li').length === 1")
    popup.click_on(".rows li .button")
    buttons = "[...document.querySelectorAll('header .button')]"
    assert popup.run(f"{buttons}.at(-1).textContent") == "Options"
    assert popup.run("document.querySelector('footer a').href").startswith("http://127.0.0.1")
    popup.until("document.querySelector('.card h2')?.textContent === 'Signs of AI generation'")
    popup.run(f"{buttons}.find((one) => one.textContent === 'Back').click()")
    popup.until("document.querySelector('.rows li .button')?.textContent === 'Details'")
    assert [one.json() for one in kantei.asked("POST", "/v1/submissions")] == [
        {"image_url": f"{gallery.base}/p/work.png"}
    ]
    for one in kantei.seen:
        names = {name.lower() for name in one.headers}
        assert not names & {"cookie", "referer"}, one.headers
        said = json.dumps(one.headers) + one.path + one.body.decode()
        assert "/page" not in said
        assert "Gallery" not in said
        assert "secret" not in said
    asked = {
        event["params"]["request"]["url"]
        for event in reader.browser.events
        if event["method"] == "Network.requestWillBeSent"
    }
    assert f"{kantei.address}/v1/submissions" in asked
    assert all(url.startswith((kantei.address, gallery.base, "chrome", "data:")) for url in asked)


@pytest.mark.node
def test_the_linters_have_nothing_to_say(tmp_path: Path) -> None:
    if shutil.which("npm") is None:
        leave_out("npm", "npm is not installed")
    lint = [sys.executable, str(ROOT / "script" / "extension"), "lint", "--out", str(tmp_path)]
    done = subprocess.run(lint, capture_output=True, text=True, check=False)
    if done.returncode == 2:
        leave_out("npm", done.stderr.strip())
    assert done.returncode == 0, done.stdout + done.stderr


def test_both_packages_come_from_one_source_and_are_the_same_each_time(tmp_path: Path) -> None:
    packed = []
    for name in ("first", "second"):
        out = tmp_path / name
        subprocess.run(
            [sys.executable, str(ROOT / "script" / "extension"), "pack", "--out", str(out)],
            check=True,
            capture_output=True,
        )
        packed.append({path.name: path.read_bytes() for path in sorted(out.glob("*.zip"))})
    assert packed[0] == packed[1]
    assert len(packed[0]) == 2
    manifests = {}
    for path in (tmp_path / "first").glob("*.zip"):
        with zipfile.ZipFile(path) as archive:
            manifests[path.name.split("-")[1]] = json.loads(archive.read("manifest.json"))
            names = archive.namelist()
            assert not [name for name in names if name.endswith((".d.ts", "jsconfig.json"))]
            for script in manifests[path.name.split("-")[1]]["icons"].values():
                assert script in names
    assert manifests["chrome"]["background"] == {"service_worker": "background/main.js", "type": "module"}
    assert manifests["firefox"]["background"] == {"scripts": ["background/main.js"], "type": "module"}
    for manifest in manifests.values():
        assert manifest["permissions"] == ["activeTab", "contextMenus", "storage"]
