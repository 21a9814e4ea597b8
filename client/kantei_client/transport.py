"""Requests to a server: the key, the retries, and problems as errors."""

import random
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from requests.auth import AuthBase

from kantei_client.errors import ProblemError, UnreachableError

PASSING = frozenset({429, 502, 503, 504})  # the server, or a proxy before it, could not take the request now
FIRST_PAUSE = 0.5  # seconds; doubles with each attempt


class _ApiKey(AuthBase):
    """The key as a header. As a default header, an entry in `~/.netrc` would replace it."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._key}"
        return request


class Transport:
    """One server and one key."""

    def __init__(
        self,
        address: str,
        api_key: str,
        *,
        session: requests.Session,
        timeout: float,
        tries: int,
        longest_pause: float,
    ) -> None:
        self._address = address.rstrip("/")
        self._session = session
        self._session.auth = _ApiKey(api_key)
        self._timeout = timeout
        self._tries = tries
        self._longest_pause = longest_pause

    def call(
        self, method: str, path: str, *, is_repeatable: bool = True, wait: float = 0, **options: Any
    ) -> requests.Response:
        """Send a request until it is answered. Errors: ProblemError, UnreachableError.

        A request that is not repeatable may have had its effect when the connection was lost, so only a
        refusal lets it be sent again.
        """
        for turn in range(1, self._tries + 1):
            pause = FIRST_PAUSE * 2 ** (turn - 1) * random.uniform(0.5, 1)  # noqa: S311  # not a secret
            try:
                answer = self._session.request(
                    method,
                    self._address + path,
                    timeout=(min(10.0, self._timeout), self._timeout + wait),
                    allow_redirects=False,  # a redirected POST would become a GET
                    **options,
                )
            except requests.RequestException as error:
                is_lost = isinstance(error, (requests.ConnectionError, requests.Timeout))
                if is_lost and is_repeatable and turn < self._tries:
                    time.sleep(pause)
                    continue
                raise UnreachableError(f"Could not reach {self._address}: {_why(error)}") from error
            if 200 <= answer.status_code < 300:
                return answer
            asked = _retry_after(answer)
            pause = pause if asked is None else asked
            if (
                answer.status_code not in PASSING
                or turn == self._tries
                or pause > self._longest_pause
                or (answer.status_code in {502, 504} and not is_repeatable)
            ):
                raise _problem(answer, asked)
            time.sleep(pause)
        raise ValueError("tries must be at least 1")

    def close(self) -> None:
        """Close the connections."""
        self._session.close()


def _why(error: BaseException) -> str:
    """Why a server was not reached, as the operating system says it, such as `connection refused`."""
    if isinstance(error, requests.Timeout):
        return "it did not answer in time"
    cause: BaseException | None = error
    why = None
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            why = cause.strerror
        cause = cause.__cause__ or cause.__context__
    if why is None:
        return "the connection failed"
    return why if why[1:2].isupper() else why[:1].lower() + why[1:]


def _retry_after(answer: requests.Response) -> float | None:
    """Seconds until the server wants to be asked again: a number, or the time until a date."""
    asked = answer.headers.get("Retry-After", "")
    if asked.isascii() and asked.isdigit():
        return float(asked)
    try:
        return max(0.0, (parsedate_to_datetime(asked) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


def _problem(answer: requests.Response, retry_after: float | None) -> ProblemError:
    if answer.is_redirect:
        detail = f"The server redirects to {answer.headers['Location']}. Use that address."
        return ProblemError(answer.status_code, {"detail": detail})
    try:
        problem = answer.json()
    except ValueError:
        problem = None
    if not isinstance(problem, dict):
        problem = {"detail": answer.text[:200]}
    return ProblemError(answer.status_code, problem, retry_after=retry_after)
