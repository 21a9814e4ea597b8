"""`/openapi.json`, and the same as a page: `/docs`, rendered on the server, without scripts or outside
resources.
"""

import json
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, render_template

from api.document.openapi import document_text
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
        schemas=data["components"]["schemas"],
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
    for path, operations in sorted(data["paths"].items()):
        for method, operation in operations.items():
            yield {"path": path, "method": method.upper(), **operation}
