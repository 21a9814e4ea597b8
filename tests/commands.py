"""The commands that documents show: in fenced blocks of shell, and as code in sentences."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from kantei.__main__ import kantei

ROOT = Path(__file__).parents[1]
FOLDERS = ("client", "deploy", "docs", "extension", "model", "requirements")
ANY_BLOCK = re.compile(r"^ *```.*?^ *```$", re.DOTALL | re.MULTILINE)
# A heading, a block of shell, or a block of anything else: a comment in it is no heading.
PART = re.compile(
    r"^#+ (?P<heading>[^\n]+)$|^(?P<in> *)```sh\n(?P<text>.*?)^(?P=in)```$|" + ANY_BLOCK.pattern,
    ANY_BLOCK.flags,
)
ASSIGNMENT = re.compile(r"[A-Z_]+=")


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block of shell, under the heading where it stands."""

    page: str
    heading: str
    text: str

    def commands(self) -> list[str]:
        """Its commands, each with all of its lines and without comments."""
        found, waiting = [], ""
        for line in self.text.splitlines():
            waiting += line.strip() if not waiting else f"\n{line}"
            try:
                words = shlex.split(waiting, comments=True)
            except ValueError:  # a quotation or a line that goes on
                continue
            if words:
                found.append(re.sub(r"\s+# .*$", "", waiting))
            waiting = ""
        return found


def documents() -> list[Path]:
    """Every page of the repository."""
    pages = [*ROOT.glob("*.md"), *(page for folder in FOLDERS for page in (ROOT / folder).rglob("*.md"))]
    return [page for page in pages if "node_modules" not in page.parts]


def blocks(page: Path) -> Iterator[Block]:
    """The blocks of shell of a page, in order."""
    heading = ""
    for found in PART.finditer(page.read_text(encoding="utf-8")):
        heading = found["heading"] or heading
        if found["text"] is not None:
            yield Block(str(page.relative_to(ROOT)), heading, found["text"])


def spans(page: Path) -> list[str]:
    """What stands as code in the sentences and tables of a page."""
    prose = ANY_BLOCK.sub("", page.read_text(encoding="utf-8"))
    return [re.sub(r"\s+", " ", span) for span in re.findall(r"`([^`]+)`", prose)]


def bare(command: str) -> str:
    """The command without assignments before it, and with `kantei` by its name alone."""
    words = command.split(" ")
    while ASSIGNMENT.match(words[0]) and len(words) > 1:
        words = words[1:]
    return re.sub(r"^(?:\.venv/bin/|python -m |gpu/bin/python -m )(?=kantei\b)", "", " ".join(words))


def unknown_words(command: str) -> list[str]:
    """The subcommands and options in a `kantei …` that there are not."""
    words = re.findall(r"--[a-z][\w-]*|[^\s\[\]|\\]+", command.partition(" ")[2])
    found: click.Command = kantei
    context = click.Context(kantei)
    while isinstance(found, click.Group) and words and not words[0].startswith("-"):
        inner = found.get_command(context, words[0])
        if inner is None:
            return [words[0]]
        found, words = inner, words[1:]
    options = {"--help", *(name for one in found.params for name in (*one.opts, *one.secondary_opts))}
    return [word for word in words if word.startswith("--") and word not in options]
