"""Ask for evidence in few words."""

from core.sayings.codes import EvidenceDetail
from core.sayings.saying import Saying, SayingCode
from core.vocabulary import Evidence, EvidenceKind, Grade, Label
from provenance.read import read_provenance


def of_kind(data: bytes, kind: EvidenceKind) -> list[Evidence]:
    """A file's evidence of one kind."""
    return [item for item in read_provenance(data) if item.kind is kind]


def the(data: bytes, kind: EvidenceKind) -> Evidence:
    """A file's only evidence of one kind."""
    found = of_kind(data, kind)
    assert len(found) == 1, found
    return found[0]


def declares(data: bytes, kind: EvidenceKind, generator: str) -> Evidence:
    """The only evidence of one kind: AI, declared, by this generator."""
    item = the(data, kind)
    assert (item.grade, item.label, item.generator) == (Grade.DECLARED, Label.AI, generator)
    return item


def code_of(item: Evidence) -> SayingCode:
    """The code of what a piece of evidence says."""
    assert isinstance(item.detail, Saying)
    return item.detail.code


def says_unreadable(data: bytes, kind: EvidenceKind) -> None:
    """Check that a malformed record is shown as one, and is no evidence for anybody."""
    found = read_provenance(data)
    assert [item for item in found if item.label is Label.AI] == []
    assert any(item.kind is kind and code_of(item) is EvidenceDetail.UNREADABLE_RECORD for item in found), (
        found
    )
    assert all(item.grade is Grade.HINT for item in found)
