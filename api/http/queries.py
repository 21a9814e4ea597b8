"""Strict reading of the query part of a URL."""

from flask import request

from api.schemas.problems import FieldError, ProblemCode, invalid


def refuse_repeated() -> None:
    """Refuse a parameter given twice: two readers could take two different values for the right one."""
    repeated = [name for name, values in request.args.lists() if len(values) > 1]
    if repeated:
        raise invalid(
            tuple(
                FieldError(name[:100], ProblemCode.INVALID_REQUEST, "must be given only once")
                for name in repeated[:20]
            )
        )
