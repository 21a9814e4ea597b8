"""The OpenAPI 3.1 document: APIFlask's, with what it leaves out.

Decorators at the routes say paths, parameters, bodies and answers; here is added what they cannot say:
scopes, the problems of each operation, bodies of several kinds, and callbacks.
"""

import json
import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, cast

from apiflask import APIFlask
from flask import current_app
from pydantic import BaseModel

from api.document.openapi_callbacks import add_callbacks
from api.http.access import access_of
from api.http.parts import ApiParts, shared
from api.schemas.answers import ProblemAnswer
from api.schemas.event_schemas import EventAnswer
from api.schemas.problems import KINDS, ProblemCode
from api.schemas.requests import without_null

PROBLEMS, BODIES = "x-problems", "x-bodies"
JSON, FORM = "application/json", "multipart/form-data"
# Every operation behind a key can end so.
ALWAYS = (
    ProblemCode.BAD_REQUEST,
    ProblemCode.UNAUTHORIZED,
    ProblemCode.RATE_LIMITED,
    ProblemCode.INTERNAL_ERROR,
    ProblemCode.UNAVAILABLE,
)
PATH_PATTERNS = {
    "submission_id": "^[0-9a-f]{32}$",
    "sha256": "^[0-9a-f]{64}$",
    "client_id": "^[0-9a-f]{32}$",
    "listing_id": "^[^\\x00-\\x1f\\x7f-\\x9f]{1,255}$",
}
# How deliveries of marketplaces are signed; the client's scheme says which it is.
SIGNATURES = {
    "standardWebhooks": {"type": "apiKey", "in": "header", "name": "webhook-signature"},
    "shopify": {"type": "apiKey", "in": "header", "name": "X-Shopify-Hmac-SHA256"},
    "wooCommerce": {"type": "apiKey", "in": "header", "name": "X-WC-Webhook-Signature"},
}
HEADERS = {401: "WWW-Authenticate", 403: "WWW-Authenticate", 429: "Retry-After", 503: "Retry-After"}
PLACE = re.compile(r"<(?:[^>:]+:)?(\w+)>")
SCHEMA_PATH = "#/components/schemas/"
DESCRIPTION = (
    "Submit anime pictures, and read each finding with its reasons. "
    "Responses other than 2xx are problems (RFC 9457) with a `code` from the closed set `ProblemCode`."
)


def problems(*codes: ProblemCode) -> dict[str, Any]:
    """For `doc(extensions=...)`: the problems with which an operation of its own can end."""
    return {PROBLEMS: codes}


def reads(bodies: Mapping[str, type[BaseModel] | tuple[type[BaseModel], ...]]) -> dict[str, Any]:
    """For `doc(extensions=...)`: the bodies of an operation that accepts several kinds."""
    return {BODIES: bodies}


def prepare(app: APIFlask) -> None:
    """Set what the document says of the whole, and have it made whole."""
    app.info = {"description": DESCRIPTION}
    app.servers = [{"url": "/"}]  # not from the first request's Host, which may be anyone's
    app.security_schemes = {"apiKey": {"type": "http", "scheme": "bearer"}, **SIGNATURES}
    app.config.update(
        AUTO_TAGS=False,
        AUTO_200_RESPONSE=False,
        AUTO_404_RESPONSE=False,
        AUTO_AUTH_ERROR_RESPONSE=False,
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        VALIDATION_ERROR_STATUS_CODE=422,
    )
    app.spec_processor(lambda spec: complete(spec, _scopes(app)))


def document_text() -> str:
    """The document of the application that is answering, as JSON; written once."""
    return shared(_write)


def _write(_parts: ApiParts) -> str:
    return json.dumps(cast(APIFlask, current_app).spec, separators=(",", ":"))


def _scopes(app: APIFlask) -> dict[tuple[str, str], StrEnum]:
    """The scope that each operation needs, from its route."""
    return {
        (PLACE.sub(r"{\1}", rule.rule), method.lower()): scope
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
        if (scope := access_of(app.view_functions[rule.endpoint]).needs) is not None
        and rule.rule.startswith("/v1/")
    }


def complete(spec: dict[str, Any] | str, scopes: Mapping[tuple[str, str], StrEnum]) -> dict[str, Any] | str:
    """Add what decorators cannot say."""
    if isinstance(spec, str):
        raise TypeError("the document is made as JSON, not as YAML")
    schemas = spec.setdefault("components", {}).setdefault("schemas", {})
    _add_schema(schemas, ProblemAnswer)
    _add_schema(schemas, EventAnswer)
    spec["security"] = [{"apiKey": []}]
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            scope = scopes.get((path, method))
            if scope is not None:
                operation["security"] = [{"apiKey": [scope.value]}]
            is_public = not path.startswith("/v1/")
            operation["tags"] = ["operations" if is_public else path.split("/")[2]]
            _complete_operation(operation, is_public=is_public, has_scope=scope is not None)
            _complete_body(operation, schemas)
    add_callbacks(spec)
    return _flatten(spec)


def _complete_operation(operation: dict[str, Any], *, is_public: bool, has_scope: bool) -> None:
    for parameter in operation["parameters"]:
        parameter["schema"] = without_null(parameter["schema"])
        if parameter["in"] == "path":
            parameter["schema"]["pattern"] = PATH_PATTERNS[parameter["name"]]
    codes = set(operation.pop(PROBLEMS, ()))
    codes |= {ProblemCode.INTERNAL_ERROR} if is_public else set(ALWAYS)
    codes |= {ProblemCode.INSUFFICIENT_SCOPE} if has_scope else set()
    if is_public:
        operation["security"] = []
    for status in sorted({KINDS[code].status for code in codes}):
        operation["responses"][str(status)] = _problem_response(
            [code for code in ProblemCode if code in codes and KINDS[code].status == status]
        )


def _complete_body(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    bodies: dict[str, Any] = {}
    for media_type, kinds in operation.pop(BODIES, {}).items():
        named = [_add_schema(schemas, model) for model in (kinds if isinstance(kinds, tuple) else (kinds,))]
        bodies[media_type] = {"schema": named[0] if len(named) == 1 else {"anyOf": named}}
    if bodies:
        operation["requestBody"] = {"content": bodies}
    if "requestBody" in operation:
        operation["requestBody"]["required"] = True


def _problem_response(codes: Iterable[ProblemCode]) -> dict[str, Any]:
    codes = list(codes)
    status = KINDS[codes[0]].status
    response: dict[str, Any] = {
        "description": " ".join(f"`{code}`: {KINDS[code].meaning}" for code in codes),
        "content": {"application/problem+json": {"schema": {"$ref": SCHEMA_PATH + "ProblemAnswer"}}},
    }
    header = HEADERS.get(status)
    if header is not None:
        kind = "integer" if header == "Retry-After" else "string"
        response["headers"] = {header: {"required": True, "schema": {"type": kind}}}
    return response


def _add_schema(schemas: dict[str, Any], model: type[BaseModel]) -> dict[str, str]:
    """Add a model and the models in it; returns the reference to it."""
    schema = model.model_json_schema(ref_template=SCHEMA_PATH + "{model}")
    schemas.update(schema.pop("$defs", {}))
    schemas[model.__name__] = schema
    return {"$ref": SCHEMA_PATH + model.__name__}


def _flatten(spec: dict[str, Any]) -> dict[str, Any]:
    """Name every schema once: APIFlask repeats the parts of each model, as `Model.Part`."""
    schemas = spec["components"]["schemas"]
    text = json.dumps(spec)
    for name in schemas:
        if "." in name:
            text = text.replace(f'"{SCHEMA_PATH}{name}"', f'"{SCHEMA_PATH}{name.rpartition(".")[2]}"')
    flat: dict[str, Any] = json.loads(text)
    flat["components"]["schemas"] = {
        name.rpartition(".")[2]: schema for name, schema in sorted(flat["components"]["schemas"].items())
    }
    return flat
