"""Names of images in addresses and forms."""

_HEX = frozenset("0123456789abcdef")


def is_sha256(text: str) -> bool:
    """Tell whether a text from outside could name an image."""
    return len(text) == 64 and set(text) <= _HEX
