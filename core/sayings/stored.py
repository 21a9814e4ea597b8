"""Sayings as stored in rows and as sent in responses."""

from collections.abc import Iterable
from typing import Any

from core.sayings import codes, fault_codes
from core.sayings.saying import Saying, SayingCode, Value, render

SAYINGS: tuple[type[SayingCode], ...] = (
    codes.Reason,
    codes.PicturePart,
    codes.ViewsSplit,
    codes.Headline,
    codes.KnownImageDetail,
    codes.StatementText,
    codes.Clause,
    codes.EvidenceDetail,
    codes.OutsideDetail,
    codes.Place,
    codes.FailureDetail,
    codes.AddressRange,
    fault_codes.SignatureFault,
    fault_codes.RecordFault,
    fault_codes.ContainerFault,
)
_CODES: dict[str, SayingCode] = {code.value: code for kind in SAYINGS for code in kind}


def saying_json(saying: Saying | str) -> Any:
    """A saying as `{"code", "values"}`, with those inside it likewise; a text stays a text."""
    if isinstance(saying, str):
        return saying
    values = {name: _value_json(value) for name, value in saying.values.items()}
    return {"code": saying.code.value, "values": values}


def read_saying(stored: Any) -> Saying | str:
    """The saying that a row holds. One that was read already, or a text of an older version, stays as it is.

    Of a code that this version does not know, because a newer one wrote it, the code itself is given.
    """
    if isinstance(stored, Saying):
        return stored
    if not isinstance(stored, dict):
        return str(stored)
    code = _CODES.get(stored["code"])
    if code is None:
        return str(stored["code"])
    return Saying(code, {name: _read_value(value) for name, value in stored["values"].items()})


def reasons_json(stored: Iterable[Any]) -> dict[str, Any]:
    """A row's reasons in English, and as codes; those of older rows, which are texts, have none."""
    reasons = list(stored)
    return {
        "reasons": [render(read_saying(one)) for one in reasons],
        "reason_codes": [one for one in reasons if isinstance(one, dict)],
    }


def detail_json(stored: Any) -> dict[str, Any]:
    """A row's detail in English, with its code and values; both are null for a text of an older row."""
    is_saying = isinstance(stored, dict)
    return {
        "detail": render(read_saying(stored)),
        "reason_code": stored["code"] if is_saying else None,
        "reason_values": stored["values"] if is_saying else None,
    }


def _value_json(value: Value) -> Any:
    return saying_json(value) if isinstance(value, Saying) else value


def _read_value(value: Any) -> Value:
    if isinstance(value, dict):
        return read_saying(value)
    return value if isinstance(value, (str, int, float)) else str(value)
