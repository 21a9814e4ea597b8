"""The parts of the web process; `kantei` joins the real ones, tests pass fakes.

Views and blueprints stand at module level and belong to no application. What they need they take from
the application that is answering: `parts()`, and `shared()` for what its requests have in common.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar, cast

from flask import Flask, current_app

from api.http.express import Express
from api.schemas.requests import MOST_FILES
from core.broker.bell import BellListener
from core.broker.queue import Sender
from core.market.strike_rules import StrikeRules
from core.operations.measuring import Measuring, measure_alone
from core.settings.setting_values import FetchAllow
from core.vocabulary import Role, Thresholds
from store.base.database import Database
from store.bytes.blobs import BlobStore

NAME = "kantei"
Shared = TypeVar("Shared")


@dataclass(frozen=True, slots=True)
class FileLimits:
    """How much may be sent with one appeal: so many files, so many bytes in all of them.

    An artist's page takes files of `each` bytes at most, all such pages `a_day` bytes in a day, and none
    that would leave less than `floor` bytes on the disk.
    """

    files: int = MOST_FILES
    bytes: int = 200 * 1024 * 1024
    each: int = 100 * 1024 * 1024
    a_day: int = 10 * 1024 * 1024 * 1024
    floor: int = 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class FetchRules:
    """What the workers of this installation fetch and examine, as far as settings say."""

    allow: FetchAllow = field(default_factory=FetchAllow)
    ports: frozenset[int] = frozenset({80, 443})
    max_image_bytes: int = 20 * 1024 * 1024
    max_pixels: int = 50_000_000


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What the pages say about the classifier: the thresholds it came with, its card and its version."""

    thresholds: Thresholds | None = None
    card: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class OpenIdClient:
    """Kantei as a client of an OpenID provider; `roles` says what the names in `roles_claim` mean here."""

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    roles_claim: str = "groups"
    roles: tuple[tuple[str, Role], ...] = ()


@dataclass(frozen=True, slots=True)
class SignInRules:
    """How people sign in: who needs a second factor, and after how long without a request a login ends.

    Without `passwords`, only the OpenID provider lets people in.
    """

    second_factor_roles: frozenset[Role] = frozenset()
    idle: timedelta | None = None
    passwords: bool = True
    openid: OpenIdClient | None = None


@dataclass(frozen=True, slots=True)
class ApiParts:
    """Everything that `create_app` needs.

    `rate_limit` is requests a minute for each client; `limiter_storage` is `memory://` (counts in
    this process alone) or a Redis URL (counts in all). `probes` are what `/readyz` asks: each raises
    where its part does not answer. `max_waiting` requests may hold a thread with `?wait=` at once;
    keep it below the number of the server's threads. `trusted_proxies` proxies in front of us are
    believed about a client's address. `extension_origins` may read answers across origins.
    `measuring` says where figures are kept, and what `/metrics` shows. `clock` gives the seconds by which
    remembered keys and secrets grow old. `free_bytes` is what is left on the disk of the image files,
    None where they are not on a disk of ours.
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
    metrics_key: str = field(default="", repr=False)
    docs_key: str = field(default="", repr=False)
    extension_origins: frozenset[str] = frozenset()
    file_limits: FileLimits = field(default_factory=FileLimits)  # of an appeal
    strikes: StrikeRules = field(default_factory=StrikeRules)
    free_bytes: Callable[[], int | None] = lambda: None
    express: Express = field(default_factory=Express)
    measuring: Measuring = field(default_factory=measure_alone)
    clock: Callable[[], float] = time.monotonic
    facts: ModelFacts = field(default_factory=ModelFacts)
    sign_in: SignInRules = field(default_factory=SignInRules)
    policy_alone: bool = False  # whether a lead may approve their own change of thresholds
    public_url: str = ""  # where people reach the pages; if empty, where the request came to
    fetch_rules: FetchRules = field(default_factory=FetchRules)
    outside_services: tuple[str, ...] = ()  # that moderators may send a picture to


class AppState:
    """One application's parts, and the objects that its requests share."""

    def __init__(self, parts: ApiParts) -> None:
        self.parts = parts
        self._lock = threading.RLock()  # making one may need another
        self._shared: dict[Callable[[ApiParts], Any], Any] = {}

    def shared(self, make: Callable[[ApiParts], Shared]) -> Shared:
        """The object that `make` returns for these parts, made once."""
        if make not in self._shared:
            with self._lock:
                if make not in self._shared:
                    self._shared[make] = make(self.parts)
        return cast(Shared, self._shared[make])


def install(app: Flask, parts: ApiParts) -> None:
    """Attach the parts to an application."""
    app.extensions[NAME] = AppState(parts)


def parts() -> ApiParts:
    """The parts of the application that is answering."""
    return _state().parts


def shared(make: Callable[[ApiParts], Shared]) -> Shared:
    """The application's one object of a class, or of a function, that is made from its parts."""
    return _state().shared(make)


def _state() -> AppState:
    state: AppState = current_app.extensions[NAME]
    return state
