"""Every text on a page stands in the catalogue, and what a catalogue says fits what it translates."""

import ast
import re
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog

ROOT = Path(__file__).parents[4]
TEMPLATES = sorted((ROOT / "api" / "templates" / "review").glob("*.html"))
# What is the same in every language.
NAMES = re.compile(r"Kantei|SHA-256|CSV|JSON")
SPOKEN = re.compile(r'\b(?:title|alt|aria-label|aria-description|placeholder|label)="([^"]*)"')


def _load() -> ModuleType:
    loader = SourceFileLoader("messages", str(ROOT / "script" / "messages"))
    spec = spec_from_loader("messages", loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


MESSAGES = _load()
CATALOGUES: list[tuple[Path, Catalog]] = list(MESSAGES.catalogues())
by_language = pytest.mark.parametrize(
    "catalog", [catalog for _, catalog in CATALOGUES], ids=[str(catalog.locale) for _, catalog in CATALOGUES]
)


@pytest.fixture(scope="module")
def wanted() -> Catalog:
    gathered: Catalog = MESSAGES.gather()
    return gathered


@by_language
def test_every_text_is_translated_and_none_is_left_over(catalog: Catalog, wanted: Catalog) -> None:
    """`.venv/bin/python script/messages` brings the catalogues up to date and prints what they lack."""
    assert len(wanted) > 400
    assert MESSAGES.check(catalog, wanted) == []


def test_a_text_without_translation_is_found(wanted: Catalog) -> None:
    lacking = Catalog(locale="ja")
    lacking.add("Queue", "")
    lacking.add("Nobody says this", "これは誰も言わない")
    found = MESSAGES.check(lacking, wanted)
    assert {"Queue", "Appeals", "(not wanted) Nobody says this"} <= set(found)


@by_language
def test_translations_hold_the_same_places_for_values_and_the_same_markup(catalog: Catalog) -> None:
    wrong = [
        f"{_row(message.id)[0]!r}: {text!r}"
        for message in catalog
        for text in _row(message.string)
        if message.id and text and _places(text) not in [_places(one) for one in _row(message.id)]
    ]
    assert wrong == []


def _row(text: object) -> tuple[str, ...]:
    return tuple(text) if isinstance(text, (list, tuple)) else (str(text or ""),)


def _places(text: str) -> list[str]:
    """Give what a translation must keep: `%(name)s`, `%%` and tags, in any order."""
    return sorted(re.findall(r"%\(\w+\)s|%%|%(?![%(])|</?\w[^>]*>", text))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_no_text_outside_the_catalogue(path: Path) -> None:
    assert bare_texts(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<p>Hello</p>", ["Hello"]),
        ('<img alt="A cat">', ["A cat"]),
        ('<button title="Go {{ there }}">{{ _("Go") }}</button>', ["Go"]),
        ('<p>{{ _("Hello") }} {% trans %}you{% endtrans %} <b class="x">1</b></p>', []),
    ],
)
def test_a_bare_text_is_found(template: str, found: list[str]) -> None:
    assert bare_texts(template) == found


def bare_texts(template: str) -> list[str]:
    """List what a reader would see, or hear, that no catalogue knows."""
    text = re.sub(
        r"{% trans.*?{% endtrans %}|{% block body_class %}.*?{% endblock %}|{#.*?#}|{%.*?%}|{{.*?}}",
        "",
        template,
        flags=re.DOTALL,
    )
    seen = re.sub(r"<[^>]*>", "\n", text).splitlines() + SPOKEN.findall(text)
    return [piece.strip() for piece in seen if re.search(r"[^\W\d_]", NAMES.sub("", piece))]


@pytest.mark.parametrize("path", sorted((ROOT / "api" / "review").glob("*.py")), ids=lambda path: path.name)
def test_errors_on_pages_are_in_the_catalogue(path: Path) -> None:
    bare = [
        argument.lineno
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"PageError", "not_found"}
        for argument in node.args
        if isinstance(argument, (ast.Constant, ast.JoinedStr))
    ]
    assert bare == []


@pytest.mark.parametrize(
    "path", sorted((ROOT / "api" / "static" / "review").glob("*.js")), ids=lambda path: path.name
)
def test_scripts_take_their_words_from_the_page(path: Path) -> None:
    code = path.read_text(encoding="utf-8")
    assert (
        re.findall(
            r"""\.(?:textContent|title|ariaLabel|innerText)\s*=\s*["'`][^"'`]*[a-z]{2}(?![^`]*\})""", code
        )
        == []
    )
