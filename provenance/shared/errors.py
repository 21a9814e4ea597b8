"""Errors for files and records; they never leave this room."""

from core.sayings.saying import Saying, SayingCode, Value, render, say


class ProvenanceError(Exception):
    """Something in the file cannot be read."""


class ContainerError(ProvenanceError):
    """The file is not a picture of a format that we walk through, or ends too early."""


class RecordError(ProvenanceError):
    """A record is malformed: it says nothing, neither for nor against anyone. `fault` says why."""

    def __init__(self, code: SayingCode, **values: Value) -> None:
        self.fault: Saying = say(code, **values)
        super().__init__(code)

    def __str__(self) -> str:
        return render(self.fault)  # when asked: a file may cause thousands that no one reads


class TooMuchError(RecordError):
    """A record is larger, deeper or more numerous than we read."""
