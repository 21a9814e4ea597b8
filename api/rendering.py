"""From what we say to JSON."""

import json
from collections.abc import Mapping
from typing import Any

from flask import Response
from pydantic import BaseModel

from api.problems import KINDS, Problem
from api.schemas.answers import FieldErrorAnswer, ProblemAnswer


def json_response(answer: BaseModel | Mapping[str, Any], status: int = 200) -> Response:
    """Write an answer as JSON; submissions come as mappings (`store/submission_json.py`)."""
    if isinstance(answer, BaseModel):
        text = answer.model_dump_json()
    else:
        text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    return Response(text, status, content_type="application/json")


def problem_answer(problem: Problem, status: int | None = None) -> ProblemAnswer:
    """Write a problem; `status` differs from its kind's where HTTP knows a finer one."""
    kind = KINDS[problem.code]
    return ProblemAnswer(
        type=f"/docs/problems/{problem.code}",
        title=kind.title,
        status=status or kind.status,
        detail=problem.detail,
        code=problem.code,
        errors=[
            FieldErrorAnswer(field=error.field, code=error.code, detail=error.detail)
            for error in problem.errors
        ]
        or None,
    )
