"""From a marketplace's format to our own: which listing, which images, when.

Numbers stay text: ids of shops pass 2^53, where other readers begin to round. What is missing, null or
odd is left out; only a listing without an id cannot be read.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn

from core.declarations import USUAL_WORDS, Declared, DeclaredWords
from core.market.listing_news import ImageNews, ListingNews
from core.urls import MAX_IMAGE_URL, UrlError, parse_web_url
from core.vocabulary import Scheme
from marketplace.product_fields import field_of, text_of
from marketplace.product_words import declared_by

MOST_IMAGES = 500
TOPIC_HEADERS = {Scheme.SHOPIFY: "x-shopify-topic", Scheme.WOOCOMMERCE: "x-wc-webhook-topic"}
CHANGES = frozenset(
    {
        "listing.created",
        "listing.updated",
        "products/create",
        "products/update",
        "product.created",
        "product.updated",
        "product.restored",
    }
)
DELETIONS = frozenset({"listing.deleted", "products/delete", "product.deleted"})


@dataclass(frozen=True, slots=True)
class Reading:
    """What a delivery says; without `news` there is nothing to take in, and `detail` says why.

    `field` is the place in the body that cannot be read.
    """

    topic: str
    news: ListingNews | None
    detail: str = ""
    is_readable: bool = True
    field: str = "body"


class UnreadableError(ValueError):
    """A delivery is signed, but is not what its topic says; the text is ours, `field` its place."""

    def __init__(self, text: str, field: str = "body") -> None:
        super().__init__(text)
        self.field = field


def read_delivery(
    scheme: Scheme, headers: Mapping[str, str], body: bytes, words: DeclaredWords = USUAL_WORDS
) -> Reading:
    """Read a delivery that is signed; the names of its headers are in lower case.

    `words` are the tags and fields by which the shop's products declare how a picture was made.
    """
    topic = "" if scheme is Scheme.STANDARD else text_of(headers.get(TOPIC_HEADERS[scheme]), 100) or ""
    try:
        fields = _read_body(body)
        if scheme is Scheme.STANDARD:  # the shops tell it in a header that they do not sign
            topic = text_of(fields.get("type"), 100) or ""
        news = _read_news(scheme, topic, headers, fields, words)
    except UnreadableError as error:
        return Reading(topic, None, str(error), is_readable=False, field=error.field)
    return Reading(topic, news, "" if news else "This topic is not about a listing, so it was ignored.")


def _read_body(body: bytes) -> dict[str, Any]:
    """Read one JSON object, all numbers as text. Errors: UnreadableError."""
    try:
        # Of an object that names a field twice the last counts, as for those who wrote it.
        found = json.loads(body.decode(), parse_int=str, parse_float=str, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise UnreadableError("the body must be JSON in UTF-8") from None
    if not isinstance(found, dict):
        raise UnreadableError("the body must be a JSON object")
    return found


def _read_news(
    scheme: Scheme, topic: str, headers: Mapping[str, str], body: Mapping[str, Any], words: DeclaredWords
) -> ListingNews | None:
    """Read what is said of a listing; None for a topic that is not about one. Errors: UnreadableError."""
    if topic not in CHANGES | DELETIONS:
        return None
    if scheme is Scheme.STANDARD:
        return _standard(topic, body)
    # A deletion's body is an id alone. A whole product under that topic is someone's old delivery
    # sent again with another header, which is not signed.
    is_deleted = topic in DELETIONS
    if is_deleted and set(body) - {"id"}:
        raise UnreadableError("a deletion must contain only an id")
    if is_deleted:
        return ListingNews(_listing_id(body.get("id")), is_deleted=True)
    return _shopify(headers, body, words) if scheme is Scheme.SHOPIFY else _woocommerce(body, words)


def _standard(topic: str, body: Mapping[str, Any]) -> ListingNews:
    data = body.get("data")
    if not isinstance(data, dict):
        raise UnreadableError("data must be an object", "data")
    return ListingNews(
        _listing_id(data.get("listing_id"), "data.listing_id"),
        title=text_of(data.get("title"), 500),
        url=_page(data.get("url")),
        seller=text_of(data.get("seller"), 255),
        changed_at=_time(body.get("timestamp")),
        images=_images([(field_of(i, "id"), field_of(i, "url"), "") for i in _list(data)])
        if _says(data)
        else None,
        is_deleted=topic in DELETIONS,
        declared=_declared(data.get("declared")),
    )


def _shopify(headers: Mapping[str, str], body: Mapping[str, Any], words: DeclaredWords) -> ListingNews:
    shop, handle = headers.get("x-shopify-shop-domain", ""), text_of(body.get("handle"), 255)
    is_shop = re.fullmatch(r"[a-z0-9-]{1,100}\.myshopify\.com", shop)
    found = [(field_of(i, "id"), field_of(i, "src"), "") for i in _list(body)]
    if not found and isinstance(body.get("media"), list):
        found = [
            (field_of(m, "id"), field_of(field_of(m, "preview_image"), "src"), "")
            for m in body["media"]
            if field_of(m, "media_content_type") == "IMAGE"
        ]
    return ListingNews(
        _listing_id(body.get("id")),
        title=text_of(body.get("title"), 500),
        url=_page(f"https://{shop}/products/{handle}") if is_shop and handle else None,
        seller=text_of(body.get("vendor"), 255),
        changed_at=_time(body.get("updated_at")),
        images=_images(found) if _says(body) or found else None,
        declared=declared_by(body, tags="tags", fields=("metafields",), words=words),
    )


def _woocommerce(body: Mapping[str, Any], words: DeclaredWords) -> ListingNews:
    if isinstance(body.get("images"), dict):  # PHP writes a list that has a gap as an object
        body = {**body, "images": [image for image in body["images"].values() if isinstance(image, dict)]}
    # An image whose file was replaced keeps id and address; its own date tells. Id 0 is the picture
    # that the shop shows where there is none.
    found = [
        (field_of(i, "id"), field_of(i, "src"), text_of(field_of(i, "date_modified_gmt"), 40) or "")
        for i in _list(body)
        if field_of(i, "id") != "0"
    ]
    return ListingNews(
        _listing_id(body.get("id")),
        title=text_of(body.get("name"), 500),
        url=_page(body.get("permalink")),
        changed_at=_time(body.get("date_modified_gmt")),
        images=_images(found) if _says(body) else None,
        declared=declared_by(body, tags="tags", fields=("attributes", "meta_data"), words=words),
    )


def _declared(value: object) -> Declared | None:
    """Read a declaration that is named outright; None where there is none. Errors: UnreadableError."""
    if value is None:
        return None
    if not isinstance(value, str) or value not in set(Declared):
        raise UnreadableError(f"declared must be one of {', '.join(Declared)}", "data.declared")
    return Declared(value)


def _says(holder: Mapping[str, Any]) -> bool:
    return isinstance(holder.get("images"), list)


def _list(holder: Mapping[str, Any]) -> list[Any]:
    found = holder.get("images")
    if not isinstance(found, list):
        return []
    return [{"url": image, "src": image} if isinstance(image, str) else image for image in found]


def _images(found: list[tuple[object, object, str]]) -> tuple[ImageNews, ...]:
    """Take each image once, at most five hundred; an address that cannot be fetched is kept as a problem."""
    images: dict[str, ImageNews] = {}
    for given_id, given_url, version in found[:MOST_IMAGES]:
        if not isinstance(given_url, str) or not given_url.strip():
            continue
        url = given_url.strip()
        url = f"https:{url}" if url.startswith("//") else url
        problem = None
        try:
            parse_web_url(url, limit=MAX_IMAGE_URL)
        except UrlError as error:
            problem = error.detail
        external_id = text_of(given_id, 255)
        key = hashlib.sha256(json.dumps([external_id, url, version]).encode("utf-8", "replace")).hexdigest()
        images.setdefault(key, ImageNews(key, text_of(url, MAX_IMAGE_URL) or "", external_id, problem))
    return tuple(images.values())


def _listing_id(value: object, field: str = "id") -> str:
    found = text_of(value, 256)
    if found is None or len(found) > 255:
        raise UnreadableError("the listing must have an id of at most 255 characters", field)
    return found


def _page(value: object) -> str | None:
    try:
        return parse_web_url(value).text if isinstance(value, str) and value else None
    except UrlError:
        return None


def _time(value: object) -> datetime | None:
    """Read a time; the shops' times without a zone are in UTC (`…_gmt`)."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _refuse(_name: str) -> NoReturn:
    raise ValueError
