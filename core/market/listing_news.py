"""News about a listing, independent of the marketplace's format."""

from dataclasses import dataclass
from datetime import datetime

from core.declarations import Declared


@dataclass(frozen=True, slots=True)
class ImageNews:
    """One image of a listing; the same image has the same `key`. `problem` says why it cannot be fetched."""

    key: str
    url: str
    external_id: str | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class ListingNews:
    """A listing as it is now, or that it is no more; `images` is None where nothing is said of them.

    `changed_at` is the marketplace's own time of this state; `declared` is None where nothing is said of it.
    """

    listing_id: str
    title: str | None = None
    url: str | None = None
    seller: str | None = None
    changed_at: datetime | None = None
    images: tuple[ImageNews, ...] | None = None
    is_deleted: bool = False
    declared: Declared | None = None
