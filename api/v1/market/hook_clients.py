"""The client of an inbox, and the keys that may sign; cached for a few seconds."""

import logging
import threading
from dataclasses import dataclass

from cachetools import TTLCache, cachedmethod

from api.http.parts import ApiParts
from core.clients.quota import Quota
from core.declarations import DeclaredWords, words_from_json
from core.ids import is_id
from core.market.webhook_secrets import webhook_key
from core.vocabulary import Scheme
from store.clients.clients import find_client, signing_secrets

REMEMBERED = 5.0  # seconds for which a client's secrets are good enough
MOST_REMEMBERED = 1000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HookClient:
    """Whose inbox it is, and which keys may sign."""

    id: str
    scheme: Scheme
    keys: tuple[bytes, ...]
    quota: Quota | None
    words: DeclaredWords


class Inboxes:
    """Finds inboxes, and remembers them for a few seconds."""

    def __init__(self, parts: ApiParts) -> None:
        self._parts = parts
        self._lock = threading.Lock()
        self._known = TTLCache[str, HookClient | None, float](MOST_REMEMBERED, REMEMBERED, parts.clock)

    def find(self, client_id: str) -> HookClient | None:
        """Find the inbox of a live client."""
        return self._read(client_id) if is_id(client_id) else None

    @cachedmethod(lambda self: self._known, key=lambda _, client_id: client_id, lock=lambda self: self._lock)
    def _read(self, client_id: str) -> HookClient | None:
        with self._parts.database.reading() as session:
            client = find_client(session, client_id)
            if client is None or client.disabled_at is not None:
                return None
            keys: list[bytes] = []
            try:
                secrets = signing_secrets(session, client_id, self._parts.secret_key)
                keys = [webhook_key(secret, client.scheme) for secret in secrets]
            except ValueError as error:
                log.error("could not open the inbox of client %s: %s", client_id, error)
            words = words_from_json(client.declared_words)
            return HookClient(client_id, client.scheme, tuple(keys), client.quota, words)
