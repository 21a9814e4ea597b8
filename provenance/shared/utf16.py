"""UTF-16 that does not say its byte order, or does not even say that it is UTF-16."""

BYTE_ORDER_MARKS = frozenset({b"\xff\xfe", b"\xfe\xff"})
_CODECS = {"<": "utf-16-le", ">": "utf-16-be"}
_NUL_SHARE = 8  # one byte in so many is zero: every second of a text that is a quarter Latin


def decode_utf16(data: bytes, order: str) -> str:
    """The text of UTF-16 in the byte order that all of it speaks for; in `order` where it speaks for none."""
    if data[:2] in BYTE_ORDER_MARKS:
        return data.decode("utf-16", "replace").rstrip("\0")
    return data[: len(data) & ~1].decode(_CODECS[_order_of(data, order)], "replace").rstrip("\0")


def looks_like_utf16(data: bytes) -> bool:
    """True if bytes start with a byte order mark, or have as many zeros as UTF-16 with some Latin letters."""
    body = data.rstrip(b"\0")
    return body[:2] in BYTE_ORDER_MARKS or body.count(0) * _NUL_SHARE > len(body)


def _order_of(data: bytes, order: str) -> str:
    """The likelier byte order.

    The high bytes of a text come from a few blocks of Unicode (zero for Latin letters, 4E to 9F for
    most Chinese), the low bytes from anywhere. Zeros alone mislead: the low byte of U+4E00 is one.
    """
    even, odd = data[0::2], data[1::2]
    kinds = (len(set(even)), len(set(odd)))
    zeros = (even.count(0), odd.count(0))
    if kinds[0] != kinds[1]:
        return ">" if kinds[0] < kinds[1] else "<"
    if zeros[0] != zeros[1]:
        return ">" if zeros[0] > zeros[1] else "<"
    return order
