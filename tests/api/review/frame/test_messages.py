"""Every text on a page stands in the catalogue, and what a catalogue says fits what it translates."""

import ast
import re
import subprocess
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[4]
TEMPLATES = sorted((ROOT / "api" / "templates" / "review").glob("*.html"))
# What is the same in every language.
NAMES = re.compile(r"Kantei|SHA-256|CSV|JSON")
SPOKEN = re.compile(r'\b(?:title|alt|aria-label|aria-description|placeholder|label)="([^"]*)"')


CATALOGUES = sorted((ROOT / "api" / "translations").glob("*/LC_MESSAGES/messages.po"))
by_language = pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parents[1].name)


@by_language
def test_every_text_is_translated(path: Path) -> None:
    catalog = _read(path)
    assert len(catalog) > 400
    assert [_row(one.id)[0] for one in catalog if one.id and (one.fuzzy or not all(_row(one.string)))] == []


@pytest.mark.processes
@by_language
def test_catalogues_hold_the_texts_of_the_pages_and_no_others(path: Path, tmp_path: Path) -> None:
    now = path.read_text(encoding="utf-8")
    assert _updated(now, path.parents[1].name, tmp_path).splitlines() == now.splitlines()


@pytest.mark.processes
def test_a_new_text_comes_without_translation_and_one_left_over_goes(tmp_path: Path) -> None:
    """`script/messages` must not guess: a guess of what a moderator reads is worse than English."""
    written = _updated('msgid "Quests"\nmsgstr "これは誰も言わない"\n', "ja", tmp_path)
    assert 'msgid "Queue"\nmsgstr ""\n' in written
    assert "これは誰も言わない" not in written


def _updated(text: str, language: str, folder: Path) -> str:
    """What `script/messages` makes of a catalogue."""
    path = folder / language / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    subprocess.run([str(ROOT / "script" / "messages"), "--output-dir", str(folder)], check=True)
    return path.read_text(encoding="utf-8")


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parents[1].name)


@by_language
def test_translations_hold_the_same_places_for_values_and_the_same_markup(path: Path) -> None:
    wrong = [
        f"{_row(message.id)[0]!r}: {text!r}"
        for message in _read(path)
        for text in _row(message.string)
        if message.id and text and _places(text) not in [_places(one) for one in _row(message.id)]
    ]
    assert wrong == []


def _row(text: object) -> tuple[str, ...]:
    return tuple(text) if isinstance(text, (list, tuple)) else (str(text or ""),)


def _places(text: str) -> list[str]:
    """What a translation must keep: `%(name)s`, `%%` and tags, in any order."""
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


@pytest.mark.parametrize("path", sorted((ROOT / "api" / "review").rglob("*.py")), ids=lambda path: path.name)
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
