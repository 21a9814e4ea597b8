"""`kantei worker`: examine submissions from the queue."""

import sys
import warnings
from dataclasses import replace

import click
from celery.platforms import SecurityWarning

from core.broker.queue import make_celery
from core.operations.logs import set_up_logs
from core.settings.settings import read_settings
from kantei.roots.examiner import make_examiner
from kantei.roots.metrics_server import metrics_options, serve_metrics
from kantei.roots.outside_checker import make_outside_checker
from kantei.roots.starting import ready_parts
from kantei.roots.trust_lists import check_chosen
from worker.tasks import add_tasks, is_alive, start_worker


@click.command()
@click.option(
    "--concurrency",
    type=click.IntRange(1, 256),
    show_default="KANTEI_WORKER_CONCURRENCY",
    help="Number of worker processes.",
)
@click.option(
    "--express",
    "is_express",
    is_flag=True,
    help="Serve only the first queue, with KANTEI_EXPRESS_CONCURRENCY processes unless set otherwise.",
)
@click.option(
    "--ping", is_flag=True, help="Check over the broker if this machine's worker is running, then exit."
)
@metrics_options
def worker(
    concurrency: int | None, is_express: bool, ping: bool, metrics_host: str, metrics_port: int | None
) -> None:
    """Examine submissions until stopped."""
    # Celery warns of root for the sake of pickles; our messages are JSON and hold one id.
    warnings.simplefilter("ignore", SecurityWarning)
    settings = read_settings()
    usual = max(1, settings.express_concurrency) if is_express else settings.worker_concurrency
    concurrency = concurrency or usual
    if not is_express:
        settings = replace(settings, worker_concurrency=concurrency)
    set_up_logs(settings.log_format, "worker")
    app = make_celery(settings.broker_url, settings.data_dir)
    if ping:
        sys.exit(0 if is_alive(app, is_express=is_express) else 1)
    check_chosen(settings)
    ready_parts(settings)
    serve_metrics(settings, metrics_host, metrics_port)
    add_tasks(
        app,
        lambda: make_examiner(settings),
        lambda: make_outside_checker(settings),
        fetch_timeout=settings.fetch_timeout,
        is_express=is_express,
    )
    start_worker(app, concurrency=concurrency, is_express=is_express)
