"""Logs: one line per event, as text or as JSON, with the id of its submission.

What a log must not hold is taken out here as well, whoever wrote it: keys, passwords in URLs, and the
queries of URLs, where storage services keep their signatures.
"""

import json
import logging
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum

from core.operations.tracing import current_trace

_submission: ContextVar[str] = ContextVar("submission", default="")
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
        message = record.getMessage().replace("\n", "\\n")
        trace = f"\n{self.formatException(record.exc_info)}" if record.exc_info else ""
        return without_secrets(f"{head}{message}{about_what}{trace}")


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
        }
        if record.exc_info:
            line["exception"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps({key: value for key, value in line.items() if value != ""}, ensure_ascii=False)
