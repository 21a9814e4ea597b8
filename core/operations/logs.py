"""Logs: one line per event, as text or as JSON, with the id of its submission.

What a log must not hold is taken out here as well, whoever wrote it: keys, passwords in URLs, and the
queries of URLs, where storage services keep their signatures.
"""

import json
import logging
import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum

from core.operations.tracing import current_trace

_submission: ContextVar[str] = ContextVar("submission", default="")
_happening: "ContextVar[Happening | None]" = ContextVar("happening", default=None)
_SECRETS = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[0-9a-z._~+/=-]{8,}"), r"\1 ..."),
    (re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^/\s@'\"]*@"), r"\1...@"),
    (re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s?'\"]*)\?[^\s'\"]+"), r"\1?..."),
    (re.compile(r"\b(whsec_|kt_)[0-9A-Za-z+/=_-]+"), r"\1..."),
)
# Of the libraries that say much about what we know already.
_CHATTY = ("alembic", "celery.app.trace", "celery.worker.strategy", "kombu", "opentelemetry")


class LogFormat(StrEnum):
    """The format of the logs: text for people, JSON for programs."""

    TEXT = "text"
    JSON = "json"


def set_up_logs(form: LogFormat = LogFormat.TEXT, part: str = "") -> None:
    """Log to standard error, one line an event."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines(part) if form is LogFormat.JSON else TextLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)  # Python's own warnings are lines, too
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


@contextmanager
def about(submission_id: str) -> Iterator[None]:
    """Adds the submission's id to every log line of the block."""
    token = _submission.set(submission_id)
    try:
        yield
    finally:
        _submission.reset(token)


class Happening:
    """What happens in a block, for the one line that tells of it: an event, and facts by name."""

    def __init__(self) -> None:
        self.event = ""
        self.facts: dict[str, object] = {}
        self.stages: dict[str, float] = {}


@contextmanager
def one_line(log: logging.Logger) -> Iterator[None]:
    """Logs one line when the block ends: what `happened` in it, and how long each stage took.

    Where nothing happened, as after a crash that has lines of its own, there is none.
    """
    happening, began = Happening(), time.perf_counter()
    token = _happening.set(happening)
    try:
        yield
    finally:
        _happening.reset(token)
        if happening.event:
            stages = {f"{name}_ms": round(1000 * took) for name, took in happening.stages.items()}
            took = round(1000 * (time.perf_counter() - began))
            log_event(log, happening.event, **happening.facts, ms=took, **stages)


def happened(event: str, **facts: object) -> None:
    """Set what the line of the block around is to tell; outside of such a block, nothing."""
    if (happening := _happening.get()) is not None:
        happening.event = event
        happening.facts |= facts


def add_fact(**facts: object) -> None:
    """Add to what the line of the block around will tell."""
    if (happening := _happening.get()) is not None:
        happening.facts |= facts


def add_stage(name: str, seconds: float) -> None:
    """Add to the time of a stage of the block around."""
    if (happening := _happening.get()) is not None:
        happening.stages[name] = happening.stages.get(name, 0.0) + seconds


def log_event(log: logging.Logger, event: str, **facts: object) -> None:
    """Log an event with its facts: fields in JSON, `name=value` for people."""
    log.info(event, extra={"facts": facts})


def say_at_once(message: str) -> None:
    """Log from a handler of signals, which may have interrupted the logs themselves."""
    record = logging.LogRecord("kantei", logging.INFO, "", 0, message.strip(), None, None)
    formatter = next((one.formatter for one in logging.getLogger().handlers if one.formatter), TextLines())
    os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, f"{formatter.format(record)}\n".encode())


def without_secrets(text: str) -> str:
    """Take out what no log may hold."""
    for pattern, put in _SECRETS:
        text = pattern.sub(put, text)
    return text


class TextLines(logging.Formatter):
    """A line for people: when, how bad, who, what, and about which submission."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record; only a traceback takes more than a line."""
        head = f"{self.formatTime(record)} {record.levelname} {record.name}: "
        about_what = f" [submission {one}]" if (one := _submission.get()) else ""
        facts = "".join(f" {name}={value}" for name, value in _facts_of(record).items() if value is not None)
        message = f"{record.getMessage()}{facts}".replace("\n", "\\n")
        trace = f"\n{self.formatException(record.exc_info)}" if record.exc_info else ""
        return without_secrets(f"{head}{message}{about_what}{trace}")


def _facts_of(record: logging.LogRecord) -> dict[str, object]:
    found: dict[str, object] = getattr(record, "facts", {})
    return found


class JsonLines(logging.Formatter):
    """A JSON object a line, for programs."""

    def __init__(self, part: str) -> None:
        super().__init__()
        self._part = part

    def format(self, record: logging.LogRecord) -> str:
        """Write a record as one line."""
        seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line = {
            "time": f"{seconds}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
            "part": self._part,
            "process": record.process,
            "submission_id": _submission.get(),
            "trace_id": current_trace(),
            **_facts_of(record),
        }
        if record.exc_info:
            line["exception"] = without_secrets(self.formatException(record.exc_info))
        known = {key: value for key, value in line.items() if value is not None and value != ""}
        return json.dumps(known, ensure_ascii=False)
