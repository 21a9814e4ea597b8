"""A worker that survives a lost broker, and continues as soon as it is back."""

from functools import partial
from typing import Any

from celery.worker.consumer import Consumer

RETRY = 1.0  # seconds between two tries to reach a broker that is away


class PatientConsumer(Consumer):  # type: ignore[misc]  # Celery has no types
    """Celery's own, but for two things that have no setting.

    Its pauses between tries grow by two seconds to half a minute, so that after an outage of a minute
    nothing would be examined for a quarter of one more. And kombu gives messages back, and acknowledges them,
    over a connection that is lost; the error (an AttributeError) ended the worker, and with it every
    examination that its children were at. The sweeper sends such messages again anyway.
    """

    def ensure_connected(self, conn: Any) -> Any:
        """Connect, trying for as long as it takes."""
        conn.ensure_connection = partial(
            conn.ensure_connection, interval_start=RETRY, interval_step=0, interval_max=RETRY
        )
        return super().ensure_connected(conn)

    def on_connection_error_after_connected(self, exc: Exception) -> None:
        """Let go of a lost connection, and of the messages that came over it."""
        if self.task_consumer is not None:
            channel = self.task_consumer.channel
            channel.do_restore = False
            channel.basic_ack = channel.basic_reject = _ignore
        super().on_connection_error_after_connected(exc)


def _ignore(*_: Any, **__: Any) -> None:
    """Acknowledge nothing: the broker would not receive it."""
