"""Examples for the models of this folder; a test checks each against its schema."""

from typing import Any

from core.sayings.codes import EvidenceDetail, FailureDetail, Headline, Place, Reason, StatementText
from core.sayings.saying import render, say
from core.sayings.stored import detail_json, reasons_json, saying_json

_REASON = say(Reason.DECLARED_AND_PIXELS, maker="NovelAI")
_DETAIL = say(EvidenceDetail.NOVELAI_RECORD, where=say(Place.PNG_TEXT, key="Comment"))
REASON: dict[str, Any] = saying_json(_REASON)
EVIDENCE: dict[str, Any] = {
    "kind": "novelai_metadata",
    "grade": "declared",
    "label": "ai",
    "generator": "NovelAI",
    **detail_json(saying_json(_DETAIL)),
}
FAILURE: dict[str, Any] = {
    "code": "gone",
    **detail_json(saying_json(say(FailureDetail.PICTURE_NOT_THERE, host="shop.example", status=404))),
    "permanent": True,
}
DECISION: dict[str, Any] = {
    "outcome": "ai",
    "ground": {"code": "file_record", "text": "A record in the file"},
    "policy": "2026-11-6",
    "decided_at": "2026-11-24T09:30:00.050000Z",
}
SUBMISSION: dict[str, Any] = {
    "id": "01a20ff3c7d27d0f9c1b6f1d2e3a4b5c",
    "state": "examined",
    "source": "api",
    "image_url": "https://shop.example/pictures/1.png",
    "page_url": "https://shop.example/listings/4711",
    "title": "Original drawing",
    "listing_id": "4711",
    "external_id": "1",
    "declared": "human",
    "contradiction": "declared_human_found_ai",
    "created_at": "2026-11-24T08:00:00.120000Z",
    "examined_at": "2026-11-24T08:00:01.480000Z",
    "image": {
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "width": 1024,
        "height": 1536,
        "format": "png",
        "bytes": 812345,
    },
    "verdict": {
        "finding": "flagged",
        "score": 0.973,
        "score_range": [0.941, 0.982],
        "human_share": 0.004,
        "thresholds": {"clear_below": 0.13, "declared_from": 0.6, "flagged_from": 0.93},
        "label": "ai",
        "model": "mobilenet_v2-2026.11-678a9304",
        "policy": "2026-11-1",
        "basis": "declared",
        "headline": "The file says it is AI-generated, and the pixels show signs of it",
        "headline_code": "reader_declared_and_pixels",
        **reasons_json([REASON]),
        "evidence": [EVIDENCE],
    },
    "decision": None,
    "appeal": None,
    "seller": None,
    "failure": None,
    "links": {
        "self": "/v1/submissions/01a20ff3c7d27d0f9c1b6f1d2e3a4b5c",
        "appeal": "/v1/submissions/01a20ff3c7d27d0f9c1b6f1d2e3a4b5c/appeal",
        "heatmap": "/v1/submissions/01a20ff3c7d27d0f9c1b6f1d2e3a4b5c/heatmap",
        "statement": None,
    },
}
_FACTS = [
    say(StatementText.STATEMENT_AI),
    say(StatementText.STATEMENT_FOUND, found=say(Headline.READER_PROVED)),
]
_MEANS = say(
    StatementText.STATEMENT_MEANS, model="mobilenet_v3-2026.11-678a9304", policy=str(DECISION["policy"])
)
STATEMENT: dict[str, Any] = {
    "id": "01a20ff3c7d27d0f9c1b6f1d2e3a4b5c-01a21400a3f17d0f9c1b6f1d2e3a4b5c",
    "submission_id": "01a20ff3c7d27d0f9c1b6f1d2e3a4b5c",
    "listing_id": "4711",
    "external_id": "1",
    "outcome": "ai",
    "decided_at": DECISION["decided_at"],
    "facts": [render(one) for one in _FACTS],
    "fact_codes": [saying_json(one) for one in _FACTS],
    "from_report": False,
    "automated_means": {
        "detection": True,
        "decision": False,
        "model": "mobilenet_v3-2026.11-678a9304",
        "finding": "flagged",
        "score": 0.973,
        "text": render(_MEANS),
    },
    "ground": DECISION["ground"],
    "policy": DECISION["policy"],
    "declared": "human",
    "contradiction": "declared_human_found_ai",
    "redress": {
        "text": render(say(StatementText.STATEMENT_REDRESS)),
        "appeal": "/v1/submissions/01a20ff3c7d27d0f9c1b6f1d2e3a4b5c/appeal",
        "appeal_link": "/v1/submissions/01a20ff3c7d27d0f9c1b6f1d2e3a4b5c/appeal-link",
    },
}
DSA_STATEMENT: dict[str, Any] = {
    "puid": STATEMENT["id"],
    "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
    "incompatible_content_explanation": f"{render(_FACTS[0])} Ground: A record in the file.",
    "content_type": ["CONTENT_TYPE_IMAGE", "CONTENT_TYPE_SYNTHETIC_MEDIA"],
    "category": "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
    "decision_facts": " ".join(render(one) for one in [*_FACTS, _MEANS]),
    "source_type": "SOURCE_VOLUNTARY",
    "automated_detection": "Yes",
    "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED",
}
SUBMITTED: dict[str, Any] = {
    "image_url": "https://shop.example/pictures/1.png",
    "page_url": "https://shop.example/listings/4711",
    "title": "Original drawing",
    "listing_id": "4711",
    "external_id": "1",
    "callback_url": "https://shop.example/kantei",
    "priority": "normal",
    "declared": "human",
}
UPLOADED: dict[str, Any] = {"image": "(the bytes)", **SUBMITTED}
QUOTA: dict[str, Any] = {
    "limit": 1000,
    "period": "day",
    "used": 1000,
    "left": 0,
    "resets_at": "2026-11-25T00:00:00Z",
}
BATCH: dict[str, Any] = {
    "submissions": [SUBMITTED, {"image_url": "https://shop.example/pictures/2.png", "priority": "low"}]
}
PAGE: dict[str, Any] = {"submissions": [SUBMISSION], "next_cursor": None}
IMAGE: dict[str, Any] = {
    **SUBMISSION["image"],
    "verdict": SUBMISSION["verdict"],
    "decision": DECISION,
    "links": {"self": f"/v1/images/{SUBMISSION['image']['sha256']}"},
}
APPEAL: dict[str, Any] = {
    "reason": "I drew this; the layers are at the link.",
    "evidence_url": "https://artist.example/process",
    "evidence_urls": ["https://artist.example/sketches"],
}
APPEAL_FORM: dict[str, Any] = {**APPEAL, "files": ["(the bytes)"]}
APPEAL_ANSWER: dict[str, Any] = {
    "id": "01a20ff3d0b1749f8a2b3c4d5e6f7a8b",
    "submission_id": SUBMISSION["id"],
    "state": "open",
    **APPEAL,
    "files": [{"name": "fox.psd", "bytes": 5_120_006, "sha256": SUBMISSION["image"]["sha256"]}],
    "created_at": "2026-11-25T18:20:00Z",
}
APPEAL_LINK: dict[str, Any] = {
    "page": "/appeal/SECRET",
    "expires_at": "2027-06-02T08:00:02Z",
}
SELLER_STANDING: dict[str, Any] = {
    "name": "aiko",
    "strikes": 1,
    "strike_limit": 3,
    "next_measure": "warning",
}
READER_REPORT: dict[str, Any] = {
    "image_url": "https://shop.example/pictures/1.png",
    "page_url": "https://shop.example/listings/4711",
    "reader": "u-20931",
    "reason": "The left hand has six fingers.",
}
READER_REPORT_BY_ID: dict[str, Any] = {
    "submission_id": "01a20ff3c7d27d0f9c1b6f1d2e3a4b5c",
    "reader": "u-20931",
}
READER_REPORT_ANSWER: dict[str, Any] = {
    "id": "01a20ff3d5e62b8c9f3a4b5c6d7e8f90",
    "submission_id": "01a20ff3c7d27d0f9c1b6f1d2e3a4b5c",
    "created_at": "2026-11-24T08:00:02Z",
}
APPEAL_RESULT: dict[str, Any] = {
    "id": "01a20ff3d0b1749f8a2b3c4d5e6f7a8b",
    "outcome": "human",
    "reply": "Thank you for the layers. They show how the picture was made. We have corrected the decision.",
    "resolved_at": "2026-11-26T10:12:00Z",
}
DELIVERY: dict[str, Any] = {
    "type": "listing.created",
    "timestamp": "2026-11-24T08:00:00Z",
    "data": {
        "listing_id": "4711",
        "title": "Original drawing",
        "url": "https://shop.example/listings/4711",
        "seller": "aiko",
        "declared": "human",
        "images": [{"url": "https://shop.example/pictures/1.png", "id": "1"}],
    },
}
HOOK: dict[str, Any] = {
    "outcome": "accepted",
    "detail": "1 new, 0 known, 0 removed.",
    "listing_id": "4711",
    "submissions": 1,
}
EVENT: dict[str, Any] = {
    "id": "01a20ff3cd1f7a3e8b5c6d7e8f90a1b2",
    "type": "submission.examined",
    "timestamp": "2026-11-24T08:00:01.480000Z",
    "sequence": 1,
    "data": SUBMISSION,
}
EVENT_PAGE: dict[str, Any] = {"events": [EVENT], "has_more": False}
ENDPOINTS: dict[str, Any] = {
    "endpoints": [
        {
            "url": "https://shop.example/kantei",
            "state": "failing",
            "waiting": 3,
            "failures": 2,
            "failing_since": "2026-11-24T08:00:02Z",
            "next_call_at": "2026-11-24T08:05:02Z",
            "last_success_at": "2026-11-24T07:58:00Z",
            "disabled_at": None,
            "disabled_reason": None,
        }
    ]
}
LISTING: dict[str, Any] = {
    "id": "4711",
    "title": "Original drawing",
    "url": "https://shop.example/listings/4711",
    "seller": "aiko",
    "declared": "human",
    "created_at": "2026-11-24T08:00:00.100000Z",
    "updated_at": "2026-11-24T08:00:00.100000Z",
    "deleted_at": None,
    "summary": {"finding": "flagged", "images": 1, "waiting": 0, "examined": 1, "failed": 0},
    "images": [
        {
            "id": "1",
            "url": "https://shop.example/pictures/1.png",
            "removed_at": None,
            "problem": None,
            "finding": "flagged",
            "submission": SUBMISSION,
        }
    ],
    "links": {"self": "/v1/listings/4711", "submissions": "/v1/submissions?listing_id=4711"},
}
PROBLEM: dict[str, Any] = {
    "type": "/docs/problems/quota_exhausted",
    "title": "Quota exhausted",
    "status": 429,
    "detail": "1000 images submitted; the quota is 1000 per day and resets at 2026-11-25T00:00:00Z.",
    "code": "quota_exhausted",
    "quota": QUOTA,
}
_WRONG_FIELD = "must be 'human', 'ai', 'assisted' or 'unknown'"
INVALID_PROBLEM: dict[str, Any] = {
    "type": "/docs/problems/invalid_request",
    "title": "Invalid request",
    "status": 422,
    "detail": f"declared: {_WRONG_FIELD}",
    "code": "invalid_request",
    "errors": [{"field": "declared", "code": "invalid_request", "detail": _WRONG_FIELD}],
}
BATCH_ANSWER: dict[str, Any] = {
    "accepted": 1,
    "refused": 1,
    "results": [
        {
            "status": 202,
            "submission": {**SUBMISSION, "state": "queued", "contradiction": "none"},
            "problem": None,
        },
        {"status": 429, "submission": None, "problem": PROBLEM},
    ],
}
for _name in ("examined_at", "image", "verdict"):
    BATCH_ANSWER["results"][0]["submission"][_name] = None
