"""Submissions, images and parts of listings as API JSON, for responses and callbacks.

Callbacks are made by the worker, answers and pulled events by the API; they share no room but this
one, and what they say of a submission must be the same. `api/schemas/answers.py` describes it.
"""

from datetime import datetime
from typing import Any

from core.declarations import Declared, contradiction_of
from core.headlines import Audience, basis_of, headline
from core.sayings.saying import render
from core.sayings.stored import detail_json, reasons_json
from core.vocabulary import Gauge, Outcome
from store.tables.appeal_tables import Appeal
from store.tables.case_tables import Decision, Image, Verdict
from store.tables.submission_tables import Submission

AGAINST_PICTURE = (Outcome.AI, Outcome.ASSISTED)  # decisions that a statement of reasons goes with
NO_GAUGE: dict[str, Any] = {"score_range": None, "human_share": None, "thresholds": None}


def gauge_json(gauge: Gauge) -> dict[str, Any]:
    """What a gauge shows beside the score, as rows keep it and answers give it."""
    lines = gauge.thresholds
    return {
        "score_range": gauge.score_range and list(gauge.score_range),
        "human_share": gauge.human_share,
        "thresholds": {
            "clear_below": lines.clear_below,
            "declared_from": lines.bears_out_from,
            "flagged_from": lines.flagged_from,
        },
    }


def standing_json(row: Submission) -> dict[str, Any]:
    """Write a submission as it is now, read with image, verdict and reported decision, or new."""
    return submission_json(row, row.image.reported if row.image is not None else None)


def submission_json(
    row: Submission,
    decision: Decision | None,
    verdict: Verdict | None = None,
    *,
    declared: Declared | None = None,
    answered: Appeal | None = None,
    seller: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Write a submission that was read with its image and verdict, under the given decision.

    `verdict` is an earlier one, where the submission has another by now; `declared` what it declared by
    then, where its listing declares something else by now; `answered` the appeal that an event is about,
    read with its messages; `seller` the seller's standing by then.
    """
    declared, verdict = declared or row.declared, verdict or row.verdict
    own = f"/v1/submissions/{row.id}"
    return {
        "id": row.id,
        "state": row.state.value,
        "source": row.source.value,
        "image_url": row.image_url,
        "page_url": row.page_url,
        "title": row.title,
        "listing_id": row.listing_id,
        "external_id": row.external_id,
        "declared": declared.value,
        "contradiction": contradiction_of(declared, verdict.label if verdict else None).value,
        "created_at": time_json(row.created_at),
        "examined_at": time_json(row.examined_at),
        "image": _facts(row.image) if row.image is not None else None,
        "verdict": _verdict(verdict),
        "decision": _decision(decision),
        "appeal": _answer_to(answered),
        "seller": seller,
        "failure": row.failure_code
        and {
            "code": row.failure_code.value,
            **detail_json(row.failure_says),
            "permanent": bool(row.failure_permanent),
        },
        "links": {
            "self": own,
            "appeal": f"{own}/appeal" if row.verdict_id else None,
            "heatmap": f"{own}/heatmap" if row.verdict_id else None,
            "statement": f"{own}/statement" if decision and decision.outcome in AGAINST_PICTURE else None,
        },
    }


def image_json(row: Image) -> dict[str, Any]:
    """Write an image that was read with its verdict and reported decision."""
    return {
        **_facts(row),
        "verdict": _verdict(row.verdict),
        "decision": _decision(row.reported),
        "links": {"self": f"/v1/images/{row.sha256}"},
    }


def time_json(moment: datetime | None) -> str | None:
    """Write a moment in UTC by RFC 3339."""
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")


def _facts(image: Image) -> dict[str, Any]:
    return {
        "sha256": image.sha256,
        "width": image.width,
        "height": image.height,
        "format": image.format,
        "bytes": image.bytes,
    }


def _decision(decision: Decision | None) -> dict[str, Any] | None:
    if decision is None:
        return None
    texts = decision.ground_texts
    return {
        "outcome": decision.outcome.value,
        "ground": {"code": decision.ground, "text": texts["en"]} if texts else None,
        "policy": decision.policy,
        "decided_at": time_json(decision.created_at),
    }


def _answer_to(appeal: Appeal | None) -> dict[str, Any] | None:
    if appeal is None:
        return None
    return {
        "id": appeal.id,
        "outcome": appeal.outcome and appeal.outcome.value,
        "reply": appeal.reply and appeal.reply.text,
        "resolved_at": time_json(appeal.resolved_at),
    }


def _verdict(verdict: Verdict | None) -> dict[str, Any] | None:
    if verdict is None:
        return None
    reader = headline(Audience.READER, verdict.finding, verdict.basis, verdict.evidence)
    return {
        "finding": verdict.finding.value,
        "score": verdict.score,
        **(verdict.gauge or NO_GAUGE),
        "label": verdict.label and verdict.label.value,
        "model": verdict.model,
        "policy": verdict.policy,
        "basis": basis_of(verdict.basis, verdict.evidence).value,
        "headline": render(reader),
        "headline_code": reader.code.value,
        **reasons_json(verdict.reasons),
        # Named one by one: `fields` (a prompt, a seed) is for moderators only.
        "evidence": [
            {name: item[name] for name in ("kind", "grade", "label", "generator")}
            | detail_json(item["detail"])
            for item in verdict.evidence
        ],
    }
