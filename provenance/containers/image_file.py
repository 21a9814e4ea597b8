"""A parsed image file: what its container holds, before any reader interprets it."""

import struct
from dataclasses import dataclass, field

from core.sayings.codes import Place
from core.sayings.fault_codes import ContainerFault
from core.sayings.saying import Saying, say
from provenance.containers.exif import ExifTag, parse_exif
from provenance.containers.iim import parse_iim
from provenance.containers.xmp import XmpProperty, parse_xmp
from provenance.shared.errors import RecordError, TooMuchError
from provenance.shared.fields import Field, FieldBag, where
from provenance.shared.limits import MAX_PACKETS


@dataclass(frozen=True, slots=True)
class Broken:
    """A record in the file that cannot be read; `why` is a clause for a person."""

    place: Place
    key: str
    why: Saying

    @property
    def where(self) -> Saying:
        """Where the record was found, for a person."""
        return where(self.place, self.key)


@dataclass(frozen=True, slots=True)
class ImageFile:
    """A container, taken apart.

    `format` is `png`, `jpeg`, `webp`, `avif`, `gif`, `bmp` or empty (unknown); `mime` goes with it.
    `width` and `height` are the header's (0 where it has none). `c2pa_bytes` is the size of the C2PA
    manifest store, 0 where there is none, and `c2pa_spans` are the places of what holds it, from start to
    end. `parts` names what was walked, for `explain`.
    """

    format: str
    mime: str
    data: bytes = field(repr=False)
    width: int = 0
    height: int = 0
    fields: tuple[Field, ...] = ()
    exif: tuple[ExifTag, ...] = ()
    xmp: tuple[XmpProperty, ...] = ()
    broken: tuple[Broken, ...] = ()
    parts: tuple[str, ...] = ()
    c2pa_bytes: int = 0
    c2pa_spans: tuple[tuple[int, int], ...] = ()
    lossless: bool = False
    has_alpha: bool = False
    animated: bool = False
    recoloured: bool = False  # a colour profile or gamma changes what is shown of the stored values

    @property
    def pixels(self) -> int:
        """The number of pixels in the header."""
        return self.width * self.height

    def with_fields(self, more: tuple[Field, ...], broken: tuple[Broken, ...] = ()) -> "ImageFile":
        """The same file with texts found elsewhere in it."""
        return _replaced(self, more, broken)


def _replaced(image: ImageFile, more: tuple[Field, ...], broken: tuple[Broken, ...]) -> ImageFile:
    values = {name: getattr(image, name) for name in ImageFile.__slots__}
    values["fields"] = (*image.fields, *more)
    values["broken"] = (*image.broken, *broken)
    return ImageFile(**values)


@dataclass(slots=True)
class Builder:
    """What a container's walker fills in while it walks."""

    format: str
    mime: str
    data: bytes
    width: int = 0
    height: int = 0
    bag: FieldBag = field(default_factory=FieldBag)
    exif: list[ExifTag] = field(default_factory=list)
    xmp: list[XmpProperty] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    c2pa_bytes: int = 0
    c2pa_spans: list[tuple[int, int]] = field(default_factory=list)
    lossless: bool = False
    has_alpha: bool = False
    animated: bool = False
    recoloured: bool = False
    inflated: int = 0  # bytes of compressed texts so far
    _exif_seen: int = 0
    _xmp_seen: int = 0

    def part(self, name: str) -> None:
        """Note a part of the container that was looked into."""
        if len(self.parts) < 64:
            self.parts.append(name)

    def break_(self, place: Place, key: str, why: Saying) -> None:
        """Note a record that cannot be read."""
        if len(self.broken) < 16:
            self.broken.append(Broken(place, key, why))

    def add_text(self, place: Place, key: str, value: str) -> None:
        """Keep a text; past the caps of one file it is noted as unread."""
        try:
            self.bag.add(place, key, value)
        except TooMuchError as error:
            self.break_(place, key, error.fault)

    def add_exif(self, data: bytes) -> None:
        """Read an EXIF record and keep its texts as fields."""
        self.part("EXIF")
        self._exif_seen += 1
        if self._exif_seen > MAX_PACKETS:
            return
        try:
            tags = parse_exif(data)
        except RecordError as error:
            self.break_(Place.EXIF_RECORD, "", error.fault)
            return
        except struct.error:
            self.break_(Place.EXIF_RECORD, "", say(ContainerFault.EXIF_CUT))
            return
        self.exif.extend(tags)
        for tag in tags:
            if tag.name == "XMLPacket":
                self.add_xmp(tag.raw)
            else:
                self.add_text(Place.EXIF_TAG, tag.name, tag.text)

    def add_xmp(self, packet: bytes) -> None:
        """Read an XMP packet and keep its properties as fields."""
        self.part("XMP")
        self._xmp_seen += 1
        if self._xmp_seen > MAX_PACKETS:
            return
        try:
            properties = parse_xmp(packet)
        except RecordError as error:
            self.break_(Place.XMP_PACKET, "", error.fault)
            return
        for item in properties:
            self.xmp.append(item)
            self.add_text(Place.XMP_PROPERTY, item.key, item.value)

    def add_c2pa(self, size: int, start: int, end: int) -> None:
        """Count bytes of a C2PA manifest store, and note where in the file what holds them lies."""
        self.c2pa_bytes += size
        self.c2pa_spans.append((start, end))

    def add_iptc(self, data: bytes) -> None:
        """Read IPTC's older records and keep their texts as fields."""
        self.part("IPTC")
        for item in parse_iim(data):
            self.add_text(item.place, item.key, item.value)

    def build(self) -> ImageFile:
        """The file with everything found in it."""
        return ImageFile(
            format=self.format,
            mime=self.mime,
            data=self.data,
            width=self.width,
            height=self.height,
            fields=tuple(self.bag.fields),
            exif=tuple(self.exif),
            xmp=tuple(self.xmp),
            broken=tuple(self.broken),
            parts=tuple(self.parts),
            c2pa_bytes=self.c2pa_bytes,
            c2pa_spans=tuple(self.c2pa_spans),
            lossless=self.lossless,
            has_alpha=self.has_alpha,
            animated=self.animated,
            recoloured=self.recoloured,
        )
