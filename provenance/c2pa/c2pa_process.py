"""Reading C2PA manifests in a separate process, so that none can hang, crash or fill this one.

It is started with the first file that carries a manifest, lives until this process ends, and is killed
and restarted when it does not answer in time. It sees neither our environment nor our connections.
"""

import atexit
import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from core.sayings.fault_codes import ContainerFault
from provenance.shared.errors import RecordError
from provenance.shared.limits import C2PA_CPU_SECONDS, C2PA_MEMORY, C2PA_SECONDS, MAX_TEXT_BYTES

_CHILD = Path(__file__).with_name("c2pa_child.py")
_COMMAND = (sys.executable, "-I", str(_CHILD), str(C2PA_MEMORY))
_LONGEST_ANSWER = 16 * MAX_TEXT_BYTES  # two texts, and JSON within JSON: most characters may be escaped


class C2paProcess:
    """One process that reads, for one process that asks; the lock lets its threads take turns."""

    def __init__(self, command: tuple[str, ...] = _COMMAND) -> None:
        self._command = command
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def ask(
        self, data: bytes, mime: str, settings: dict[str, Any], *, seconds: float = C2PA_SECONDS
    ) -> dict[str, str]:
        """Read a file: `store` and `hashes` (JSON texts), and `state`.

        Errors: `RecordError`, also past the limits.
        """
        asked = {
            "bytes": len(data),
            "mime": mime,
            "settings": settings,
            "seconds": C2PA_CPU_SECONDS,
            "longest": MAX_TEXT_BYTES,
        }
        with self._lock:
            if self._process is not None and self._process.poll() is not None:
                self._end()
            process = self._process or self._start()
            watch = threading.Timer(seconds, process.kill)
            watch.start()
            try:
                line = _exchange(process, json.dumps(asked).encode() + b"\n", data)
            finally:
                watch.cancel()
            if not line.endswith(b"\n"):
                self._end()
                raise RecordError(ContainerFault.C2PA_LIMITS_EXCEEDED)
        answer: dict[str, str] = json.loads(line)
        if "error" in answer:
            raise RecordError(ContainerFault.C2PA_LIBRARY, message=answer["error"])
        return answer

    def close(self) -> None:
        """End the process, if there is one."""
        with self._lock:
            self._end()

    def _start(self) -> subprocess.Popen[bytes]:
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            start_new_session=True,  # Ctrl-C is for us: it ends when its input does
        )
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        # Closes its pipes and waits for it. What was not sent yet is sent by the closing, to no one.
        with suppress(BrokenPipeError), process:
            pass

    def leave(self) -> None:
        """Forget, after a fork, the process that is the parent's."""
        process, self._process = self._process, None
        self._lock = threading.Lock()
        if process is not None:
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()
            process.returncode = 0  # not ours to wait for


def _exchange(process: subprocess.Popen[bytes], head: bytes, data: bytes) -> bytes:
    """Send a request and read its answer; empty or cut where the process is gone."""
    if process.stdin is None or process.stdout is None:
        raise ValueError("the process was started without pipes")
    try:
        process.stdin.write(head)
        process.stdin.write(data)
        process.stdin.flush()
        return process.stdout.readline(_LONGEST_ANSWER)
    except OSError:
        return b""


READER = C2paProcess()
atexit.register(READER.close)
os.register_at_fork(after_in_child=READER.leave)
