"""A hook of mkdocs: pages that stand beside what they describe are part of the site, too.

`docs/` links to pages of other folders as they lie in the repository. Each such Markdown page is taken in
under its own path, and links are rewritten to match; links to other files become plain text.
"""

import posixpath
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("client", "deploy", "extension", "model", "requirements")
# Pages that go by another name on the site: two of one folder would else be its index.html.
NAMES = {"README.md": "overview.md"}
LINK = re.compile(r"\[([^\]]*)\]\(([^)#\s]*)(#[^)\s]*)?\)")


def outside() -> list[Path]:
    """Every Markdown page of the repository that is not in docs/."""
    pages = [*ROOT.glob("*.md"), *(page for folder in FOLDERS for page in (ROOT / folder).rglob("*.md"))]
    return sorted(page for page in pages if "node_modules" not in page.parts)


def site_place(place: str) -> str:
    """The path on the site of a page of the repository."""
    return NAMES.get(place, place.removeprefix("docs/"))


def on_files(files: Any, config: Any) -> Any:
    """Take in the pages outside docs/, and the plots that they show."""
    from mkdocs.structure.files import File  # noqa: PLC0415  # of the extra `docs`

    for page in [*outside(), *(ROOT / "model" / "reports").rglob("*.png")]:
        files.append(File.generated(config, site_place(str(page.relative_to(ROOT))), abs_src_path=str(page)))
    return files


def on_page_markdown(markdown: str, page: Any, files: Any, **_: Any) -> str:
    """Rewrite the links of a page from where it lies in the repository to where it lies on the site."""
    uri = page.file.src_uri
    is_inside = (ROOT / "docs" / uri).is_file()
    here = posixpath.dirname(f"docs/{uri}" if is_inside else uri)
    known = {file.src_uri for file in files}

    def rewrite(found: re.Match[str]) -> str:
        text, target, anchor = found[1], found[2], found[3] or ""
        if not target or re.match(r"[a-z]+:", target):
            return found[0]
        place = site_place(posixpath.normpath(posixpath.join(here, target)))
        if place not in known:
            return text
        return f"[{text}]({posixpath.relpath(place, posixpath.dirname(uri) or '.')}{anchor})"

    return LINK.sub(rewrite, markdown)
