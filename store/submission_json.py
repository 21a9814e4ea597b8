"""A submission as the contract writes it, for events: the same that the API answers.

Call backs are made by the worker and pulled events by the API, which share no room but this one.
"""

from datetime import datetime
from typing import Any

from store.tables import Decision, Image, Submission, Verdict


def submission_json(row: Submission, decision: Decision | None) -> dict[str, Any]:
    """Write a submission that was read with its image and verdict, under the given decision."""
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
        "created_at": time_json(row.created_at),
        "examined_at": time_json(row.examined_at),
        "image": _image(row.image),
        "verdict": _verdict(row.verdict),
        "decision": decision
        and {"outcome": decision.outcome.value, "decided_at": time_json(decision.created_at)},
        "failure": row.failure_code
        and {
            "code": row.failure_code.value,
            "detail": row.failure_detail or "",
            "permanent": bool(row.failure_permanent),
        },
        "links": {
            "self": own,
            "appeal": f"{own}/appeal" if row.verdict_id else None,
            "heatmap": f"{own}/heatmap" if row.verdict_id else None,
        },
    }


def time_json(moment: datetime | None) -> str | None:
    """Write a moment in UTC by RFC 3339."""
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")


def _image(image: Image | None) -> dict[str, Any] | None:
    if image is None:
        return None
    return {
        "sha256": image.sha256,
        "width": image.width,
        "height": image.height,
        "format": image.format,
        "bytes": image.bytes,
    }


def _verdict(verdict: Verdict | None) -> dict[str, Any] | None:
    if verdict is None:
        return None
    return {
        "finding": verdict.finding.value,
        "score": verdict.score,
        "label": verdict.label and verdict.label.value,
        "model": verdict.model,
        "policy": verdict.policy,
        "reasons": verdict.reasons,
        # Named one by one: `fields` (a prompt, a seed) is for moderators only.
        "evidence": [
            {name: item[name] for name in ("kind", "grade", "label", "generator", "detail")}
            for item in verdict.evidence
        ],
    }
