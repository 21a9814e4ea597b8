"""`/openapi.json`, and the same as a page: `/docs`, rendered on the server, without scripts or outside
resources.
"""

import json
import re
import shlex
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, render_template
from markupsafe import Markup, escape

from api.document.openapi import FORM, JSON, document_text
from api.http.operator_keys import demand_key
from api.http.parts import parts
from api.schemas.problems import KINDS, Problem, ProblemCode

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)


# What a reader looks for first: the tag of each path, in order.
ORDER = (
    "submissions", "images", "listings", "hooks", "reports", "events", "endpoints", "quota", "operations",
)  # fmt: skip
# How a delivery is signed: docs/marketplaces.md.
SIGNED = ("id: $ID", "timestamp: $NOW", "signature: v1,$SIGNATURE")
WORD = re.compile(r"`([^`]+)`")
routes = Blueprint("reference", __name__)


@routes.app_template_filter("with_code")
def with_code(text: str) -> Markup:
    """Show words between backticks as code, and the code of a problem as a link to what it means."""

    def show(found: re.Match[str]) -> str:
        word = f"<code>{found[1]}</code>"
        return f'<a href="/docs/problems/{found[1]}">{word}</a>' if found[1] in KINDS else word

    return Markup(WORD.sub(show, escape(text or "")))  # noqa: S704  # escaped before


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
    calls = [
        (ORDER.index(operation["tags"][0]), path, method != "post", method.upper(), operation)
        for path, operations in data["paths"].items()
        for method, operation in operations.items()
    ]
    for *_, path, _, method, operation in sorted(calls, key=lambda call: call[:3]):
        asked = (operation.get("requestBody") or {}).get("content", {})
        responses = sorted(operation["responses"].items())
        good = [one for one in responses if one[0].startswith("2")]
        answer = _example((good[0][1].get("content") or {}).get(JSON), schemas)
        yield {
            **operation,
            "path": path,
            "method": method,
            "curl": _curl(
                method, path, _example(asked.get(JSON), schemas), good[0][1], is_form=[*asked] == [FORM]
            ),
            "answer": None if answer is None else json.dumps(answer, indent=2, ensure_ascii=False),
            "bodies": asked,
            "answers": good,
            "problems": [one for one in responses if one not in good],
        }


def _example(content: dict[str, Any] | None, schemas: dict[str, Any]) -> Any:
    """The first example of a body's schema, required fields first; None if it has none."""
    schema = (content or {}).get("schema", {})
    named = _named(schema, schemas)
    return _in_order(next(iter(named.get("examples", [])), None), named, schemas)


def _named(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """What a schema refers to; of several, the first that is not null."""
    options = [one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"]
    found: dict[str, Any] = schemas.get(options[0].get("$ref", "").rsplit("/", 1)[-1], options[0])
    return found


def _in_order(value: Any, schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """An example with its fields as the table has them, all the way down."""
    if isinstance(value, list):
        return [_in_order(one, _named(schema.get("items", {}), schemas), schemas) for one in value]
    if not isinstance(value, dict):
        return value
    fields = _required_fields_first(schema)
    names = [*(name for name in fields if name in value), *(name for name in value if name not in fields)]
    return {name: _in_order(value[name], _named(fields.get(name, {}), schemas), schemas) for name in names}


def _curl(method: str, path: str, sent: Any, good: dict[str, Any], *, is_form: bool) -> str:
    # Braces would be a pattern to curl; a variable is to be set, as a reader sees.
    address = re.sub(r"{(\w+)}", lambda found: f"${found[1].upper()}", path)
    lines = [f'curl "$KANTEI_SERVER{address}"']
    if method != "GET":
        lines[0] += f" -X {method}"
    if path.startswith("/v1/hooks/"):
        lines += [f'-H "webhook-{header}"' for header in SIGNED]
    elif path.startswith("/v1/"):
        lines.append('-H "Authorization: Bearer $KANTEI_API_KEY"')
    if is_form:
        lines.append("-F image=@picture.png")
    elif sent is not None:
        lines.append("-H 'Content-Type: application/json'")
        lines.append(f"-d {shlex.quote(json.dumps(sent, indent=2, ensure_ascii=False))}")
    if "image/png" in (good.get("content") or {}):
        lines.append("-o heatmap.png")
    return " \\\n  ".join(lines)


def _required_first(schemas: dict[str, Any]) -> dict[str, Any]:
    """The schemas with their required fields before the others."""
    return {
        name: {**schema, "properties": fields} if (fields := _required_fields_first(schema)) else schema
        for name, schema in schemas.items()
    }


def _required_fields_first(schema: dict[str, Any]) -> dict[str, Any]:
    required = schema.get("required", [])
    return dict(sorted(schema.get("properties", {}).items(), key=lambda field: field[0] not in required))
