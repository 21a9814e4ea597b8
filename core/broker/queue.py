"""The queue: names that API and worker share, and the one way to send messages.

A message is a hint that there is work, and holds one id; the row is the truth. So a message may be
lost (the sweeper sends again) and may come twice (the claim lets one through), and the broker need
never hold more than `DEPTH_LIMIT` of them: the sweeper feeds the rest as room appears.
"""

import logging
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from celery import Celery
from kombu import Queue
from kombu.exceptions import OperationalError
from redis import RedisError

from core.broker import folder_transport
from core.operations.tracing import carry
from core.vocabulary import Priority

EXAMINE_TASK = "kantei.examine"
HEATMAP_TASK = "kantei.heatmap"
OUTSIDE_TASK = "kantei.outside"
RANKS = {Priority.HIGH: 1, Priority.NORMAL: 2, Priority.LOW: 3}
DEPTH_LIMIT = 1000  # messages a queue; more would make the embedded broker list long folders
DEPTH_AGE = 0.5  # seconds for which a known depth is good enough
SILENCE = 2.0  # seconds for which a broker that failed is not tried again: each try may take as long
# kombu lets the errors of Redis through where a connection dies in use.
BROKER_ERRORS = (OperationalError, RedisError, OSError)

log = logging.getLogger(__name__)


class Sender(Protocol):
    """Sends workers the ids of submissions."""

    def send(self, submission_ids: Sequence[str], priority: Priority) -> int:
        """Send a message for each id; returns how many were sent before room or broker ran out."""

    def room(self, priority: Priority) -> int:
        """How many more messages the broker should get now."""

    def ask_heatmap(self, verdict_id: str) -> None:
        """Ask a worker for a heat map; someone waits for it."""

    def ask_outside(self, check_id: str) -> None:
        """Ask a worker to send a picture to a service of others; someone waits for the answer."""


def queue_name(priority: Priority) -> str:
    """Name the message queue of a priority; the names sort by rank, and workers empty them so."""
    return f"examine-{RANKS[priority]}-{priority.value}"


def make_celery(broker_url: str, data_dir: Path) -> Celery:
    """Make the Celery application that API and worker share.

    No result backend: state lives in the database. Late acknowledgement, so that a killed child's
    message comes back.
    """
    app = Celery("kantei", set_as_current=False)
    app.conf.update(
        broker_url=broker_url,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=2,
        broker_transport_options=_redis_options(),
        task_queues=[Queue(queue_name(priority)) for priority in Priority],
        task_default_queue=queue_name(Priority.NORMAL),
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_store_errors_even_if_ignored=False,
        task_publish_retry=False,
        worker_prefetch_multiplier=1,
        worker_send_task_events=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_hijack_root_logger=False,
        task_serializer="json",
        accept_content=["json"],
        enable_utc=True,
    )
    if broker_url.startswith("filesystem:"):
        _embed(app, data_dir / "broker")
    return app


def _redis_options() -> dict[str, object]:
    return {
        # Above any time limit of ours: a message that is being worked on must not be handed out again.
        "visibility_timeout": 3600,
        "queue_order_strategy": "sorted",  # by name, hence the ranks in `queue_name`
        "socket_timeout": 10,
        "socket_connect_timeout": 2,
        "socket_keepalive": True,
    }


def _embed(app: Celery, folder: Path) -> None:
    folder_transport.register()
    for name in ("messages", "control", "bell"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    app.conf.update(
        broker_url=f"{folder_transport.SCHEME}://localhost//",
        broker_transport_options={
            "data_folder_in": str(folder / "messages"),
            "data_folder_out": str(folder / "messages"),
            "control_folder": str(folder / "control"),
            "bell_folder": str(folder / "bell"),
            "polling_interval": 0.05,
        },
        worker_enable_remote_control=False,
    )


class CelerySender:
    """Send through Celery; a broker that is down costs a delay, never a submission."""

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._lock = threading.Lock()
        self._depths: dict[Priority, tuple[float, int]] = {}
        self._silent_until = 0.0

    def send(self, submission_ids: Sequence[str], priority: Priority) -> int:
        """Send a message for each id while there is room."""
        if time.monotonic() < self._silent_until:
            return 0
        sent = 0
        try:
            allowed = submission_ids[: self._room(priority)]
            headers = carry()
            with self._app.producer_or_acquire() as producer:
                for submission_id in allowed:
                    self._app.send_task(
                        EXAMINE_TASK,
                        args=[submission_id],
                        queue=queue_name(priority),
                        producer=producer,
                        ignore_result=True,
                        headers=headers,
                    )
                    sent += 1
        except BROKER_ERRORS as error:
            self._silent_until = time.monotonic() + SILENCE
            log.warning("broker unreachable, the sweeper will resend: %s", error)
        with self._lock:
            measured, depth = self._depths.get(priority, (0.0, 0))
            self._depths[priority] = (measured, depth + sent)
        return sent

    def room(self, priority: Priority) -> int:
        """How many more messages the queue should get; 0 if the broker does not respond."""
        try:
            return self._room(priority)
        except BROKER_ERRORS as error:
            log.warning("broker unreachable: %s", error)
            return 0

    def _room(self, priority: Priority) -> int:
        """Ask the broker for the depth of the queue, at most every half second."""
        with self._lock:
            measured, depth = self._depths.get(priority, (0.0, 0))
        if time.monotonic() - measured > DEPTH_AGE:
            depth = self.depth(priority)
            with self._lock:
                self._depths[priority] = (time.monotonic(), depth)
        return max(0, DEPTH_LIMIT - depth)

    def ask_heatmap(self, verdict_id: str) -> None:
        """Send the wish with the highest rank; it is lost with the broker, and asked again by who waits."""
        self._ask(HEATMAP_TASK, verdict_id)

    def ask_outside(self, check_id: str) -> None:
        """Send the wish like that for a heat map."""
        self._ask(OUTSIDE_TASK, check_id)

    def _ask(self, task: str, number: str) -> None:
        try:
            self._app.send_task(task, args=[number], queue=queue_name(Priority.HIGH), ignore_result=True)
        except BROKER_ERRORS as error:
            log.warning("broker unreachable, %s not requested: %s", task, error)

    def depth(self, priority: Priority) -> int:
        """Count the messages that wait in a queue. Errors: kombu's OperationalError."""
        with self._app.connection_or_acquire() as connection:
            channel = connection.default_channel
            declared = Queue(queue_name(priority)).bind(channel).queue_declare(passive=False)
            return int(declared.message_count)

    def ping(self) -> None:
        """Ask the broker to answer. Errors: kombu's OperationalError."""
        self.depth(Priority.NORMAL)
