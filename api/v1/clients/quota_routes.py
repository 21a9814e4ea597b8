"""What is left of a client's quota."""

from apiflask import APIBlueprint
from flask import Response

from api.http.access import access
from api.http.auth import admit, current_caller
from api.http.parts import parts
from api.http.rendering import json_response, quota_answer
from api.schemas.answers import QuotaAnswer
from core.clock import now
from core.vocabulary import Scope
from store.clients.quotas import read_quota

routes = APIBlueprint("quota", __name__, url_prefix="/v1")
routes.before_request(admit)


@routes.get("/quota")
@routes.output(QuotaAnswer)
@routes.doc(operation_id="readQuota")
@access(Scope.READ)
def read() -> Response:
    """Get how many images you can still submit, and when the quota resets."""
    caller = current_caller()
    if caller.quota is None:
        return json_response(quota_answer(None))
    with parts().database.reading() as session:
        return json_response(quota_answer(read_quota(session, caller.client_id, caller.quota, now())))
