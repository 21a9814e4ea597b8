"""JSON responses."""

import json
from collections.abc import Mapping
from typing import Any

from flask import Response
from pydantic import BaseModel

from api.schemas.answers import FieldErrorAnswer, ProblemAnswer, QuotaAnswer
from api.schemas.problems import KINDS, Problem
from core.clients.quota import QuotaState


def json_response(answer: BaseModel | Mapping[str, Any], status: int = 200) -> Response:
    """Write an answer as JSON; submissions come as mappings (`store/outbox/submission_json.py`)."""
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
        quota=quota_answer(problem.quota) if problem.quota is not None else None,
    )


def quota_answer(state: QuotaState | None) -> QuotaAnswer:
    """Write what is left of a quota; None where there is no bound."""
    if state is None:
        return QuotaAnswer(limit=None, period=None, used=None, left=None, resets_at=None)
    return QuotaAnswer(
        limit=state.quota.limit,
        period=state.quota.period,
        used=state.used,
        left=state.left,
        resets_at=state.resets_at,
    )
