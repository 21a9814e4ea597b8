"""One word, one thing: names have one meaning in the whole program, and docstrings say what comes back."""

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("api", "core", "kantei", "marketplace", "model", "provenance", "store", "worker")
PYTHONS_OWN = {"__init__", "__main__"}
COMMANDS = ("Give", "Gives", "Tell", "Tells", "Say", "Says")  # name the speaker's act, not the result


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def trees(*folders: str) -> dict[Path, ast.Module]:
    files = [file for folder in folders for file in sorted((ROOT / folder).rglob("*.py"))]
    return {file.relative_to(ROOT): tree(file) for file in files}


def test_a_public_class_or_module_has_one_meaning() -> None:
    places = defaultdict(set)
    for file, parsed in trees(*ROOMS).items():
        if file.stem not in PYTHONS_OWN:
            places[file.stem].add(str(file))
        for node in parsed.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].add(str(file))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


@pytest.mark.parametrize("folder", [*ROOMS, "bench", "migrations", "tests"])
def test_a_docstring_says_the_result_or_the_act(folder: str) -> None:
    wrong = []
    for file, parsed in trees(folder).items():
        for node in ast.walk(parsed):
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                first = (ast.get_docstring(node) or "").partition(" ")[0]
                if first in COMMANDS:
                    wrong.append(f"{file}:{getattr(node, 'lineno', 1)}")
    assert wrong == []
