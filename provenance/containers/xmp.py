"""XMP packets (ISO 16684-1), read by an XML parser that knows no entities and no DTD.

A word inside such a packet proves nothing by standing there: only properties count, each under its
namespace, with its whole value.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from core.sayings.fault_codes import ContainerFault
from provenance.shared.errors import RecordError, TooMuchError
from provenance.shared.limits import MAX_TEXT_BYTES, MAX_XMP_BYTES, MAX_XMP_DEPTH, MAX_XMP_ELEMENTS
from provenance.shared.utf16 import BYTE_ORDER_MARKS

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DC = "http://purl.org/dc/elements/1.1/"
XMP = "http://ns.adobe.com/xap/1.0/"
EXIF = "http://ns.adobe.com/exif/1.0/"
TIFF = "http://ns.adobe.com/tiff/1.0/"
PHOTOSHOP = "http://ns.adobe.com/photoshop/1.0/"
IPTC_EXT = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"

_PREFIXES = {
    DC: "dc",
    XMP: "xmp",
    EXIF: "exif",
    TIFF: "tiff",
    PHOTOSHOP: "photoshop",
    IPTC_EXT: "Iptc4xmpExt",
}


@dataclass(frozen=True, slots=True)
class XmpProperty:
    """One property: its namespace, its name and its value (each item of a list by itself)."""

    namespace: str
    name: str
    value: str

    @property
    def key(self) -> str:
        """Name the property as people do, with its usual prefix."""
        prefix = _PREFIXES.get(self.namespace)
        return f"{prefix}:{self.name}" if prefix else self.name


def parse_xmp(packet: bytes) -> tuple[XmpProperty, ...]:
    """Read the simple properties and list items of a packet, nested ones included.

    Errors: `RecordError`; `TooMuchError` past the caps. Entities and DTDs are refused.
    """
    if len(packet) > MAX_XMP_BYTES:
        raise TooMuchError(ContainerFault.XMP_TOO_LARGE, limit=MAX_XMP_BYTES)
    if packet.count(b"<") > 2 * MAX_XMP_ELEMENTS:
        raise TooMuchError(ContainerFault.XMP_TOO_MANY_ELEMENTS)
    try:
        root = fromstring(_decoded(packet), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError):
        raise RecordError(ContainerFault.XMP_NOT_XML) from None
    found: list[XmpProperty] = []
    for item in _properties(root):
        if len(found) >= MAX_XMP_ELEMENTS:
            raise TooMuchError(ContainerFault.XMP_TOO_MANY_PROPERTIES)
        found.append(item)
    return tuple(found)


def _decoded(packet: bytes) -> bytes | str:
    """A packet as the parser takes it: UTF-16 and UTF-32 as text, which overrules what the packet declares.

    ISO 16684-1 allows all three. Where there is no byte order mark, the zeros around the first `<` tell.
    """
    at = packet.find(b"<")
    zeros = len(packet[at + 1 : at + 4]) - len(packet[at + 1 : at + 4].lstrip(b"\0"))
    if packet[:2] in BYTE_ORDER_MARKS and not packet.startswith(b"\xff\xfe\0\0"):
        codec = "utf-16"
    elif at < 0 or not zeros:
        return packet.strip(b"\0 \t\r\n")
    elif zeros == 1:
        codec = "utf-16-be" if at % 2 else "utf-16-le"
    else:
        codec = "utf-32-be" if at % 4 == 3 else "utf-32-le"
    width = 2 if codec.startswith("utf-16") else 4
    return packet[: len(packet) // width * width].decode(codec).strip("\0 \t\r\n\ufeff")


def _properties(root: Element) -> Iterator[XmpProperty]:
    # By a stack of our own: a packet may nest deeper than Python does.
    stack: list[tuple[Element, str, int]] = [(root, "", 0)]
    while stack:
        element, owner, depth = stack.pop()
        if depth > MAX_XMP_DEPTH:
            raise TooMuchError(ContainerFault.XMP_TOO_DEEP, limit=MAX_XMP_DEPTH)
        tag = element.tag if isinstance(element.tag, str) else ""
        if not tag.startswith(f"{{{RDF}}}") and tag:
            owner = tag
        for name, value in element.attrib.items():
            if name == f"{{{RDF}}}resource":
                yield _property(owner, value)
            elif not name.startswith((f"{{{RDF}}}", "{http://www.w3.org/XML/")):
                yield _property(name, value)
        text = (element.text or "").strip()
        if text and len(element) == 0:
            yield _property(owner, text)
        stack.extend((child, owner, depth + 1) for child in reversed(element))


def _property(tag: str, value: str) -> XmpProperty:
    namespace, _, name = tag.removeprefix("{").rpartition("}")
    return XmpProperty(namespace, name, value[:MAX_TEXT_BYTES])
