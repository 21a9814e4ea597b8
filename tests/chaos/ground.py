"""What scenarios stand on: servers of their own, and new installations on them."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.whole.own_servers import MissingError, PostgreSql, Redis, own_servers

TIMEOUT = 2.0  # seconds for a fetch, so that a lease is 20
__all__ = ["Ground", "MissingError", "ground"]


@dataclass
class Ground:
    """What scenarios stand on: servers of their own, a folder, and how much they do."""

    folder: Path
    postgresql: PostgreSql
    redis: Redis
    seed: int
    is_short: bool
    _made: int = field(default=0)

    def many(self, full: int, short: int) -> int:
        """How many of something there should be."""
        return short if self.is_short else full

    def settings(self, host: str = "127.0.0.1") -> dict[str, str]:
        """The settings of a new, empty installation on these servers."""
        self._made += 1
        name = f"chaos_{self._made}"
        self.postgresql.new_database(name)
        return {
            "KANTEI_DATABASE_URL": self.postgresql.url(name, host),
            "KANTEI_BROKER_URL": self.redis.url(self._made % 16, host),
            "KANTEI_FETCH_TIMEOUT": f"{TIMEOUT:g}",
            "KANTEI_RATE_LIMIT": "1000000",
        }

    def new_folder(self, name: str) -> Path:
        """Make a data folder."""
        self._made += 1
        path = self.folder / f"{name}-{self._made}"
        path.mkdir()
        return path


@contextmanager
def ground(*, seed: int, is_short: bool) -> Iterator[Ground]:
    """Start servers of our own, and stop them in the end. Errors: MissingError."""
    with tempfile.TemporaryDirectory(prefix="kantei-chaos-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with own_servers(folder) as servers:
            yield Ground(folder, servers.postgresql, servers.redis, seed, is_short)
