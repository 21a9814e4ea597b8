"""`docs/marketplaces.md` does what it says: its commands run as printed, its verifiers verify."""

import base64
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.schemas.event_schemas import EventAnswer
from api.schemas.examples import EVENT
from core.clock import now
from core.vocabulary import EventKind
from kantei_client import SignatureError
from tests.services import leave_out
from tests.whole.installation import Installation
from worker.outbox.notify import sign

PAGE = (Path(__file__).parents[2] / "docs" / "marketplaces.md").read_text(encoding="utf-8")
SECRET = "whsec_" + base64.b64encode(b"a key of thirty-two random bytes").decode()
BODY = json.dumps({"id": "evt_1", "type": "submission.examined", "data": {"title": "月"}}, ensure_ascii=False)


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def cases() -> list[tuple[dict[str, str], str, bool]]:
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    good = sign("evt_1", now(), BODY, [key])
    two = sign("evt_1", now(), BODY, [b"another key", key])
    old = sign("evt_1", now() - timedelta(minutes=6), BODY, [key])
    forged = sign("evt_1", datetime.now(UTC), BODY, [b"another key"])
    return [
        (good, BODY, True),
        (two, BODY, True),
        (old, BODY, False),
        (forged, BODY, False),
        (good, "{}", False),
    ]


def test_every_command_runs_as_printed(whole: Installation, tmp_path: Path) -> None:
    script = "set -eu\n" + "\necho\n".join(blocks("sh")).replace("http://127.0.0.1:8000", whole.address)
    environ = {**whole.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-c", script],  # noqa: S607  # wherever bash is
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, (done.stdout, done.stderr)
    assert done.stdout.count('"outcome":"accepted"') == 3, done.stdout
    assert done.stdout.count('"outcome":"ping"') == 1
    assert '"id":"4711"' in done.stdout
    assert "older secrets retired: 1" in done.stdout
    assert "entries submitted: 1, refused: 0" in done.stdout


def test_the_python_verifier_verifies() -> None:
    (_, source, _) = blocks("python")
    room: dict[str, object] = {}
    exec(source, room)  # noqa: S102  # our own page
    verify = room["verify"]
    assert callable(verify)
    for headers, body, is_good in cases():
        if is_good:
            assert verify(body.encode(), headers, SECRET) == json.loads(body)
        else:
            with pytest.raises(ValueError, match=r"too old|wrong signature"):
                verify(body.encode(), headers, SECRET)


def receiver() -> Callable[[bytes, dict[str, str], str], str]:
    """The function `receive` of the page."""
    (source, _, _) = blocks("python")
    room: dict[str, Any] = {}
    exec(source, room)  # noqa: S102  # our own page
    found: Callable[[bytes, dict[str, str], str], str] = room["receive"]
    return found


def test_the_python_receiver_refuses_what_is_not_signed_and_handles_an_event_once() -> None:
    for headers, body, is_good in cases():
        receive = receiver()
        if is_good:
            assert receive(body.encode(), headers, SECRET) == "show the finding to your staff"
            assert receive(body.encode(), headers, SECRET) == "nothing"
        else:
            with pytest.raises(SignatureError):
                receive(body.encode(), headers, SECRET)


@pytest.mark.parametrize(
    ("kind", "outcome", "told"),
    [
        ("decision.made", "ai", "act on ai"),
        ("decision.withdrawn", "escalate", "take back the last decision"),
    ],
)
def test_the_python_receiver_acts_on_decisions_and_takes_back_withdrawn_ones(
    kind: str, outcome: str, told: str
) -> None:
    body = json.dumps({"id": "evt_2", "type": kind, "data": {"decision": {"outcome": outcome}}})
    headers = sign("evt_2", now(), body, [base64.b64decode(SECRET.removeprefix("whsec_"))])
    assert receiver()(body.encode(), headers, SECRET) == told


def test_the_body_of_a_withdrawal_is_what_is_sent() -> None:
    (source,) = (block for block in blocks("json") if "decision.withdrawn" in block)
    shown = json.loads(source)
    whole = {**EVENT, **shown, "data": {**EVENT["data"], **shown["data"]}}
    assert set(shown["data"]) < set(EVENT["data"])
    told = EventAnswer.model_validate_json(json.dumps(whole))
    assert told.type is EventKind.DECISION_WITHDRAWN


JS = """
const said = GIVEN.map(([headers, body]) => {
  try { return Boolean(verify(Buffer.from(body), headers, "SECRET")); } catch { return false; }
});
console.log(JSON.stringify(said));
"""
PHP = """
$said = [];
foreach (json_decode(<<<'JSON'
GIVEN
JSON, true) as [$headers, $body])
    try { $said[] = (bool) verify($body, $headers, 'SECRET'); } catch (Exception) { $said[] = false; }
echo json_encode($said);
"""


@pytest.mark.parametrize(
    ("program", "language", "before", "after"), [("node", "js", "", JS), ("php", "php", "<?php\n", PHP)]
)
def test_the_other_verifiers_verify(
    tmp_path: Path, program: str, language: str, before: str, after: str
) -> None:
    if shutil.which(program) is None:
        leave_out(program, "it is not installed")
    (source,) = blocks(language)
    script = tmp_path / "verify.cjs"
    rest = after.replace("GIVEN", json.dumps(cases())).replace("SECRET", SECRET)
    script.write_text(before + source + rest, encoding="utf-8")
    done = subprocess.run([program, str(script)], capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [is_good for _, _, is_good in cases()]
