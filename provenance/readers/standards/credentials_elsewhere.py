"""Content credentials kept elsewhere: the address of a manifest in XMP (`dcterms:provenance`, C2PA 2.2).

It survives where a manifest in the file was removed, and whoever opens it can look. Kantei opens no address
that a picture names. The property is older than the C2PA, and museums describe their objects' owners in it,
so that only the address of a manifest counts.
"""

from itertools import islice
from urllib.parse import urlsplit

from core.sayings.codes import EvidenceDetail
from core.sayings.saying import say
from core.vocabulary import EvidenceKind, Grade
from provenance.readers.reading import Looked, Reader, Sources

_KIND = EvidenceKind.C2PA
_DCTERMS = "http://purl.org/dc/terms/"
_HOSTS = ("cai-manifests.adobe.com", "cai-manifests-stage.adobe.com")
_ENDINGS = (".c2pa", ".jumbf")
_LONGEST = 2048
_MOST = 32  # looked at in one file


def _read(sources: Sources) -> Looked:
    looked = Looked()
    if sources.image.c2pa_bytes:
        return looked
    named = (item for item in sources.image.xmp if (item.namespace, item.name) == (_DCTERMS, "provenance"))
    for item in islice(named, _MOST):
        host = _host_of_manifest(item.value.strip())
        if host:
            detail = say(EvidenceDetail.CREDENTIALS_ELSEWHERE, host=host)
            looked.add(_KIND, Grade.HINT, None, detail, fields={"address": item.value})
    return looked


def _host_of_manifest(address: str) -> str | None:
    """The host of a web address at which a manifest is kept; None for anything else."""
    try:
        parts = urlsplit(address) if len(address) <= _LONGEST else None
        host = parts.hostname if parts and parts.scheme in {"http", "https"} else None
    except ValueError:
        return None
    is_manifest = parts is not None and (host in _HOSTS or parts.path.lower().endswith(_ENDINGS))
    return host if is_manifest else None


READER = Reader("credentials elsewhere", "the address of a C2PA manifest in XMP", _KIND, _read)
