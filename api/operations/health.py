"""Health checks: whether the process is alive, and whether it can do its work."""

import logging
import threading
import time

from apiflask import APIBlueprint
from flask import Response

from api.document.openapi import problems
from api.http.parts import ApiParts, shared
from api.http.rendering import json_response
from api.schemas.answers import AliveAnswer, ReadyAnswer
from api.schemas.problems import Problem, ProblemCode

PATIENCE = 3.0  # seconds for all probes together
FRESH = 1.0  # seconds for which an answer is good: whoever asks often asks for little

log = logging.getLogger(__name__)


class Probes:
    """Asks every part at once; a part that hangs is down, and is not asked again until it answers."""

    def __init__(self, parts: ApiParts) -> None:
        self._probes = parts.probes
        self._lock = threading.Lock()
        self._running: dict[str, threading.Thread] = {}
        self._failed: dict[str, bool] = {}
        self._asked_at = -FRESH
        self._down: list[str] = []

    def down(self) -> list[str]:
        """Name the parts that do not answer."""
        with self._lock:
            if time.monotonic() - self._asked_at >= FRESH:
                self._down = self._ask()
                self._asked_at = time.monotonic()
            return self._down

    def _ask(self) -> list[str]:
        for name in self._probes:
            if name not in self._running or not self._running[name].is_alive():
                thread = threading.Thread(target=self._probe, args=(name,), name=f"probe-{name}", daemon=True)
                self._running[name] = thread
                thread.start()
        until = time.monotonic() + PATIENCE
        for thread in self._running.values():
            thread.join(max(0.0, until - time.monotonic()))
        return [name for name in self._probes if self._running[name].is_alive() or self._failed[name]]

    def _probe(self, name: str) -> None:
        self._failed[name] = True
        try:
            self._probes[name]()
            self._failed[name] = False
        except Exception as error:  # noqa: BLE001 - whatever a part raises, it is down
            log.warning("%s is not responding: %s", name, type(error).__name__)


routes = APIBlueprint("health", __name__)


@routes.get("/livez")
@routes.output(AliveAnswer)
@routes.doc(operation_id="isAlive", extensions=problems())
def alive() -> Response:
    """Answer that this process is running."""
    return json_response(AliveAnswer(status="alive"))


@routes.get("/readyz")
@routes.output(ReadyAnswer)
@routes.doc(operation_id="isReady", extensions=problems(ProblemCode.UNAVAILABLE))
def ready() -> Response:
    """Answer whether the database and the broker are responding."""
    down = shared(Probes).down()
    if down:
        detail = f"Not responding: {', '.join(down)}."
        raise Problem(ProblemCode.UNAVAILABLE, detail, headers={"Retry-After": "5"})
    return json_response(ReadyAnswer(status="ready"))
