"""`kantei check`: files, folders and URLs, without any server."""

import csv
import io
import json
import os
import re
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.servers import Server
from tests.whole.pictures import draw

pytestmark = pytest.mark.processes


def check(*arguments: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    return check_in(None, arguments, environ)


def check_in(
    folder: Path | None,
    arguments: Sequence[str],
    environ: dict[str, str],
    before: Callable[[], None] | None = None,
) -> "subprocess.CompletedProcess[str]":
    settings = {name: value for name, value in os.environ.items() if not name.startswith("KANTEI_")}
    return subprocess.run(
        [sys.executable, "-m", "kantei", "check", *arguments],
        env=settings | {"KANTEI_FETCH_ALLOW": "127.0.0.1/32", "KANTEI_FETCH_TIMEOUT": "3", **environ},
        cwd=folder,
        preexec_fn=before,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"KANTEI_DATA_DIR": str(tmp_path / "data")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pictures = tmp_path / "pictures"
    (pictures / "below").mkdir(parents=True)
    for number, name in enumerate(["b.png", "a.jpg", "below/c.webp"]):
        kind = {"png": "PNG", "jpg": "JPEG", "webp": "WEBP"}[name.rsplit(".", 1)[1]]
        (pictures / name).write_bytes(draw(number, kind=kind))
    (pictures / "notes.txt").write_text("no picture")
    return pictures


def test_a_folder_gives_a_line_for_each_picture_in_order(folder: Path, environ: dict[str, str]) -> None:
    done = check(str(folder), **environ)
    assert done.returncode == 0, done.stderr
    lines = [re.split(r" {2,}", line) for line in done.stdout.splitlines()]
    assert [source.rsplit("/", 1)[1] for _, _, source, _ in lines] == ["a.jpg", "b.png", "c.webp"]
    assert {finding for finding, *_ in lines} <= {"clear", "uncertain", "flagged"}
    assert all(re.fullmatch(r"((below|above) )?\d+ of 100", score) for _, score, _, _ in lines)


def test_json_lines_have_the_fields_of_the_contract(folder: Path, environ: dict[str, str]) -> None:
    done = check("--json", str(folder / "b.png"), **environ)
    (line,) = done.stdout.splitlines()
    found = json.loads(line)
    assert set(found) == {
        "source",
        "sha256",
        "score",
        "finding",
        "label",
        "model",
        "reasons",
        "reason_codes",
        "evidence",
        "failure",
    }
    assert found["source"] == str(folder / "b.png")
    assert 0 <= found["score"] <= 1
    assert found["failure"] is None
    assert [set(one) for one in found["reason_codes"]] == [{"code", "values"}] * len(found["reasons"])
    assert set(found["evidence"][0]) == {
        "kind",
        "grade",
        "label",
        "generator",
        "detail",
        "reason_code",
        "reason_values",
    }


def test_a_url_is_fetched_under_the_same_rules_as_a_submission(environ: dict[str, str]) -> None:
    with Server() as web:
        good = web.reply("/a.png", draw(1))
        done = check("--json", good, "http://169.254.169.254/a.png", **environ)
    fetched, refused = (json.loads(line) for line in done.stdout.splitlines())
    assert done.returncode == 1
    assert (fetched["source"], fetched["failure"]) == (good, None)
    said = "Kantei does not fetch from 169.254.169.254, because this address is link-local (cloud metadata)."
    assert refused["failure"] == {
        "code": "unsafe_address",
        "detail": said,
        "reason_code": "address_refused",
        "reason_values": {"host": "169.254.169.254", "range": {"code": "cloud_metadata", "values": {}}},
        "permanent": True,
    }
    assert refused["score"] is None


def test_what_cannot_be_read_fails_and_the_rest_is_examined(folder: Path, environ: dict[str, str]) -> None:
    (folder / "broken.png").write_bytes(draw(5)[:200])
    (folder / "empty.gif").touch()
    done = check("--json", str(folder), **environ)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    failures = [item["failure"]["code"] for item in found if item["failure"]]
    assert failures == ["not_an_image", "not_an_image"]
    assert sum(item["finding"] is not None for item in found) == 3


def test_a_file_over_the_limits_is_refused_before_it_is_decoded(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    out = io.BytesIO()
    Image.new("1", (3000, 3000)).save(out, "PNG")
    (tmp_path / "wide.png").write_bytes(out.getvalue())
    wide = check("--json", str(tmp_path / "wide.png"), KANTEI_MAX_PIXELS="8000000", **environ)
    assert json.loads(wide.stdout)["failure"]["code"] == "too_many_pixels"
    (tmp_path / "long.png").write_bytes(draw(1) + bytes(5000))
    long = check("--json", str(tmp_path / "long.png"), KANTEI_MAX_IMAGE_BYTES="4096", **environ)
    assert json.loads(long.stdout)["failure"]["code"] == "too_large"


@pytest.mark.parametrize("arguments", [[], ["/nowhere/at/all.png"], ["--no-such-option", "x"]])
def test_a_wrong_call_ends_with_2(arguments: list[str], environ: dict[str, str]) -> None:
    assert check(*arguments, **environ).returncode == 2


def test_a_wrong_setting_ends_with_2_and_names_the_variable(folder: Path, environ: dict[str, str]) -> None:
    done = check(str(folder), KANTEI_MAX_PIXELS="lots", **environ)
    assert done.returncode == 2
    assert "KANTEI_MAX_PIXELS" in done.stderr


def everything_in(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in sorted(folder.rglob("*"))}


def test_it_leaves_nothing_behind_and_says_the_same_twice(folder: Path) -> None:
    """`kantei check *`, with no setting and no home, from the folder of the pictures itself."""
    (folder / "empty").mkdir()
    before = everything_in(folder.parent)
    with Server() as web:
        sources = [*sorted(path.name for path in folder.iterdir()), web.reply("/a.png", draw(1))]
        first, second = (
            check_in(folder, ["--json", *sources], {"HOME": "/nowhere", "KANTEI_WORKER_CONCURRENCY": count})
            for count in ("1", "2")
        )
    assert everything_in(folder.parent) == before
    assert [json.loads(line)["source"] for line in first.stdout.splitlines()] == [
        *("a.jpg", "b.png", "below/c.webp", "notes.txt"),
        sources[-1],
    ]
    assert (first.stdout, first.returncode) == (second.stdout, second.returncode)


def test_it_needs_no_place_to_write(folder: Path) -> None:
    """No byte can be written to any file: not to the folder, a home, a temporary folder or shared memory."""

    def forbid() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    wanted = check_in(folder, ["--json", str(folder)], {})
    nowhere = {"HOME": "/nowhere", "TMPDIR": "/nowhere"}
    done = check_in(folder, ["--json", str(folder)], nowhere, forbid)
    assert (done.stdout, done.returncode) == (wanted.stdout, 0), done.stderr


def test_heat_maps_are_named_after_their_pictures(
    folder: Path, environ: dict[str, str], tmp_path: Path
) -> None:
    (folder / "b.jpg").write_bytes(draw(3))
    heat = tmp_path / "heat"
    done = check("--json", "--heatmap", str(heat), str(folder / "b.png"), str(folder / "b.jpg"), **environ)
    found = [json.loads(line)["heatmap"] for line in done.stdout.splitlines()]
    assert found == [str(heat / "b.heat.png"), str(heat / "b-2.heat.png")]
    with Image.open(found[0]) as picture:
        assert picture.format == "PNG"
        assert max(picture.size) >= 256
    assert f"heat map: {heat}/b.heat.png" in check("--heatmap", str(heat), str(folder / "b.png")).stdout


def test_a_missing_path_does_not_stop_the_others_and_all_are_counted(
    folder: Path, environ: dict[str, str]
) -> None:
    done = check("/nowhere.png", str(folder), **environ)
    assert done.returncode == 1
    missing, *rest = done.stdout.splitlines()
    assert missing.startswith("failed")
    assert "/nowhere.png" in missing
    assert len(rest) == 3
    assert re.fullmatch(r"\d flagged · \d uncertain · \d clear · 1 failed in [\d.]+ s\n", done.stderr)


def test_findings_are_sorted_chosen_and_failed_on(folder: Path, environ: dict[str, str]) -> None:
    prompt = PngInfo()
    prompt.add_text("parameters", "masterpiece\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1")
    declared = folder / "0-declared.png"  # unsigned, so at least uncertain
    Image.open(io.BytesIO(draw(9))).save(declared, pnginfo=prompt)
    done = check("--csv", "--sort", "--fail-on", "uncertain", str(folder), **environ)
    assert done.returncode == 3
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    scores = [float(row["score"]) for row in rows]
    assert scores == sorted(scores, reverse=True)
    by_source = {row["source"]: row for row in rows}
    assert by_source[str(declared)]["finding"] in {"uncertain", "flagged"}
    assert set(rows[0]) == {"source", "finding", "score", "label", "sha256", "model", "reason"}
    clear = [row["source"] for row in rows if row["finding"] == "clear"]
    only = check("--json", "--only", "clear", str(folder), **environ)
    assert only.returncode == 0
    assert sorted(json.loads(line)["source"] for line in only.stdout.splitlines()) == sorted(clear)
    assert check("--csv", "--json", str(folder), **environ).returncode == 2
