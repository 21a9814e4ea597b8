"""The callbacks in the OpenAPI document: what Kantei sends to a client's endpoints."""

from typing import Any

from core.vocabulary import EventKind

EVENT = {"$ref": "#/components/schemas/EventAnswer"}
CALL_HEADERS = {
    "webhook-id": "The event's id, the same on every attempt.",
    "webhook-timestamp": "The time of this attempt, in seconds since 1970-01-01 UTC.",
    "webhook-signature": "Standard Webhooks: `v1,` and base64, one signature for each active secret.",
}
WHEN = {
    EventKind.SUBMISSION_EXAMINED: "Kantei has a finding.",
    EventKind.SUBMISSION_FAILED: "The image could not be examined; `data.failure` says why.",
    EventKind.VERDICT_CHANGED: "A later verdict has another finding or label; `data.verdict` is the new one.",
    EventKind.DECISION_MADE: "A moderator decided, and can no longer undo it.",
    EventKind.DECISION_WITHDRAWN: "A decision reported earlier no longer stands. Take back what it led to.",
    EventKind.APPEAL_RESOLVED: "A moderator answered an appeal; `data.decision` is current.",
    EventKind.ENDPOINT_TEST: "You asked for a test. It has no data.",
}


def add_callbacks(spec: dict[str, Any]) -> None:
    """Describe what we send to a client's address, as OpenAPI 3.1's `webhooks`."""
    parameters = [
        {"name": name, "in": "header", "required": True, "description": said, "schema": {"type": "string"}}
        for name, said in CALL_HEADERS.items()
    ]
    spec["webhooks"] = {
        kind.value: {
            "post": {
                "operationId": f"told{''.join(word.title() for word in kind.value.split('.'))}",
                "summary": f"Sent to your callback URL when `{kind.value}` happens.",
                "description": WHEN[kind],
                "tags": ["callbacks"],
                "security": [],
                "parameters": parameters,
                "requestBody": {"required": True, "content": {"application/json": {"schema": EVENT}}},
                "responses": {
                    "2XX": {"description": "Received. Any other response is retried for up to 75 hours."},
                    "410": {"description": "Stop: this endpoint is disabled."},
                    "429": {"description": "Too busy: the call is retried after `Retry-After`."},
                },
            }
        }
        for kind in EventKind
    }
