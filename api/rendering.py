"""From rows to answers."""

from flask import Response
from pydantic import BaseModel

from api.problems import KINDS, Problem
from api.schemas.answers import (
    DecisionAnswer,
    EvidenceAnswer,
    FailureAnswer,
    FieldErrorAnswer,
    ImageAnswer,
    ImageFactsAnswer,
    ImageLinks,
    ProblemAnswer,
    SubmissionAnswer,
    SubmissionLinks,
    VerdictAnswer,
)
from store.tables import Decision, Image, Submission, Verdict


def json_response(answer: BaseModel, status: int = 200) -> Response:
    """Write an answer as JSON."""
    return Response(answer.model_dump_json(), status, content_type="application/json")


def new_submission_answer(row: Submission) -> SubmissionAnswer:
    """Write a submission that was stored just now, so that nothing is known of its image yet."""
    return _submission_answer(row, image=None, verdict=None)


def submission_answer(row: Submission) -> SubmissionAnswer:
    """Write a submission that was read with its image, verdict and decision."""
    return _submission_answer(row, image=row.image, verdict=row.verdict)


def image_answer(row: Image) -> ImageAnswer:
    """Write an image that was read with its verdict and decision."""
    return ImageAnswer(
        sha256=row.sha256,
        width=row.width,
        height=row.height,
        format=row.format,
        bytes=row.bytes,
        verdict=_verdict(row.verdict),
        decision=_decision(row.decision),
        links=ImageLinks(self=f"/v1/images/{row.sha256}"),
    )


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


def _submission_answer(row: Submission, *, image: Image | None, verdict: Verdict | None) -> SubmissionAnswer:
    return SubmissionAnswer(
        id=row.id,
        state=row.state,
        source=row.source,
        image_url=row.image_url,
        page_url=row.page_url,
        title=row.title,
        listing_id=row.listing_id,
        external_id=row.external_id,
        created_at=row.created_at,
        examined_at=row.examined_at,
        image=_image_facts(image),
        verdict=_verdict(verdict),
        decision=_decision(image.decision) if image is not None else None,
        failure=_failure(row),
        links=_links(row),
    )


def _links(row: Submission) -> SubmissionLinks:
    own = f"/v1/submissions/{row.id}"
    if row.verdict_id is None:
        return SubmissionLinks(self=own, appeal=None, heatmap=None)
    return SubmissionLinks(self=own, appeal=f"{own}/appeal", heatmap=f"{own}/heatmap")


def _image_facts(image: Image | None) -> ImageFactsAnswer | None:
    if image is None:
        return None
    return ImageFactsAnswer(
        sha256=image.sha256, width=image.width, height=image.height, format=image.format, bytes=image.bytes
    )


def _verdict(verdict: Verdict | None) -> VerdictAnswer | None:
    if verdict is None:
        return None
    return VerdictAnswer(
        finding=verdict.finding,
        score=verdict.score,
        label=verdict.label,
        model=verdict.model,
        policy=verdict.policy,
        reasons=verdict.reasons,
        # Named one by one: `fields` (a prompt, a seed) is for moderators only.
        evidence=[
            EvidenceAnswer(
                kind=item["kind"],
                grade=item["grade"],
                label=item["label"],
                generator=item["generator"],
                detail=item["detail"],
            )
            for item in verdict.evidence
        ],
    )


def _decision(decision: Decision | None) -> DecisionAnswer | None:
    if decision is None:
        return None
    return DecisionAnswer(outcome=decision.outcome, decided_at=decision.created_at)


def _failure(row: Submission) -> FailureAnswer | None:
    if row.failure_code is None:
        return None
    return FailureAnswer(
        code=row.failure_code, detail=row.failure_detail or "", permanent=bool(row.failure_permanent)
    )
