"""Watches an artist's form while it comes in, so that a file that will be refused is not sent whole.

The application checks the same rules again on what it is given; this only saves the artist's time and our
disk, which holds what comes in until the application has it. Where a file breaks a rule, or would leave less
than the floor of free space, no more is received: the application gets the fields that came before the file,
and what is wrong.
"""

import contextlib
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from waitress import wasyncore
from waitress.buffers import OverflowableBuffer
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.multipart import (
    Data,
    Epilogue,
    Field,
    File,
    MultipartDecoder,
    NeedData,
)

from api.http.bodies import FORM_MEMORY, FORM_PARTS
from api.http.parts import FileLimits
from api.v1.appeals.file_kinds import HEAD
from api.v1.appeals.file_rules import FileFault, fault_so_far

READ = 64 * 1024
DRAINED = 2.0  # seconds in which what still comes in after an early answer is dropped
SLACK = FORM_MEMORY + 64 * 1024  # fields, boundaries and headers of parts


@dataclass(slots=True)
class _Part:
    """The part that is coming in; a field keeps all of its bytes, a file its first."""

    name: str
    filename: str | None
    head: bytearray = field(default_factory=bytearray)
    size: int = 0


class FormWatch:
    """Reads along with a form; `fault` says what is wrong, and `fields` what came before."""

    def __init__(
        self,
        boundary: bytes,
        announced: int,
        limits: FileLimits,
        free_bytes: Callable[[], int | None] = lambda: None,
    ) -> None:
        self._announced = announced
        self._free_bytes = free_bytes
        self._decoder = MultipartDecoder(boundary, FORM_MEMORY, max_parts=FORM_PARTS + limits.files)
        self._limits = limits
        self._is_announced_too_large = announced > limits.bytes + SLACK
        self._received = 0
        self._part: _Part | None = None
        self._fields: list[tuple[str, bytes]] = []
        self.fault: tuple[FileFault, str] | None = None

    def feed(self, data: bytes) -> None:
        """Read the next piece. What is no form at all is left to the application."""
        self._received += len(data)
        if self._received > self._limits.bytes + SLACK:
            self.fault = (FileFault.TOO_MUCH, "")
            return
        try:
            self._decoder.receive_data(data)
            while self.fault is None and self._take_event():
                pass
        except RequestEntityTooLarge:
            self.fault = (FileFault.TOO_MUCH, "")
        except ValueError:
            pass  # from here on the decoder says so each time, and the limit above still holds

    def cut_body(self) -> bytes:
        """A whole form, as `application/x-www-form-urlencoded`, of the fields that came in."""
        return urlencode(self._fields).encode("ascii")

    def _take_event(self) -> bool:
        """Take one event; False if there is none, or none will follow."""
        event = self._decoder.next_event()
        if isinstance(event, File):
            self._part = _Part(event.name, event.filename)
            if self._is_announced_too_large:
                self.fault = (FileFault.TOO_MUCH, "")
        elif isinstance(event, Field):
            self._part = _Part(event.name, None)
        elif isinstance(event, Data) and self._part is not None:
            self._take_data(self._part, event)
        return not isinstance(event, (NeedData, Epilogue))

    def _take_data(self, part: _Part, data: Data) -> None:
        part.size += len(data.data)
        if part.filename is None:
            part.head += data.data
            if sum(len(value) for _, value in self._fields) + len(part.head) > FORM_MEMORY:
                self.fault = (FileFault.TOO_MUCH, "")
            elif not data.more_data:
                self._fields.append((part.name, bytes(part.head)))
            return
        part.head += data.data[: max(0, HEAD - len(part.head))]
        if not part.filename:
            return  # nothing was chosen
        fault = None
        if part.size >= HEAD or not data.more_data:
            fault = fault_so_far(bytes(part.head), part.filename, part.size, self._limits)
        if fault is not None:
            self.fault = (fault, part.filename)
        elif self._would_fill_disk():
            self.fault = (FileFault.DISK_FULL, "")

    def _would_fill_disk(self) -> bool:
        """True if what is still to come would leave too little; of other forms, what has come counts."""
        free = self._free_bytes()
        return free is not None and free - max(0, self._announced - self._received) < self._limits.floor


class WatchedBuffer(OverflowableBuffer):  # type: ignore[misc]  # waitress has no types
    """The body of an artist's form, read along with as it comes in."""

    watch: FormWatch

    def append(self, data: bytes) -> None:
        """Keep a piece."""
        super().append(data)
        self.watch.feed(data)


class Remainder(wasyncore.dispatcher):  # type: ignore[misc]  # waitress has no types
    """A connection on which all is said: what still comes in is dropped, for a moment."""

    def __init__(self, sock: socket.socket, map: dict[int, Any]) -> None:  # noqa: A002  # waitress's name
        super().__init__(sock, map)
        self._until = time.time() + DRAINED
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_WR)

    def readable(self) -> bool:
        """Ask for more until the time is over; asked at each turn."""
        if time.time() > self._until:
            self.close()
            return False
        return True

    def writable(self) -> bool:
        """Write nothing."""
        return False

    def handle_read(self) -> None:
        """Drop what came."""
        try:
            if not self.socket.recv(READ):
                self.close()
        except OSError:
            self.close()
