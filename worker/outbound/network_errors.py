"""Mapping errors of network, TLS and HTTP to one error with a reason."""

import errno
import http.client
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from urllib3.exceptions import HTTPError, ReadTimeoutError

from core.sayings.codes import FailureDetail
from core.sayings.saying import Saying, say
from core.vocabulary import FailureCode
from worker.outbound.deadline import DeadlinePassedError
from worker.outbound.fetch_error import FetchError
from worker.outbound.sockets import ByteLimitError

# Our own want, not theirs: it must be seen, not written down as a failure of a picture.
_OURS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


@contextmanager
def as_fetch_errors(host: str) -> Iterator[None]:
    """Turn the errors of an exchange with a host into `FetchError`."""
    try:
        yield
    except (DeadlinePassedError, TimeoutError, ReadTimeoutError) as error:
        raise _passing(FailureCode.TIMED_OUT, say(FailureDetail.HOST_TIMED_OUT, host=host)) from error
    except ByteLimitError as error:
        raise _lasting(FailureCode.TOO_LARGE, say(FailureDetail.HOST_SENT_TOO_MUCH, host=host)) from error
    except ssl.SSLCertVerificationError as error:
        raise _lasting(FailureCode.REFUSED, say(FailureDetail.CERTIFICATE_NOT_VALID, host=host)) from error
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionResetError, BrokenPipeError) as error:
        raise _passing(FailureCode.REFUSED, say(FailureDetail.CONNECTION_CLOSED, host=host)) from error
    except ssl.SSLError as error:
        raise _lasting(FailureCode.REFUSED, say(FailureDetail.NO_SECURE_CONNECTION, host=host)) from error
    except (http.client.HTTPException, HTTPError) as error:
        raise _passing(FailureCode.REFUSED, say(FailureDetail.INVALID_HTTP, host=host)) from error
    except OSError as error:
        if error.errno in _OURS:
            raise
        raise _passing(FailureCode.REFUSED, say(FailureDetail.CONNECTION_REFUSED, host=host)) from error


def _passing(reason: FailureCode, detail: Saying) -> FetchError:
    return FetchError(reason, detail, is_permanent=False)


def _lasting(reason: FailureCode, detail: Saying) -> FetchError:
    return FetchError(reason, detail, is_permanent=True)
