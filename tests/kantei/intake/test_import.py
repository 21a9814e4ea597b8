"""`kantei import` against a server that answers as ours does: steps, refusals, quotas, going on."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kantei.intake.import_command import import_command
from tests.servers import Asked, Reply, Server


class Api:
    """Takes batches, as many entries as are left; the rest is beyond the quota."""

    def __init__(self, left: int) -> None:
        self.left = left
        self.taken: list[str] = []
        self.keys: list[str] = []

    def answer(self, asked: Asked) -> Reply:
        self.keys.append(asked.headers["idempotency-key"])
        results = [self._entry(entry) for entry in json.loads(asked.body)["submissions"]]
        refused = sum(result["problem"] is not None for result in results)
        body = {"accepted": len(results) - refused, "refused": refused, "results": results}
        return Reply(json.dumps(body).encode(), 202, {"Content-Type": "application/json"})

    def _entry(self, entry: dict[str, Any]) -> dict[str, Any]:
        assert entry["priority"] == "low"
        url = entry["image_url"]
        if url == "odd":
            problem = {"code": "invalid_url", "detail": "image_url: it is odd"}
            return {"status": 422, "submission": None, "problem": problem}
        if len(self.taken) >= self.left:
            problem = {"code": "quota_exhausted", "detail": "No more today."}
            return {"status": 429, "submission": None, "problem": problem}
        self.taken.append(url)
        return {"status": 202, "submission": {"id": url}, "problem": None}


def run(api: Api, file: Path, *more: str) -> Result:
    with Server() as server:
        server.view("/v1/submissions/batch", api.answer)
        return CliRunner().invoke(
            import_command, [str(file), "--server", server.url(""), "--key", "k", *more]
        )


@pytest.fixture
def urls() -> list[str]:
    return [f"https://a.example/{number}.png" for number in range(1200)]


def test_what_the_quota_stopped_goes_on_with_the_next_line(tmp_path: Path, urls: list[str]) -> None:
    file = tmp_path / "old.csv"
    file.write_text("image_url\n" + "\n".join(urls) + "\n", encoding="utf-8")
    api = Api(left=730)
    stopped = run(api, file)
    assert stopped.exit_code == 1
    assert "stopped before entry 731: No more today." in stopped.output
    assert api.taken == urls[:730]
    api.left = 5000
    again = run(api, file)
    assert again.exit_code == 0, again.output
    assert "entries submitted: 470, refused: 0" in again.output
    assert api.taken == urls
    assert len(set(api.keys)) == len(api.keys)


def test_lines_that_are_refused_are_named_and_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "old.jsonl"
    lines = [{"image_url": "https://a.example/1"}, {"image_url": "odd"}, {"image_url": "https://a.example/2"}]
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    api = Api(left=10)
    done = run(api, file)
    assert done.exit_code == 1
    assert "entry 2: image_url: it is odd" in done.output
    assert "entries submitted: 2, refused: 1" in done.output
    assert "entries submitted: 0" in run(api, file).output
    assert len(api.taken) == 2


def test_a_server_that_is_not_there_is_named_in_plain_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kantei_client.transport.FIRST_PAUSE", 0)
    file = tmp_path / "old.jsonl"
    file.write_text('{"image_url": "https://a.example/1"}', encoding="utf-8")
    with Server() as server:
        address = server.url("")
    done = CliRunner().invoke(import_command, [str(file), "--server", address, "--key", "k"])
    assert done.exit_code == 1
    assert done.output == (
        f"Error: Could not reach {address.rstrip('/')}: connection refused. Is the server running? "
        "Run the same command again to continue.\n"
    )


def test_a_refused_key_ends_with_one_full_stop(tmp_path: Path) -> None:
    file = tmp_path / "old.jsonl"
    file.write_text('{"image_url": "https://a.example/1"}', encoding="utf-8")
    problem = {
        "code": "unauthorized",
        "detail": "A valid API key is required, as `Authorization: Bearer <key>`.",
    }
    refused = Reply(json.dumps(problem).encode(), 401, {"Content-Type": "application/problem+json"})
    with Server() as server:
        server.view("/v1/submissions/batch", lambda _: refused)
        done = CliRunner().invoke(import_command, [str(file), "--server", server.url(""), "--key", "k"])
    assert "`Authorization: Bearer <key>`. Run the same command again to continue." in done.output


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.csv", "url\n1\n", "must have a column image_url"),
        ("a.csv", "image_url,price\nx,1\n", "price"),
        ("a.jsonl", "[]", "line 1: not a JSON object"),
        ("a.txt", "", "must be a .csv or .jsonl file"),
    ],
)
def test_a_file_that_is_none_is_refused_before_anything_is_sent(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    api = Api(left=0)
    refused = run(api, tmp_path / name)
    assert (refused.exit_code, api.keys) == (2, [])
    assert said in refused.output


def test_server_and_key_come_from_the_environment_and_a_key_has_to(tmp_path: Path) -> None:
    file, key = tmp_path / "old.jsonl", tmp_path / "key"
    file.write_text('{"image_url": "https://a.example/1"}', encoding="utf-8")
    key.write_text("kt_from_file\n", encoding="utf-8")
    api, seen = Api(left=10), []

    def answer(asked: Asked) -> Reply:
        seen.append(asked.headers["authorization"])
        return api.answer(asked)

    with Server() as server:
        server.view("/v1/submissions/batch", answer)
        env = {"KANTEI_SERVER": server.url(""), "KANTEI_API_KEY": "", "KANTEI_API_KEY_FILE": str(key)}
        assert CliRunner(env=env).invoke(import_command, [str(file)]).exit_code == 0
        del env["KANTEI_API_KEY_FILE"]
        refused = CliRunner(env=env).invoke(import_command, [str(file)])
    assert seen == ["Bearer kt_from_file"]
    assert refused.exit_code == 2
    assert "set KANTEI_API_KEY, or use --key" in refused.output


TABLE = "image_url,title\nhttps://a.example/1.png,夕暮れ\n"


@pytest.mark.parametrize(
    "data",
    [
        TABLE.encode("shift_jis"),
        TABLE.encode("euc_jp"),
        TABLE.replace("夕暮れ", "Café").encode("latin-1"),
        TABLE.encode("utf-16-le"),
        TABLE.encode("utf-16-be"),
    ],
)
def test_a_table_in_another_encoding_is_refused_in_one_line_that_names_the_right_one(
    tmp_path: Path, data: bytes
) -> None:
    file = tmp_path / "old.csv"
    file.write_bytes(data)
    api = Api(left=10)
    refused = run(api, file)
    assert refused.exit_code == 1
    wanted = "old.csv is not in UTF-8; save it in UTF-8 (in Excel: CSV UTF-8) and run the command again"
    assert refused.output.splitlines() == [f"Error: {wanted}"]
    assert (api.keys, list(tmp_path.iterdir())) == ([], [file])


def test_an_encoding_that_changes_after_the_first_page_sends_nothing(tmp_path: Path, urls: list[str]) -> None:
    file = tmp_path / "old.csv"
    file.write_bytes(b"image_url,title\n" + "".join(f"{url},\n" for url in urls).encode() + b"x,\x97\n")
    api = Api(left=5000)
    assert "is not in UTF-8" in run(api, file).output
    assert api.keys == []


@pytest.mark.parametrize("name", ["old.csv", "old.jsonl"])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-8"])
def test_an_encoding_that_a_mark_makes_certain_is_taken(tmp_path: Path, name: str, encoding: str) -> None:
    file = tmp_path / name
    line = json.dumps({"image_url": "https://a.example/1.png", "title": "夕暮れ"}, ensure_ascii=False)
    file.write_bytes((TABLE if name.endswith("csv") else line).encode(encoding))
    api = Api(left=10)
    assert run(api, file).exit_code == 0
    assert api.taken == ["https://a.example/1.png"]


def test_a_table_that_is_none_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "old.csv"
    file.write_text("image_url\n" + "x" * 200_000 + "\n", encoding="utf-8")
    assert "old.csv, after line 1: field larger than field limit" in run(Api(left=1), file).output
