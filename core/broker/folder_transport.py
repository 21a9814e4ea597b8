"""The embedded broker: kombu's filesystem transport, made safe and fast for several processes.

- kombu writes a message into its final name, so that a reader can take half of it, and moves taken
  messages through the system's temporary folder, which may be another disk. Here a message is
  written aside and renamed, and taken by a rename in place: both atomic on POSIX.
- kombu's transport polls, outside Celery's event loop. There, a pool whose child is killed hangs:
  its children share one pipe, and the dead one held the lock. Inside the loop each child has a pipe
  of its own. So this transport joins the loop: a ring of the doorbell wakes a worker at once, and
  each result that comes in makes it look for the next message.
"""

import contextlib
import json
import os
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem

from core.broker import doorbell

SCHEME = "kantei-folder"
LOOK_ANYWAY = 1.0  # seconds; a ring may be lost


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
        doorbell.ring(_bell_folder(self.transport_options))

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


class FolderTransport(filesystem.Transport):  # type: ignore[misc]  # the same
    """The transport that Celery sees under the scheme `kantei-folder`."""

    Channel = Channel
    implements = filesystem.Transport.implements.extend(asynchronous=True)

    def register_with_event_loop(self, connection: Any, loop: Any) -> None:
        """Join a worker's event loop."""
        bell = doorbell.listen(_bell_folder(self.client.transport_options))
        bell.setblocking(False)  # noqa: FBT003  # its own signature
        self.bell, self.loop = bell, loop

        def hear() -> None:
            try:
                while True:
                    bell.recv(doorbell.LONGEST)
            except BlockingIOError:
                return

        loop.add_reader(bell, hear)
        # The loop turns after each ring and each result; each turn takes what there is room for.
        loop.on_tick.add(self._take)
        loop.call_repeatedly(LOOK_ANYWAY, lambda: None)

    def close_connection(self, connection: Any) -> None:
        """Leave the event loop."""
        bell = self.__dict__.pop("bell", None)
        if bell is not None:
            self.loop.on_tick.discard(self._take)
            self.loop.remove_reader(bell)
            doorbell.stop_listening(bell)
        super().close_connection(connection)

    def _take(self) -> None:
        taken = 0
        for channel in list(self.channels):
            try:
                while True:
                    channel.drain_events(callback=self._deliver)
                    taken += 1
            except Empty:
                continue
        if taken:
            # The pool hands out jobs at the start of a turn, and may have had its say in this one:
            # ring our own bell, so that the next turn comes now and not with the next event.
            with contextlib.suppress(BlockingIOError):
                self.bell.sendto(b"", self.bell.getsockname())


def _bell_folder(options: dict[str, Any]) -> Path:
    return Path(options["bell_folder"])


def register() -> None:
    """Make the scheme known to kombu."""
    TRANSPORT_ALIASES[SCHEME] = f"{__name__}:{FolderTransport.__name__}"
