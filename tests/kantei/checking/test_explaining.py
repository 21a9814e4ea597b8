"""`--explain` begins with the verdict, and readers that found nothing take one line together."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from kantei.checking.check import check
from tests.provenance.making import INFOTEXT
from tests.provenance.writing import drawing, jpeg, png, text_chunk

pytestmark = pytest.mark.processes


@pytest.fixture
def explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is printed for a generator's picture, one without records, and a file that is none."""
    monkeypatch.setenv("KANTEI_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    Path("a.png").write_bytes(png(drawing(200, 160), [text_chunk("parameters", INFOTEXT)]))
    Path("b.jpg").write_bytes(jpeg())
    Path("c.png").write_bytes(b"no picture")
    Path("e.png").write_bytes(b"")
    done = CliRunner().invoke(check, ["--explain", "a.png", "b.jpg", "c.png", "d.png", "e.png"])
    assert done.exit_code == 1
    return done.output.splitlines()


def test_the_verdict_comes_first_then_what_was_found_in_one_line_what_was_not(explained: list[str]) -> None:
    a, b, c, d, e = (explained.index(name) for name in ("a.png", "b.jpg", "c.png", "d.png", "e.png"))
    verdict, reason = explained[a + 1 : a + 3]
    assert verdict.strip().partition(",")[0] in {"uncertain", "flagged"}
    assert verdict.endswith(" of 100")
    assert "The file says it was generated with A1111" in reason
    assert "  container: chunks, segments or boxes" in explained
    heads = [line.strip().partition(":")[0] for line in explained[a + 2 : b] if not line.startswith("    ")]
    assert heads == ["container", "a1111", "Nothing found by"]
    assert explained[c + 1].startswith("  failed: not_an_image: ")
    assert explained[d + 1 : e] == ["  failed: gone: No such file."]
    assert explained[e + 1 :] == ["  failed: not_an_image: The file must not be empty."]
    silent = [line for line in explained if line.startswith("  Nothing found by: ")]
    assert ["a1111" in line for line in silent] == [False, True]
    assert "stealth, novelai, c2pa" in silent[0]
    assert not any(line.strip() == "Nothing found." for line in explained)
