"""`kantei sweep`: send again what is overdue, take back what was dropped, tell clients."""

import signal
import threading

import click

from core.settings import read_settings
from kantei.migrate import ready_database
from kantei.notifier import start_notifying
from kantei.parts import open_bell, open_database, open_sender, set_up_logs
from worker.sweep import sweep_forever, sweep_once


@click.command()
@click.option("--once", is_flag=True, help="Sweep one time and end.")
def sweep(once: bool) -> None:
    """Sweep every few seconds and make call backs until told to stop."""
    set_up_logs()
    settings = read_settings()
    ready_database(settings)
    database, sender, bell = open_database(settings), open_sender(settings), open_bell(settings)
    if once:
        swept = sweep_once(database, sender, bell)
        click.echo(f"{swept.taken_back} taken back, {swept.failed} failed, {swept.sent} sent")
        return
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    notifying = start_notifying(settings, stop)
    alive = settings.data_dir / "sweeper.alive"  # touched after each sweep, for a health check to look at
    sweep_forever(database, sender, bell, interval=settings.sweep_interval, stop=stop, swept=alive.touch)
    notifying.join()
