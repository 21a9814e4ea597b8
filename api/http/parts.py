"""What the web process is made of; `kantei` joins the real parts, tests give fakes."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from api.http.express import Express
from core.broker.bell import BellListener
from core.broker.queue import Sender
from core.operations.measuring import Measuring, measure_alone
from store.base.database import Database
from store.bytes.blobs import BlobStore


@dataclass(frozen=True, slots=True)
class FileLimits:
    """How much may be sent with one appeal: so many files, so many bytes in all of them."""

    files: int = 10
    bytes: int = 100 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ApiParts:
    """Everything that `create_app` needs.

    `rate_limit` is requests a minute for each client; `limiter_storage` is `memory://` (counts in
    this process alone) or a Redis URL (counts in all). `probes` are what `/readyz` asks: each raises
    where its part does not answer. `max_waiting` requests may hold a thread with `?wait=` at once;
    keep it below the number of the server's threads. `trusted_proxies` proxies in front of us are
    believed about a client's address. `extension_origins` may read answers across origins.
    `measuring` says where figures are kept, and what `/metrics` shows. `clock` gives the seconds by which
    remembered keys and secrets grow old.
    """

    database: Database
    blobs: BlobStore
    sender: Sender
    listener: BellListener
    secret_key: str = field(repr=False)
    max_image_bytes: int
    rate_limit: int
    limiter_storage: str = field(default="memory://", repr=False)
    probes: Mapping[str, Callable[[], None]] = field(default_factory=dict)
    max_waiting: int = 16
    trusted_proxies: int = 0
    secure_cookies: bool = False
    extension_origins: frozenset[str] = frozenset()
    file_limits: FileLimits = field(default_factory=FileLimits)  # of an appeal
    express: Express = field(default_factory=Express)
    measuring: Measuring = field(default_factory=measure_alone)
    clock: Callable[[], float] = time.monotonic
