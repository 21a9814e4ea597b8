"""The webhook inbox: only signed deliveries are accepted; their images are examined later."""

import logging
import re
from collections.abc import Mapping

from apiflask import APIBlueprint
from flask import Request, Response, request

from api.document.openapi import JSON, SIGNATURES, problems, reads
from api.http.access import access
from api.http.bodies import KIB, read_body
from api.http.parts import parts, shared
from api.http.rendering import json_response
from api.http.request_limits import rate_limits, refuse_too_many
from api.schemas.delivery import Delivery, ShopProduct
from api.schemas.hook_schemas import HookAnswer
from api.schemas.problems import FieldError, Problem, ProblemCode, invalid, unavailable
from api.v1.market.hook_clients import HookClient, Inboxes
from api.v1.market.hook_intake import HookIntake, parse_delivery, to_answer
from core.vocabulary import Scheme
from marketplace.signatures import is_signed

MOST_BODY = 2 * KIB * KIB  # a product with 250 images and 2,000 variants has less
FAILURES_A_MINUTE = 6000  # for each address; a signature costs little to check, but not nothing
EXCESS = 10  # a shop cannot spread its deliveries as a program can: so many times the usual rate
PING = re.compile(rb"webhook_id=[0-9]{1,20}")

log = logging.getLogger(__name__)


routes = APIBlueprint("hooks", __name__, url_prefix="/v1/hooks")


@routes.post("/<string:client_id>")
@routes.output(HookAnswer)
@routes.doc(
    operation_id="receiveHook",
    security=list(SIGNATURES),
    extensions=problems(
        ProblemCode.BODY_TOO_LARGE, ProblemCode.UNSUPPORTED_MEDIA_TYPE, ProblemCode.INVALID_REQUEST
    )
    | reads({JSON: (Delivery, ShopProduct)}),
)
@access(public=True, body_limit=MOST_BODY)
def receive(client_id: str) -> Response:
    """Receive a webhook about a listing, signed with the client's scheme."""
    client = shared(Inboxes).find(client_id)
    body = read_body(request)
    headers = {name.lower(): value for name, value in request.headers.items()}
    if client is not None and client.scheme is Scheme.WOOCOMMERCE and _is_ping(request, body):
        return json_response(to_answer("ping", "This webhook address is active."))
    client = _admit(client, headers, body)
    delivery = parse_delivery(client, headers, body)
    answer = shared(HookIntake).receive(client, delivery)
    if answer.outcome == "unreadable" and client.scheme is Scheme.STANDARD:
        raise invalid((FieldError(delivery.reading.field, ProblemCode.INVALID_REQUEST, answer.detail),))
    return json_response(answer)


def _is_ping(incoming: Request, body: bytes) -> bool:
    """True for WooCommerce's ping, which is unsigned and sent as a form."""
    return (
        incoming.mimetype == "application/x-www-form-urlencoded"
        and "X-WC-Webhook-Signature" not in incoming.headers
        and PING.fullmatch(body) is not None
    )


def _admit(client: HookClient | None, headers: Mapping[str, str], body: bytes) -> HookClient:
    """The client, if the delivery is signed. Errors: Problem (unauthorized, rate_limited, unavailable)."""
    if client is not None and not client.keys:
        # Never verified with an empty key: anyone can sign with that.
        log.error("inbox of client %s is closed: no usable webhook secret", client.id)
        raise unavailable(60)
    address = request.remote_addr or ""
    refuse_too_many(rate_limits().look("hook-failed", address, FAILURES_A_MINUTE))
    if client is None or not is_signed(client.scheme, client.keys, headers, body):
        rate_limits().hit("hook-failed", address, FAILURES_A_MINUTE)
        raise Problem(
            ProblemCode.UNAUTHORIZED,
            "The delivery is not signed with one of this client's active secrets, "
            "or its timestamp is more than five minutes off.",
            headers={"WWW-Authenticate": 'Webhook realm="kantei"'},
        )
    refuse_too_many(rate_limits().hit("hook", client.id, EXCESS * parts().rate_limit))
    return client
