"""Errors of fetching and posting."""

from core.sayings.codes import FailureDetail
from core.sayings.saying import Saying, render, say
from core.vocabulary import FailureCode


class FetchError(Exception):
    """A fetch or a callback failed.

    `detail` says why, without secrets, query strings or text of the other side;
    `is_permanent` says that trying again would not help; `retry_after` is in seconds, 0 to 86,400,
    where the other side asked for a pause.
    """

    def __init__(
        self, reason: FailureCode, detail: Saying, *, is_permanent: bool, retry_after: float | None = None
    ) -> None:
        super().__init__(f"{reason}: {render(detail)}")
        self.reason = reason
        self.detail = detail
        self.is_permanent = is_permanent
        self.retry_after = retry_after


class HostBusyError(FetchError):
    """Nothing was tried: this host has as many of our requests at once as politeness permits.

    Temporary, with a short `retry_after`; a caller should not count it as a try.
    """

    def __init__(self, host: str, retry_after: float) -> None:
        detail = say(FailureDetail.HOST_BUSY, host=host)
        super().__init__(FailureCode.TIMED_OUT, detail, is_permanent=False, retry_after=retry_after)


class HostSlowError(HostBusyError):
    """Nothing was tried: this host takes long, and hosts that do have all the places that they may."""
