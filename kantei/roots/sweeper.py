"""`kantei sweep`: resend overdue submissions, take back those of crashed workers, make callbacks."""

import signal
import threading
from datetime import timedelta

import click

from kantei.roots.joining import kept_for, open_bell, open_blobs, open_database, open_sender, start_measuring
from kantei.roots.metrics_server import metrics_options, serve_metrics
from kantei.roots.notifier import start_notifying
from kantei.roots.starting import start
from model.serving.info import WEIGHTS, read_model_info
from store.verdicts.standing_policy import StandingPolicy
from worker.known.judge_again import JudgesAgain
from worker.known.near_counts import NearCounts
from worker.operations.measures import SweepMeasures
from worker.retention.daily_purge import DailyPurge, purge_daily
from worker.sweep import sweep_forever, sweep_once


@click.command()
@click.option("--once", is_flag=True, help="Sweep once and exit.")
@metrics_options
def sweep(once: bool, metrics_host: str, metrics_port: int | None) -> None:
    """Sweep every few seconds, make callbacks, and purge once a day, until stopped."""
    settings = start("sweep")
    database, sender, bell = open_database(settings), open_sender(settings), open_bell(settings)
    info = read_model_info(settings.model or WEIGHTS)
    standing = StandingPolicy(database, info.version, info.thresholds)
    judge_again, near_counts = JudgesAgain(database, info.version, standing), NearCounts(database)
    if once:
        swept = sweep_once(database, sender, bell)
        judge_again()
        near_counts()
        click.echo(
            f"claims taken back: {swept.taken_back}, submissions failed: {swept.failed}, "
            f"messages sent: {swept.sent}"
        )
        return
    serve_metrics(settings, metrics_host, metrics_port)
    measuring = start_measuring(settings, "sweep")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    notifying = start_notifying(settings, stop, measuring)
    purge_daily(
        DailyPurge(
            database,
            open_blobs(settings),
            retention=timedelta(days=settings.retention_days),
            kept=kept_for(settings),
        ),
        stop,
    )
    alive = settings.data_dir / "sweeper.alive"  # touched after each sweep, for a health check to look at
    sweep_forever(
        database,
        sender,
        bell,
        interval=settings.sweep_interval,
        stop=stop,
        swept=alive.touch,
        measures=SweepMeasures(measuring),
        judge_again=judge_again,
        near_counts=near_counts,
    )
    notifying.join()
