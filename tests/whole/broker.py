"""The worst that can happen to a broker and a database."""

import psycopg
import redis

from core.settings.settings import read_settings
from tests.whole.installation import Installation


def empty_broker(whole: Installation) -> None:
    """Throw away every message that waits."""
    broker = whole.environ.get("KANTEI_BROKER_URL")
    if broker:
        with redis.Redis.from_url(broker) as client:
            client.flushdb()
        return
    folder = read_settings(whole.environ).data_dir / "broker" / "messages"
    for message in list(folder.iterdir()):
        message.unlink(missing_ok=True)


def break_connections(whole: Installation) -> None:
    """Break every connection to database and broker, as a network does; those of others stay."""
    broker, database = (whole.environ.get(f"KANTEI_{name}_URL") for name in ("BROKER", "DATABASE"))
    if broker:
        number = broker.rsplit("/", 1)[-1]
        with redis.Redis.from_url(broker) as client:
            for connection in client.client_list():
                if connection["db"] == number and int(connection["id"]) != client.client_id():
                    client.client_kill_filter(_id=connection["id"])
    if database:
        with psycopg.connect(database, autocommit=True) as server:
            server.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
