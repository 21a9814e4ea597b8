"""The embedded broker: kombu's filesystem transport, made safe for several processes.

kombu writes a message into its final name, so that a reader can take half of it, and moves taken
messages through the system's temporary folder, which may be another disk. Here a message is
written aside and renamed, and taken by a rename in place: both atomic on POSIX.
"""

import json
import os
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem

SCHEME = "kantei-folder"


class Channel(filesystem.Channel):  # type: ignore[misc]  # kombu has no types
    """Messages as files, in the order of their birth."""

    def _poll(self, cycle: Any, callback: Any, timeout: float | None = None) -> Any:
        # By name, not in turns: the names of our queues carry their rank.
        for queue in sorted(self._active_queues):
            try:
                return self._get_and_deliver(queue, callback)
            except Empty:
                continue
        raise Empty

    def _put(self, queue: str, payload: Any, **_: Any) -> None:
        name = f"{time.time_ns():020d}_{uuid.uuid4().hex}.{queue}.msg"
        folder = Path(self.data_folder_out)
        # The leading dot keeps the draft out of every listing by queue.
        draft = folder / f".{name}"
        draft.write_text(json.dumps(payload), encoding="utf-8")
        draft.rename(folder / name)

    def _get(self, queue: str) -> Any:
        ending = f"{queue}.msg"
        folder = Path(self.data_folder_in)
        for name in sorted(entry.name for entry in os.scandir(folder)):
            if name.partition(".")[2] != ending:
                continue
            taken = folder / f".taken-{name}"
            try:
                (folder / name).rename(taken)
            except FileNotFoundError:
                continue  # another worker was quicker
            text = taken.read_text(encoding="utf-8")
            taken.unlink()
            return json.loads(text)
        raise Empty


class Transport(filesystem.Transport):  # type: ignore[misc]  # the same
    """The transport that Celery sees under the scheme `kantei-folder`."""

    Channel = Channel


def register() -> None:
    """Make the scheme known to kombu."""
    TRANSPORT_ALIASES[SCHEME] = f"{__name__}:Transport"
