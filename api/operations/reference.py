"""`/openapi.json`, and the same as a page: `/docs`, rendered on the server, without scripts or outside
resources.
"""

import json
import shlex
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, render_template

from api.document.openapi import FORM, JSON, document_text
from api.http.operator_keys import demand_key
from api.http.parts import parts
from api.schemas.problems import KINDS, Problem, ProblemCode

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


routes = Blueprint("reference", __name__)


@routes.get("/openapi.json")
def openapi() -> Response:
    """Serve the OpenAPI document."""
    demand_key(parts().docs_key)
    return Response(document_text(), content_type="application/json")


@routes.get("/docs")
def docs() -> Response:
    """Show the document to a person."""
    demand_key(parts().docs_key)
    data = json.loads(document_text())
    return _page(
        "reference/docs.html",
        info=data["info"],
        operations=list(_operations(data)),
        schemas=_required_first(data["components"]["schemas"]),
        kinds=KINDS,
    )


@routes.get("/docs/problems/<code>")
def problem(code: str) -> Response:
    """Show what a problem means."""
    try:
        kind = KINDS[ProblemCode(code)]
    except ValueError:
        raise Problem(ProblemCode.NOT_FOUND) from None
    return _page("reference/problem.html", code=code, kind=kind)


def _page(template: str, **values: object) -> Response:
    response = Response(render_template(template, **values), content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = PAGE_POLICY
    return response


def _operations(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every call with what a reader wants to see first: a command to try it, and what comes back."""
    schemas = data["components"]["schemas"]
    for path, operations in sorted(data["paths"].items()):
        for method, operation in operations.items():
            asked = (operation.get("requestBody") or {}).get("content", {})
            sent = _example(asked.get(JSON), schemas)
            good: dict[str, Any] = next(
                (one for status, one in operation["responses"].items() if status.startswith("2")), {}
            )
            answer = _example((good.get("content") or {}).get(JSON), schemas)
            yield {
                "path": path,
                "method": method.upper(),
                **operation,
                "curl": _curl(method.upper(), path, sent, has_form=FORM in asked and JSON not in asked),
                "answer": None if answer is None else json.dumps(answer, indent=2, ensure_ascii=False),
            }


def _example(content: dict[str, Any] | None, schemas: dict[str, Any]) -> Any:
    """The first example of a body's schema; None if it has none."""
    schema = (content or {}).get("schema", {})
    options = schema.get("anyOf", [schema])
    name = options[0].get("$ref", "").rsplit("/", 1)[-1]
    return next(iter(schemas.get(name, {}).get("examples", [])), None)


def _curl(method: str, path: str, sent: Any, *, has_form: bool) -> str:
    lines = [f'curl "$KANTEI_SERVER{path}"']
    if method != "GET":
        lines[0] += f" -X {method}"
    if path.startswith("/v1/") and not path.startswith("/v1/hooks/"):
        lines.append('-H "Authorization: Bearer $KANTEI_API_KEY"')
    if has_form:
        lines.append("-F image=@picture.png")
    elif sent is not None:
        lines.append("-H 'Content-Type: application/json'")
        lines.append(f"-d {shlex.quote(json.dumps(sent, ensure_ascii=False))}")
    return " \\\n  ".join(lines)


def _required_first(schemas: dict[str, Any]) -> dict[str, Any]:
    """The schemas with their required fields before the others."""
    found = {}
    for name, schema in schemas.items():
        required = schema.get("required", [])
        fields = sorted(schema.get("properties", {}).items(), key=lambda field: field[0] not in required)
        found[name] = {**schema, "properties": dict(fields)} if fields else schema
    return found
