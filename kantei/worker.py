"""`kantei worker`: examine what the queue names."""

import click

from core.queue import make_celery
from core.settings import read_settings
from kantei.examiner import make_examiner
from kantei.parts import set_up_logs
from worker.app import add_tasks, start_worker


@click.command()
@click.option(
    "--concurrency", type=click.IntRange(1, 256), help="Processes; default KANTEI_WORKER_CONCURRENCY."
)
def worker(concurrency: int | None) -> None:
    """Examine submissions until told to stop."""
    set_up_logs()
    settings = read_settings()
    app = make_celery(settings.broker_url, settings.data_dir)
    add_tasks(app, lambda: make_examiner(settings), fetch_timeout=settings.fetch_timeout)
    start_worker(app, concurrency=concurrency or settings.worker_concurrency)
