"""What the review pages need from the program around them."""

from typing import Protocol

from core.vocabulary import Thresholds
from store.base.database import Database
from store.bytes.blobs import BlobStore


class ReviewParts(Protocol):
    """The parts by name; the parts of the whole API fit."""

    @property
    def database(self) -> Database:
        """Where cases, decisions and logins are."""

    @property
    def blobs(self) -> BlobStore:
        """Where image bytes are."""

    @property
    def secret_key(self) -> str:
        """What form tokens are made with."""

    @property
    def secure_cookies(self) -> bool:
        """Tell whether browsers reach us by TLS alone."""


class ModelFacts(Protocol):
    """What the pages tell of the classifier."""

    @property
    def thresholds(self) -> Thresholds | None:
        """The lines that the model brought along: the first version of policy."""

    @property
    def card(self) -> str | None:
        """The model card in Markdown."""

    @property
    def version(self) -> str | None:
        """The model's name in verdicts."""
