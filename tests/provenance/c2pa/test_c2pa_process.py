"""The library that reads C2PA may hang, crash, spin or fill memory: that costs one record, and no more."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.sayings.saying import render
from core.vocabulary import Evidence, EvidenceKind
from provenance.c2pa import c2pa_process, c2pa_store
from provenance.c2pa.c2pa_process import C2paProcess
from provenance.read import read_provenance
from provenance.shared.errors import RecordError
from tests.provenance.signing import created, make_signer, sign
from tests.provenance.writing import drawing, pillow_png

pytestmark = pytest.mark.processes

SIGNED = sign(
    pillow_png(drawing(32, 32)), "image/png", make_signer("A"), [created("trainedAlgorithmicMedia")]
)
MISBEHAVING = {
    "hangs": "import time; time.sleep(60)",
    "crashes": "import os; os.abort()",
    "ends": "",
    "spins": "while True: pass",
    "fills": "keep = bytearray(2**31)",
    "chatters": "import sys; sys.stdout.write('x' * 10**6)",
}


def as_library(code: str) -> tuple[str, ...]:
    """The command of a reading process whose library does this with every file."""
    lines = "\n".join(f"    {line}" for line in (code or "raise SystemExit").splitlines())
    body = f"from provenance.c2pa import c2pa_child as child\ndef answer(*_):\n{lines}\n"
    body += "child._answer = answer\nchild.main()"
    return (sys.executable, "-c", body, str(2**30))


@pytest.fixture
def reader() -> Iterator[Callable[[str], C2paProcess]]:
    made: list[C2paProcess] = []

    def make(code: str) -> C2paProcess:
        made.append(C2paProcess(as_library(code)))
        return made[-1]

    yield make
    for item in made:
        item.close()


@pytest.mark.parametrize("name", MISBEHAVING)
def test_what_the_library_does_costs_only_the_record(
    name: str, reader: Callable[[str], C2paProcess], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(c2pa_process, "C2PA_CPU_SECONDS", 0)  # one second, and what is begun
    monkeypatch.setattr(c2pa_process, "_LONGEST_ANSWER", 1000)
    process = reader(MISBEHAVING[name])
    started = time.monotonic()
    seconds = 1.0 if name == "hangs" else 60.0  # all others end by themselves or by their limits
    for _ in range(1 if name == "spins" else 2):  # the second is asked of a new process
        with pytest.raises(RecordError, match="exceeded its limits"):
            process.ask(b"a file", "image/png", {}, seconds=seconds)
    assert time.monotonic() - started < 30


def test_a_file_after_a_killed_one_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    process = C2paProcess()
    monkeypatch.setattr(c2pa_store, "READER", process)
    with pytest.raises(RecordError):
        process.ask(SIGNED, "image/png", {}, seconds=0.0)
    assert "trainedAlgorithmicMedia" in render(_c2pa(SIGNED).detail)
    process.close()
    assert "trainedAlgorithmicMedia" in render(_c2pa(SIGNED).detail)
    process.close()


def test_what_was_not_sent_to_a_process_that_died_is_dropped(reader: Callable[[str], C2paProcess]) -> None:
    process = reader(MISBEHAVING["ends"])
    child = process._start()
    assert child.stdin is not None
    child.stdin.write(b"the head of a request, still in the buffer")
    child.kill()
    child.wait()
    process.close()
    assert child.stdin.closed


def test_a_file_that_is_not_got_through_is_unreadable(
    reader: Callable[[str], C2paProcess], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(c2pa_store, "READER", reader(MISBEHAVING["crashes"]))
    item = _c2pa(SIGNED)
    assert item.label is None
    assert render(item.detail).startswith("Unreadable record in the C2PA container")


def _c2pa(data: bytes) -> Evidence:
    return next(item for item in read_provenance(data) if item.kind is EvidenceKind.C2PA)


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
def test_it_knows_no_secrets_dies_with_us_and_is_left_behind_by_a_fork(tmp_path: Path) -> None:
    (tmp_path / "signed.png").write_bytes(SIGNED)
    code = f"""
import os, sys, time
from pathlib import Path
from provenance.c2pa.c2pa_process import READER
from provenance.read import read_provenance
data = Path({str(tmp_path / "signed.png")!r}).read_bytes()
assert len(read_provenance(data)) == 1
mine = READER._process.pid
pid = os.fork()
if pid == 0:
    assert READER._process is None
    assert len(read_provenance(data)) == 1 and READER._process.pid != mine
    READER.close()
    os._exit(7)
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
assert len(read_provenance(data)) == 1 and READER._process.pid == mine
print(mine, flush=True)
time.sleep(60)
"""
    env = {**os.environ, "KANTEI_SECRET_KEY": "hush"}
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=env) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert "hush" not in Path(f"/proc/{pid}/environ").read_text()
        parent.send_signal(signal.SIGKILL)
    for _ in range(500):
        if not Path(f"/proc/{pid}/environ").exists():
            return
        time.sleep(0.02)
    pytest.fail("the reading process outlived the one that asked")
