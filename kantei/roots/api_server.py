"""`kantei api`: the web process, served by waitress in processes of gunicorn."""

import gc
import threading
from pathlib import Path
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from api.app import create_app
from api.http.bodies import FORM_MEMORY
from api.http.parts import FileLimits
from core.settings.settings import Settings
from kantei.roots.api_parts import file_limits, free_bytes, make_api_parts
from kantei.roots.buffering import BufferingWorker
from kantei.roots.joining import start_traces
from kantei.roots.starting import ready_port, start

THREADS = 48  # most wait for a worker (`?wait=`); a waiting thread costs little


class OneWayLogger(Logger):  # type: ignore[misc]  # the same
    """gunicorn's own lines, in the way of all others."""

    def setup(self, cfg: Any) -> None:
        """Hand them to the root logger."""
        super().setup(cfg)
        self.error_log.handlers = []
        self.error_log.propagate = True


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn, configured from here instead of a file."""

    def __init__(self, settings: Settings, options: dict[str, Any]) -> None:
        self._settings = settings
        self._options = options
        super().__init__()

    @property
    def most_bytes(self) -> int:
        """No body that any address takes is larger; which takes how much, the application knows."""
        return max(self._settings.max_image_bytes, self._settings.appeal_bytes) + 4 * FORM_MEMORY

    @property
    def file_limits(self) -> FileLimits:
        """What artists' pages take."""
        return file_limits(self._settings)

    def free_bytes(self) -> int | None:
        """What is left on the disk of the files that artists send."""
        return free_bytes(self._settings)

    def load_config(self) -> None:
        """Take our options."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Join the parts, in the process that serves: threads do not survive a fork."""
        start_traces(self._settings, "api")
        app = create_app(make_api_parts(self._settings))
        # What is there now stays: to look through it for garbage again and again held up requests for 0.1 s.
        gc.collect()
        gc.freeze()
        return app


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Port to listen on."
)
@click.option(
    "--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="Number of processes."
)
def api(host: str, port: int, processes: int) -> None:
    """Serve the API and the review pages until stopped."""
    threading.stack_size(512 * 1024)  # 48 threads at the default of 8 MiB would reserve much
    settings = start("api")
    ready_port(host, port)
    Server(
        settings,
        {
            "bind": f"{host}:{port}",
            "workers": processes,
            "threads": THREADS,
            "worker_class": BufferingWorker,
            "timeout": 60,
            "graceful_timeout": 8,
            "control_socket_disable": True,
            "logger_class": OneWayLogger,
            # Its heartbeat file: in memory, so that a slow disk is not taken for a hung worker.
            "worker_tmp_dir": "/dev/shm" if Path("/dev/shm").is_dir() else None,  # noqa: S108
        },
    ).run()
