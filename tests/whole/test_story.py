"""One story through everything, with real processes: submit, examine, read, refuse, come back."""

import contextlib
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from PIL import Image
from sqlalchemy import func, select

from core.settings.settings import read_settings
from kantei.roots.greeting import SUBMIT
from kantei.roots.joining import open_database
from store.tables.case_tables import Image as ImageRow
from store.tables.case_tables import Verdict
from tests.clocks import wait_until
from tests.servers import Reply, Server
from tests.whole.broker import break_connections, empty_broker
from tests.whole.deployed import metrics_asked_for
from tests.whole.installation import Installation
from tests.whole.pictures import draw

HUSH = "hush-in-the-query"


@pytest.fixture(scope="module", autouse=True)
def doomed(whole: Installation, web: Server) -> list[str]:
    """Submit, before all else, what is tried several times in vain; the log is read in the end."""
    missing = web.reply("/doomed.png", status=404)
    return whole.submit([f"{missing}?signature={HUSH}", f"http://127.0.0.1:1/a.png?signature={HUSH}"])


def serve_pictures(web: Server, name: str, count: int, seed: int = 0) -> list[str]:
    return [web.reply(f"/{name}/{n}.png", draw(seed + n)) for n in range(count)]


def count_rows(whole: Installation) -> tuple[int, int]:
    database = open_database(read_settings(whole.environ))
    with database.reading() as session:
        counts = (
            session.scalar(select(func.count()).select_from(ImageRow)),
            session.scalar(select(func.count()).select_from(Verdict)),
        )
    database.close()
    return counts[0] or 0, counts[1] or 0


def test_a_batch_of_pictures_is_examined_and_the_same_again_costs_nothing(
    whole: Installation, web: Server
) -> None:
    urls = serve_pictures(web, "batch", 12)
    settled = whole.settle(whole.submit(urls))
    for found in settled:
        assert found["state"] == "examined", found
        verdict = found["verdict"]
        assert 0 <= verdict["score"] <= 1
        assert verdict["finding"] in {"clear", "uncertain", "flagged"}
        assert verdict["reasons"]
        assert verdict["evidence"][-1]["kind"] == "pixels"
        assert found["image"] | {"sha256": "", "bytes": 0} == {
            "sha256": "",
            "width": 320,
            "height": 240,
            "format": "png",
            "bytes": 0,
        }
        stored = whole.call("GET", f"/v1/images/{found['image']['sha256']}")
        assert stored.json()["verdict"]["score"] == verdict["score"]
    before = count_rows(whole)
    again = whole.settle(whole.submit(urls))
    assert count_rows(whole) == before
    assert [found["verdict"] for found in again] == [found["verdict"] for found in settled]


def test_an_upload_is_examined_while_its_sender_waits(whole: Installation) -> None:
    answer = whole.call("POST", "/v1/submissions", files={"image": ("a.webp", draw(7000, kind="WEBP"))})
    assert answer.status_code == 202, answer.text
    began = time.monotonic()
    found = whole.call("GET", answer.headers["Location"] + "?wait=20").json()
    assert found["state"] == "examined"
    assert found["source"] == "upload"
    assert time.monotonic() - began < 15


def test_a_heat_map_is_painted_when_it_is_asked_for(whole: Installation, web: Server) -> None:
    (found,) = whole.settle(whole.submit([web.reply("/heat.png", draw(7100))]))
    for _ in range(2):
        answer = whole.call("GET", found["links"]["heatmap"])
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"] == "image/png"
        with Image.open(io.BytesIO(answer.content)) as heat:
            assert heat.format == "PNG"
    assert whole.call("GET", "/v1/submissions/" + "0" * 32 + "/heatmap").status_code == 404


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.2/a.png",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/a.png",
        "http://0x7f.2/a.png",
    ],
)
def test_an_unsafe_address_fails_and_is_never_connected_to(whole: Installation, url: str) -> None:
    (found,) = whole.settle(whole.submit([url]))
    assert (found["state"], found["failure"]["code"], found["failure"]["permanent"]) == (
        "failed",
        "unsafe_address",
        True,
    )
    assert (found["verdict"], found["image"]) == (None, None)


@pytest.mark.parametrize("target", ["http://169.254.169.254/", "http://[::1]:1/", "http://127.0.0.2/"])
def test_a_redirect_to_an_unsafe_address_fails(whole: Installation, web: Server, target: str) -> None:
    url = web.reply("/away", status=302, location=target)
    (found,) = whole.settle(whole.submit([url]))
    assert found["failure"]["code"] == "unsafe_address"


def test_rubbish_fails_with_its_reason_beside_good_pictures(whole: Installation, web: Server) -> None:
    urls = [
        web.reply("/rubbish.png", b"<html>hello</html>"),
        web.reply("/cut.png", draw(8000)[:400]),
        web.reply("/gone.png", status=410),
        web.reply("/forbidden.png", status=403),
        *serve_pictures(web, "beside", 2, seed=8100),
    ]
    settled = whole.settle(whole.submit(urls))
    codes = [found["failure"]["code"] if found["failure"] else found["state"] for found in settled]
    assert codes == ["not_an_image", "not_an_image", "gone", "http_status", "examined", "examined"]


def test_killed_workers_and_an_emptied_broker_lose_nothing(whole: Installation, web: Server) -> None:
    def slow(asked: object) -> Reply:
        time.sleep(0.03)
        return Reply(draw(int(str(asked.target).rsplit("/", 1)[1].split(".")[0])))  # type: ignore[attr-defined]  # Asked

    urls = [web.view(f"/kill/{9000 + n}.png", slow) for n in range(60)]
    before = count_rows(whole)[1]
    ids = whole.submit(urls)
    main, *children = whole.children("worker")
    os.kill(children[0], signal.SIGKILL)
    wait_until(lambda: count_rows(whole)[1] >= before + 5, "some are examined")
    empty_broker(whole)
    # Until the sweeper sends them again, only what the children hold is examined.
    with contextlib.suppress(ProcessLookupError):
        os.kill(main, signal.SIGKILL)
    settled = whole.settle(ids)
    assert {found["state"] for found in settled} == {"examined"}, [
        f["failure"] for f in settled if f["failure"]
    ]
    digests = {found["image"]["sha256"] for found in settled}
    assert len(digests) == len(ids)
    database = open_database(read_settings(whole.environ))
    with database.reading() as session:
        counts = session.scalars(
            select(func.count()).where(Verdict.image_sha256.in_(digests)).group_by(Verdict.image_sha256)
        ).all()
    database.close()
    assert counts == [1] * len(ids)


def test_a_scrape_of_the_api_shows_what_every_part_measured(whole: Installation, web: Server) -> None:
    urls = serve_pictures(web, "measured", 2, seed=8200)
    whole.settle(whole.submit([*urls, web.reply("/measured/rubbish.png", b"rubbish")]))
    whole.settle(whole.submit(urls))
    text = requests.get(whole.address + "/metrics", timeout=10).text
    samples = [line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#")]
    values = {name: float(value) for name, value in samples}
    assert sum(value for name, value in values.items() if name.startswith("kantei_examinations_total")) >= 4
    assert values["kantei_verdicts_reused_total"] >= 2
    assert values['kantei_failures_total{code="not_an_image"}'] >= 1
    assert values["kantei_sweeps_total"] >= 1
    for stage in ("claim", "fetch", "decode", "provenance", "classify", "keep", "database"):
        assert values[f'kantei_stage_seconds_count{{stage="{stage}"}}'] >= 2
    assert metrics_asked_for() - {name.split("{")[0] for name in values} == set()


def test_what_it_prints_says_what_to_do_next(whole: Installation) -> None:
    ready = "".join(whole.output).partition("Kantei is ready")[2]
    assert f"{whole.address}/login" in ready
    assert "admin@kantei.local, one-time password " in ready
    assert f"export KANTEI_SERVER={whole.address} KANTEI_API_KEY=kt_" in ready
    assert SUBMIT in ready


def test_the_readmes_quick_start_runs_as_printed(whole: Installation, tmp_path: Path) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    quick_start = readme.partition("## Quick start")[2].partition("\n## ")[0]
    export = re.search(r"^  (export KANTEI_SERVER=.*)$", "".join(whole.output), re.MULTILINE)
    assert export
    started, commands = re.findall(r"^```sh\n(.*?)^```$", quick_start, re.DOTALL | re.MULTILINE)
    assert started == "script/server\n"
    (tmp_path / "picture.png").write_bytes(draw(77))
    done = subprocess.run(
        ["bash", "-euc", f"{export[1]}\n{commands}"],  # noqa: S607  # wherever bash is
        cwd=tmp_path,
        env={**whole.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["state"] == "examined"
    assert found["verdict"]["reasons"]


def test_pages_and_health_answer_without_a_key(whole: Installation) -> None:
    for path in ("/livez", "/readyz", "/metrics", "/openapi.json", "/docs", "/login", "/model"):
        assert requests.get(whole.address + path, timeout=10).status_code == 200, path
    assert requests.get(whole.address + "/v1/submissions", timeout=10).status_code == 401


def test_nothing_that_was_logged_holds_a_secret(whole: Installation, web: Server, doomed: list[str]) -> None:
    """After all of the story, with its killed workers and emptied brokers, and a few failures on purpose."""
    person = json.loads(whole.kantei("moderator", "add", "quiet@example.com", "--json"))
    client = json.loads(whole.kantei("client", "add", "Market", "--source", "marketplace", "--json"))
    assert {found["state"] for found in whole.settle(doomed)} == {"failed"}
    break_connections(whole)
    whole.settle(whole.submit([web.reply("/after.png", draw(8300))]))
    with requests.Session() as browser:
        page = browser.get(whole.address + "/login", timeout=10).text
        token = re.search(r'name="form_token" value="(\w+)"', page)
        assert token
        form = {"form_token": token[1], "email": "quiet@example.com", "password": "hush-mistyped"}
        assert browser.post(whole.address + "/login", data=form, timeout=10).status_code in {401, 403}
        form["password"] = person["password"]
        browser.post(whole.address + "/login", data=form, timeout=10, allow_redirects=False)
        cookies = [cookie.value or "" for cookie in browser.cookies]
    assert cookies
    bad = {"Authorization": "Bearer kt_hush-forged"}
    assert requests.get(whole.address + "/v1/submissions", headers=bad, timeout=10).status_code == 401
    hook = f"{whole.address}/v1/hooks/{client['id']}"
    assert (
        requests.post(hook, data=b"{}", headers={"webhook-signature": "v1,hush"}, timeout=10).status_code
        == 401
    )
    secret_key = (Path(whole.environ["KANTEI_DATA_DIR"]) / "secret_key").read_text()
    secrets = [whole.key, secret_key, client["api_key"], client["webhook_secret"], person["password"]]
    # Of the query, the mistyped password and the forged key.
    secrets += [*cookies, "hush", "kt_"]
    servers = [whole.environ.get(f"KANTEI_{name}_URL") for name in ("DATABASE", "BROKER")]
    passwords = [urlsplit(url).password for url in servers if url]
    assert None not in passwords
    secrets += [password or "" for password in passwords]
    # The first key is printed once, for whoever started the server, and is no line of the log.
    logged = "".join(line for line in whole.output if "export KANTEI_SERVER=" not in line)
    assert [secret for secret in secrets if secret in logged] == []
