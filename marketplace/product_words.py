"""What a shop's product declares, by its tags and fields and the client's mapping of them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.declarations import Declared, DeclaredWords, read_declared
from marketplace.product_fields import field_of, text_of

MOST_ENTRIES = 500  # tags, or fields, of one product
LONGEST = 255


def declared_by(
    body: Mapping[str, Any], *, tags: str, fields: Sequence[str], words: DeclaredWords
) -> Declared | None:
    """What a product declares; None where its body has neither tags nor fields."""
    if not any(place in body for place in (tags, *fields)):
        return None
    said = [*_tags(body.get(tags)), *(one for place in fields for one in _fields(body.get(place)))]
    return read_declared(said, words)


def _tags(given: object) -> Iterator[str]:
    """Read `a, b`, a list of texts, or a list of objects with a name."""
    entries = given.split(",") if isinstance(given, str) else given if isinstance(given, list) else []
    for entry in entries[:MOST_ENTRIES]:
        tag = text_of(entry if isinstance(entry, str) else field_of(entry, "name"), LONGEST)
        if tag is not None:
            yield tag


def _fields(given: object) -> Iterator[str]:
    """Read metafields and meta data (`key`, `value`), and attributes (`name`, `options`), as `name=value`."""
    for entry in (given if isinstance(given, list) else [])[:MOST_ENTRIES]:
        name = text_of(field_of(entry, "key") or field_of(entry, "name"), LONGEST)
        options = field_of(entry, "options")
        for value in (options if isinstance(options, list) else [field_of(entry, "value")])[:MOST_ENTRIES]:
            text = text_of(str(value).lower() if isinstance(value, bool) else value, LONGEST)
            if name is not None and text is not None:
                yield f"{name}={text}"
