"""A process of gunicorn that hands a request to a thread only once all of it is there.

gunicorn's own worker gives a thread to every connection that has begun to send, so that as many half-sent
requests as there are threads stop everybody. waitress receives in one loop, keeps what it received (beyond
64 KiB in an unnamed temporary file), and its threads see whole requests only. gunicorn starts, watches and
stops the processes.
"""

import logging
import os
import resource
import sys
import time
from collections.abc import Sequence
from copy import copy
from typing import Any

from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.buffers import OverflowableBuffer
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.receiver import FixedStreamReceiver
from waitress.server import create_server
from waitress.task import ErrorTask, WSGITask
from werkzeug.http import parse_options_header

from api.http.bodies import BATCH_BODY
from api.http.error_handlers import MEDIA_TYPE, STATUS_CODES
from api.http.rendering import problem_answer
from api.schemas.problems import Problem, ProblemCode
from api.v1.appeals.file_rules import CUT_SHORT
from kantei.roots.form_watch import FormWatch, Remainder, WatchedBuffer

CONNECTIONS = 1000  # beyond these, others wait to be accepted
FEWER = CONNECTIONS * 3 // 4  # at this number, those that began to send first are closed
HEAD_SECONDS = 20.0  # from a request's first byte to the end of its headers
BODY_SECONDS = 300.0  # and to the end of its body
SILENT_SECONDS = 30  # without a byte, between requests or within one
UNFINISHED_BYTES = 1024 * 1024 * 1024  # of all unfinished requests together, most of them on the disk
IN_MEMORY = 64 * 1024  # of each request
ARTISTS_PAGES = "/appeal/"
LINGER = 2.0  # seconds in which a stopping process takes what a client may just be sending


class _ProblemTask(ErrorTask):  # type: ignore[misc]  # waitress has no types
    """Answers what never reaches the application as the application would."""

    def execute(self) -> None:
        """Write a problem instead of a plain text."""
        code = self.request.error.code
        answer = problem_answer(Problem(STATUS_CODES.get(code, ProblemCode.BAD_REQUEST)), code)
        body = answer.model_dump_json(exclude_none=True).encode()
        self.status = f"{code} {self.request.error.reason}"
        self.response_headers.append(("Content-Type", MEDIA_TYPE))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Task(WSGITask):  # type: ignore[misc]  # the same
    """Passes on to the application why a form was cut short, where no client can say so."""

    def get_environment(self) -> dict[str, Any]:
        """Make the WSGI environment."""
        environ: dict[str, Any] = super().get_environment()
        watch: FormWatch | None = self.request.watch
        if watch is not None and watch.fault is not None:
            environ[CUT_SHORT] = watch.fault
        return environ


class Parser(HTTPRequestParser):  # type: ignore[misc]  # the same
    """Reads requests, of which only forms, which bring files, may be large."""

    adj: Any
    body_rcv: Any
    watch: FormWatch | None = None

    def parse_header(self, header_plus: bytes) -> None:
        """Read the headers, before any of the body."""
        super().parse_header(header_plus)
        media_type, options = parse_options_header(self.headers.get("CONTENT_TYPE"))
        if media_type != "multipart/form-data":
            self.adj = self.adj.without_files
        elif self.path.startswith(ARTISTS_PAGES) and self.body_rcv is not None and options.get("boundary"):
            self.adj = self.adj.watched
            boundary = options["boundary"].encode("latin-1", "replace")
            adj = self.adj
            self.watch = FormWatch(boundary, self.content_length, adj.file_limits, adj.free_bytes)
            self.body_rcv.buf = WatchedBuffer(self.adj.inbuf_overflow)
            self.body_rcv.buf.watch = self.watch

    def received(self, data: bytes) -> int:
        """Read a piece of the request; of a form that will be refused, no more than was needed to know."""
        consumed = int(super().received(data))
        if self.watch is not None and self.watch.fault is not None and self.error is None:
            body = self.watch.cut_body()
            self.body_rcv.getbuf().close()
            self.body_rcv = FixedStreamReceiver(len(body), OverflowableBuffer(self.adj.inbuf_overflow))
            self.body_rcv.received(body)
            self.headers["CONTENT_TYPE"] = "application/x-www-form-urlencoded"
            self.headers["CONTENT_LENGTH"] = str(len(body))
            self.completed = self.connection_close = True
        return consumed


class BufferedChannel(HTTPChannel):  # type: ignore[misc]  # the same
    """A connection that knows since when its request is unfinished."""

    task_class = _Task
    error_task_class = _ProblemTask
    parser_class = Parser
    began = 0.0
    was_cut = False

    def received(self, data: bytes) -> bool:
        """Take what came in."""
        if self.request is None:
            self.began = time.time()
        taken = bool(super().received(data))
        self.was_cut = self.was_cut or any(one.watch and one.watch.fault for one in self.requests)
        return taken

    def handle_close(self) -> None:
        """Close; after an early answer only when the client has read it, or has had time to.

        To close while bytes come in resets the connection, and the client may lose the answer.
        """
        if self.was_cut and self.connected:
            self.was_cut = False
            rest = self.socket.dup()
            super().handle_close()
            Remainder(rest, self.server._map)
            return
        super().handle_close()

    @property
    def is_unfinished(self) -> bool:
        """True while a part of a request is there, and nothing is being answered."""
        return self.request is not None and not self.requests

    def is_late(self, now: float) -> bool:
        """True if its request has taken too long to arrive."""
        seconds = BODY_SECONDS if self.request.headers_finished else HEAD_SECONDS
        return bool(now - self.began > seconds)


def close_unfinished(channels: Sequence[Any], now: float) -> None:
    """Close the connections whose requests are late; then the oldest while there are too many or too much.

    Whoever sends whole requests keeps finding a place, however many others never come to an end.
    """
    waiting = sorted(
        (one for one in channels if one.is_unfinished and not one.will_close),
        key=lambda one: one.began,
    )
    too_many = len(channels) - FEWER
    too_much = sum(one.request.body_bytes_received for one in waiting) - UNFINISHED_BYTES
    for channel in waiting:
        if too_many <= 0 and too_much <= 0 and not channel.is_late(now):
            continue
        channel.will_close = True
        too_many -= 1
        too_much -= channel.request.body_bytes_received


class BufferingWorker(Worker):  # type: ignore[misc]  # gunicorn has no types
    """Serves with waitress on gunicorn's one socket."""

    def run(self) -> None:
        """Serve until told to stop, then finish what is being answered."""
        _permit_files()
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # it warns of every request that waits
        server = create_server(
            self.wsgi,
            sockets=[self.sockets[0].sock],
            threads=self.cfg.threads,
            connection_limit=CONNECTIONS,
            channel_timeout=SILENT_SECONDS,
            cleanup_interval=1,
            inbuf_overflow=IN_MEMORY,
            max_request_header_size=32 * 1024,
            max_request_body_size=self.app.most_bytes,
            clear_untrusted_proxy_headers=False,  # the application believes as many proxies as it is told to
            log_socket_errors=False,
            ident=None,
        )
        server.channel_class = BufferedChannel
        server.adj.without_files = copy(server.adj)
        server.adj.without_files.max_request_body_size = BATCH_BODY
        server.adj.watched = copy(server.adj)
        server.adj.watched.max_request_body_size = sys.maxsize  # the watch stops it, and the page says why
        server.adj.watched.file_limits = self.app.file_limits
        server.adj.watched.free_bytes = self.app.free_bytes
        while self.alive and self.ppid == os.getppid():
            self._turn(server)
        server.accepting = False
        stopped = time.monotonic()
        while (passed := time.monotonic() - stopped) < self.cfg.graceful_timeout:
            is_busy = any(one.requests or one.total_outbufs_len for one in server.active_channels.values())
            if not server.active_channels or (passed > LINGER and not is_busy):
                break
            self._turn(server)
        server.task_dispatcher.shutdown(timeout=0)

    def _turn(self, server: Any) -> None:
        """Do what is to be done on the sockets, for half a second at most where that is nothing."""
        self.notify()
        wasyncore.poll2(0.5, server._map)
        close_unfinished(list(server.active_channels.values()), time.time())


def _permit_files() -> None:
    """Permit a file for each connection and each body, where the system permits them on request only."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4 * CONNECTIONS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
