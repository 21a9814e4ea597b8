"""The extension says what the server says by code, in the words of the pages."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from core.sayings.saying import SENTENCES, Saying, places_of, render, say
from core.sayings.stored import SAYINGS, read_saying, saying_json
from tests.services import leave_out

ROOT = Path(__file__).resolve().parents[2]
SAY = """
import { said } from "./extension/words/said.js";
const sayings = JSON.parse(await new Response(process.stdin).text());
process.stdout.write(JSON.stringify(sayings.map((saying) => said(saying, "", "ja").text)));
"""
VALUES: dict[str, list[Any]] = {
    "": ["NovelAI", "豆包", 404, 0.87, "a {where} b"],
    "number": [7, 50_000_001],
    "score": [0.0, 0.005, 0.134, 0.9304, 0.934, 0.995, 1.0],
    "points": [0.005, 0.134, 0.9304, 0.936, 1.0],
}


def sayings() -> list[Saying]:
    """Every code with each of some values in every place, and with another saying where a text stands."""
    every = [code for kind in SAYINGS for code in kind]
    choices = VALUES | {"": [*VALUES[""], say(every[0])]}
    found = []
    for code in every:
        places = list(places_of(SENTENCES[code]["en"]).items())
        for turn in range(8):
            kinds = enumerate(places, start=turn)
            found.append(
                Saying(code, {name: choices[kind][at % len(choices[kind])] for at, (name, kind) in kinds})
            )
    return found


def test_the_extensions_copy_of_the_sentences_is_that_of_the_list() -> None:
    script = [sys.executable, str(ROOT / "script" / "sayings"), "check"]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_extension_says_by_code_what_the_pages_say() -> None:
    node = shutil.which("node")
    if node is None:
        leave_out("node", "node is not installed")
    stored = [saying_json(one) for one in sayings()]
    done = subprocess.run(
        [node or "", "--input-type=module", "-e", SAY],
        input=json.dumps(stored),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert json.loads(done.stdout) == [render(read_saying(one), "ja") for one in stored]
