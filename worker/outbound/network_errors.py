"""From what the network, TLS and HTTP raise to one error with a reason."""

import errno
import http.client
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from urllib3.exceptions import HTTPError, ReadTimeoutError

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
        raise _passing(FailureCode.TIMED_OUT, f"{host} did not answer in time.") from error
    except ByteLimitError as error:
        raise _lasting(FailureCode.TOO_LARGE, f"{host} sent more than it may.") from error
    except ssl.SSLCertVerificationError as error:
        raise _lasting(FailureCode.REFUSED, f"The certificate of {host} is not valid.") from error
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionResetError, BrokenPipeError) as error:
        raise _passing(FailureCode.REFUSED, f"{host} broke the connection off.") from error
    except ssl.SSLError as error:
        raise _lasting(FailureCode.REFUSED, f"No secure connection to {host} is possible.") from error
    except (http.client.HTTPException, HTTPError) as error:
        raise _passing(FailureCode.REFUSED, f"{host} broke its answer off or speaks no HTTP.") from error
    except OSError as error:
        if error.errno in _OURS:
            raise
        raise _passing(FailureCode.REFUSED, f"{host} refuses connections or cannot be reached.") from error


def _passing(reason: FailureCode, detail: str) -> FetchError:
    return FetchError(reason, detail, is_permanent=False)


def _lasting(reason: FailureCode, detail: str) -> FetchError:
    return FetchError(reason, detail, is_permanent=True)
