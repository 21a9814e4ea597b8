"""What installing and setting up asks for, and what leaves the browser."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from PIL import Image

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
    page = newcomer.options()
    for server, key, mark, sentence in (
        ("nonsense", KEY, ".wrong", "Enter a web address"),
        (kantei.address, "kt_wrong", ".told.bad", "refused the key"),
        (kantei.address, KEY, ".told.good", "Connected to 127.0.0.1"),
    ):
        page.fill("[name=server]", server)
        page.fill("[name=key]", key)
        page.click_on(".b.main")
        page.until(f"document.querySelector('{mark}')?.textContent.includes({sentence!r})")
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
    popup.until("document.querySelectorAll('.row').length === 1")
    assert popup.run("document.querySelector('header .bare').ariaLabel") == "Options"
    assert popup.run("document.querySelector('footer a').href").startswith(kantei.address)
    assert kantei.seen == []
    popup.click_on(".row")
    popup.until("document.querySelector('.row').innerText.includes('Signs of AI generation')")
    assert "97 of 100" in popup.run("document.querySelector('.row').innerText")
    popup.click_on(".row")  # what is known opens beside its picture
    assert tab.title() == "Signs of AI generation"
    assert [one.json() for one in kantei.asked("POST", "/v1/submissions/batch")] == [
        {"submissions": [{"image_url": f"{gallery.base}/p/work.png"}]}
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
    assert f"{kantei.address}/v1/submissions/batch" in asked
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
    for name, zone in (("first", "UTC"), ("second", "Asia/Tokyo")):
        out = tmp_path / name
        subprocess.run(
            [sys.executable, str(ROOT / "script" / "extension"), "pack", "--out", str(out)],
            check=True,
            capture_output=True,
            cwd=tmp_path,
            env={**os.environ, "TZ": zone},
            umask=0o077 if name == "second" else 0o022,
        )
        packed.append({path.name: path.read_bytes() for path in sorted(out.glob("*.zip"))})
    assert packed[0] == packed[1]
    version = re.search(r"^## (\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert version is not None
    assert set(packed[0]) == {f"kantei-{browser}-{version[1]}.zip" for browser in ("chrome", "firefox")}
    assert json.loads((SOURCE / "manifest.json").read_text())["version"] == version[1]
    manifests = {}
    for path in (tmp_path / "first").glob("*.zip"):
        with zipfile.ZipFile(path) as archive:
            manifest = manifests[path.name.split("-")[1]] = json.loads(archive.read("manifest.json"))
            names = archive.namelist()
            assert not [
                name for name in names if name.endswith((".d.ts", "jsconfig.json")) or "store" in name
            ]
            assert {"PRIVACY.md", "PRIVACY.ja.md", "LICENSE", "help/help.html"} <= set(names)
            for size, icon in manifest["icons"].items():
                assert Image.open(io.BytesIO(archive.read(icon))).size == (int(size), int(size))
    assert manifests["chrome"]["background"] == {"service_worker": "background/main.js", "type": "module"}
    assert manifests["firefox"]["background"] == {"scripts": ["background/main.js"], "type": "module"}
    for manifest in manifests.values():
        assert manifest["permissions"] == ["activeTab", "contextMenus", "storage"]


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_texts_for_the_stores_are_those_of_the_package_and_explain_every_permission(lang: str) -> None:
    heads = {"en": ["Name", "Summary", "Description"], "ja": ["名前", "概要", "説明"]}[lang]
    text = (SOURCE / "store" / f"{lang}.md").read_text("utf-8")
    name, summary, description = (text.split(f"\n## {head}\n")[1].split("\n## ")[0].strip() for head in heads)
    words = json.loads((SOURCE / "_locales" / lang / "messages.json").read_text("utf-8"))
    assert (name, summary) == (words["name"]["message"], words["description"]["message"])
    # The least that Chrome Web Store and addons.mozilla.org allow.
    assert len(name) <= 50
    assert len(summary) <= 132
    assert 250 <= len(description) <= 16_000
    manifest = json.loads((SOURCE / "manifest.json").read_text())
    privacy = (SOURCE / ("PRIVACY.md" if lang == "en" else "PRIVACY.ja.md")).read_text("utf-8")
    asked = [
        *manifest["permissions"],
        *manifest["optional_permissions"],
        *manifest["optional_host_permissions"],
    ]
    for sheet in (text, privacy):
        assert [one for one in asked if f"`{one}`" not in sheet] == []


def test_the_page_about_servers_shows_the_commands_of_its_document() -> None:
    document = (ROOT / "docs" / "extension-server.md").read_text("utf-8")
    shown = re.search(r"COMMANDS = (\[.*?\])", (SOURCE / "help" / "help.js").read_text("utf-8"))
    assert shown is not None
    assert json.loads(shown[1]) == re.findall(r"^```sh\n(.*?)\n```$", document, re.MULTILINE)
