"""What can go wrong: one family, so that `except KanteiError` catches all of it."""

from collections.abc import Mapping
from typing import Any

from kantei_client.answers import FieldError, Quota


class KanteiError(Exception):
    """The root of all errors of this package."""


class ProblemError(KanteiError):
    """The server refused a request with a problem (RFC 9457).

    `code` is from the closed set that `/docs` lists, or `unknown` where something other than Kantei
    answered. `errors` names each wrong field, `quota` is present if the quota is used up, and
    `retry_after` is in seconds.
    """

    def __init__(self, status: int, problem: Mapping[str, Any], *, retry_after: float | None = None) -> None:
        self.status = status
        self.code = str(problem.get("code", "unknown"))
        self.title = str(problem.get("title", "Unexpected response"))
        self.detail = str(problem.get("detail", ""))
        self.type = str(problem.get("type", "about:blank"))
        self.errors: list[FieldError] = list(problem.get("errors") or ())
        self.quota: Quota | None = problem.get("quota")
        self.retry_after = retry_after
        super().__init__(f"{status} {self.code}: {self.detail}")


class UnreachableError(KanteiError):
    """The server could not be reached, or did not answer in time."""


class UnfinishedError(KanteiError, TimeoutError):
    """A submission was neither examined nor failed when `wait` ran out of time."""

    def __init__(self, submission_id: str, state: str) -> None:
        super().__init__(f"submission {submission_id} is still {state}")
        self.submission_id = submission_id
        self.state = state


class SignatureError(KanteiError, ValueError):
    """No secret matches the signature, or the timestamp is more than five minutes off."""
