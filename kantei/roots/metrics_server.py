"""A port for /metrics in workers and the sweeper, for machines without an API process."""

from collections.abc import Callable
from typing import Any, TypeVar

import click
from prometheus_client import start_http_server

from core.operations.measuring import measuring_folder, show_all
from core.settings.settings import Settings
from kantei.roots.starting import ready_port

Command = TypeVar("Command", bound=Callable[..., Any])


def metrics_options(command: Command) -> Command:
    """Add the options for the port and address of /metrics to a command."""
    port = click.option(
        "--metrics-port",
        type=click.IntRange(1, 65535),
        help="Serve the /metrics of this machine on this port.",
    )
    host = click.option(
        "--metrics-host", default="127.0.0.1", show_default=True, help="Address for /metrics."
    )
    return port(host(command))


def serve_metrics(settings: Settings, host: str, port: int | None) -> None:
    """Show what the processes of this machine measure, in a thread, where a port is named.

    Errors: StartError.
    """
    if port is not None:
        ready_port(host, port, "--metrics-port")
        start_http_server(port, host, registry=show_all(measuring_folder(settings.data_dir)))
