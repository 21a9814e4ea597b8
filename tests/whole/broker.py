"""The worst that can happen to a broker."""

import redis

from core.settings import read_settings
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
