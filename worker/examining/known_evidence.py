"""Known similar pictures as evidence."""

from collections.abc import Sequence

from core.known.known_image import KnownImage
from core.sayings.codes import Clause, KnownImageDetail
from core.sayings.saying import Value, say
from core.vocabulary import Evidence, EvidenceKind, Grade, Label

_CLAUSES = {Label.HUMAN: Clause.DRAWN, Label.AI: Clause.GENERATED, None: Clause.AI_ASSISTED}


def known_evidence(known: Sequence[KnownImage]) -> tuple[Evidence, ...]:
    """Known similar pictures as evidence: the nearest of each kind and label.

    A person's decision is a word that someone stands by (declared); a list of someone else is a hint.
    """
    found: dict[tuple[bool, Label | None], Evidence] = {}
    for one in known:
        found.setdefault((one.case is None, one.label), _known_evidence(one))
    return tuple(found.values())


def _known_evidence(one: KnownImage) -> Evidence:
    values: dict[str, Value] = {
        # Not one bit of the hash differs, and yet it is another file: the same bytes are the same case.
        "copy": say(Clause.SAME_PICTURE if one.distance == 0 else Clause.NEAR_COPY),
        "label": say(_CLAUSES[one.label]),
        "distance": one.distance,
    }
    if one.case is None:
        detail = say(KnownImageDetail.NEAR_COPY_LISTED, list=one.list_name or "", **values)
        fields = {"list": one.list_name or "", "distance": str(one.distance)}
        return Evidence(EvidenceKind.KNOWN_IMAGE, Grade.HINT, one.label, None, detail, fields)
    if one.decided_at:
        detail = say(KnownImageDetail.NEAR_COPY_DECIDED, day=f"{one.decided_at:%Y-%m-%d}", **values)
    else:
        detail = say(KnownImageDetail.NEAR_COPY_DECIDED_UNDATED, **values)
    fields = {"case": one.case, "decision": one.decision_id or "", "distance": str(one.distance)}
    return Evidence(EvidenceKind.KNOWN_IMAGE, Grade.DECLARED, one.label, None, detail, fields)
