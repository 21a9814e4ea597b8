"""What the document says of bodies: what operations are sent, and what our call backs send."""

from typing import Any

from pydantic import BaseModel

from api.schemas.delivery import Delivery
from api.schemas.requests import NewAppeal, NewAppealForm, NewBatch, NewSubmission, NewUpload
from core.vocabulary import EventKind

BODIES: tuple[type[BaseModel], ...] = (
    NewSubmission,
    NewUpload,
    NewBatch,
    NewAppeal,
    NewAppealForm,
    Delivery,
)
KEY_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Repeating a request with the same key within 24 hours returns the same submission.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
}
CALL_HEADERS = {
    "webhook-id": "The event's id, the same on every attempt.",
    "webhook-timestamp": "The time of this attempt, in seconds since 1970-01-01 UTC.",
    "webhook-signature": "Standard Webhooks: `v1,` and base64, one signature for each active secret.",
}
# Any product of a shop is an object too; what it holds is the shop's to say.
SHOPS_OWN = {"type": "object", "description": "The product as Shopify or WooCommerce sends it."}


def add_bodies(paths: dict[str, Any]) -> None:
    """Describe what operations are sent."""
    create, batch = paths["/v1/submissions"]["post"], paths["/v1/submissions/batch"]["post"]
    for operation in (create, batch):
        operation["parameters"].append(KEY_HEADER)
    create["requestBody"] = _body(**{"application/json": "NewSubmission", "multipart/form-data": "NewUpload"})
    batch["requestBody"] = _body(**{"application/json": "NewBatch"})
    paths["/v1/submissions/{submission_id}/appeal"]["post"]["requestBody"] = _body(
        **{"application/json": "NewAppeal", "multipart/form-data": "NewAppealForm"}
    )
    hook = paths["/v1/hooks/{client_id}"]["post"]
    hook["requestBody"] = _body(**{"application/json": "Delivery"})
    hook["requestBody"]["content"]["application/json"]["schema"] = {"anyOf": [_named("Delivery"), SHOPS_OWN]}
    location = {"description": "Path of the submission.", "required": True, "schema": {"type": "string"}}
    accepted = create["responses"]["202"]
    accepted["headers"] = {"Location": location}
    create["responses"]["200"] = {
        **accepted,
        "description": "A repeated request: the submission in its current state.",
    }


def add_call_backs(spec: dict[str, Any]) -> None:
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
                "tags": ["callbacks"],
                "security": [],
                "parameters": parameters,
                "requestBody": _body(**{"application/json": "EventAnswer"}),
                "responses": {
                    "2XX": {"description": "Received. Any other response is retried for up to 75 hours."},
                    "410": {"description": "Stop: this endpoint is disabled."},
                    "429": {"description": "Too busy: the call is retried after `Retry-After`."},
                },
            }
        }
        for kind in EventKind
    }


def _body(**schemas: str) -> dict[str, Any]:
    content = {kind: {"schema": _named(name)} for kind, name in schemas.items()}
    return {"required": True, "content": content}


def _named(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}
