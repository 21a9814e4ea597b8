"""What a service answers about a picture, as evidence.

The form is that of OpenAI's content provenance check (developers.openai.com, content provenance):
`{"object": "content_provenance_check", "created_at": …, "results": [{"type": "synthid", "outcome":
"detected" or "not_detected", "model", "generated_at"}, {"type": "c2pa", …, "issuer", "validation_state"}]}`.
Any other service that is asked answers likewise, with types of its own.
"""

from collections.abc import Mapping
from typing import Any

from core.sayings.codes import OutsideDetail
from core.sayings.saying import say
from core.vocabulary import Evidence, EvidenceKind, Grade, Label
from provenance.shared.bounded_json import parse_object
from provenance.shared.errors import RecordError
from provenance.shared.text import one_line

_MARKS = {"synthid": "SynthID", "c2pa": "C2PA"}
_KINDS = {"c2pa": EvidenceKind.C2PA}  # everything else is a mark in the picture itself
_UNVERIFIED = frozenset({"valid", "invalid", "not_present"})  # of a manifest: signed by no one who is trusted
_SHOWN = ("model", "issuer", "generated_at", "validation_state")
_MOST = 8


class AnswerError(Exception):
    """An answer is not in the form that is documented."""


def read_answer(service: str, body: str) -> tuple[Evidence, ...]:
    """The evidence in an answer, what was not found included. Errors: AnswerError.

    What a service finds is a declaration and no proof: no one else can check it, and nothing says how often
    it errs.
    """
    try:
        results = parse_object(body).get("results")
    except RecordError as error:
        raise AnswerError from error
    if not isinstance(results, list) or not results:
        raise AnswerError
    return tuple(_evidence(service, result) for result in results[:_MOST])


def _evidence(service: str, result: object) -> Evidence:
    if not isinstance(result, dict) or result.get("outcome") not in {"detected", "not_detected"}:
        raise AnswerError
    mark = result.get("type")
    if not isinstance(mark, str) or not mark.strip():
        raise AnswerError
    kind = _KINDS.get(mark, EvidenceKind.WATERMARK)
    named = _MARKS.get(mark) or one_line(mark, 40)
    if result["outcome"] == "not_detected":
        detail = say(OutsideDetail.OUTSIDE_FOUND_NOTHING, service=service, mark=named)
        return Evidence(kind, Grade.HINT, None, None, detail)
    state = result.get("validation_state")
    if isinstance(state, str) and state in _UNVERIFIED:
        detail = say(OutsideDetail.OUTSIDE_FOUND_UNVERIFIED, service=service, mark=named, state=state)
        return Evidence(kind, Grade.HINT, Label.AI, service, detail, _fields(result))
    detail = say(OutsideDetail.OUTSIDE_FOUND, service=service, mark=named)
    return Evidence(kind, Grade.DECLARED, Label.AI, service, detail, _fields(result))


def _fields(result: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: one_line(value, 100)
        for name in _SHOWN
        if isinstance(value := result.get(name), str) and value.strip()
    }
