"""Files of your own: `KANTEI_TEST_CASES` names a folder whose pictures must all be examined."""

import os
from pathlib import Path

import pytest

from core.sayings.codes import Reason
from core.settings.settings import read_settings
from core.vocabulary import EvidenceKind, Grade, Label
from kantei.checking.looking import Look, Looker
from tests.services import leave_out

PICTURES = {".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".bmp"}
# What files of these names declare; all others must declare nothing.
DECLARED = {
    "chinese-big-in-big.jpg": EvidenceKind.A1111_PARAMETERS,
    "control-packed-text-0.9MB.png": EvidenceKind.A1111_PARAMETERS,
    "declared-ai-and-packed-text.png": EvidenceKind.A1111_PARAMETERS,
    "plain.png": EvidenceKind.A1111_PARAMETERS,
    "three-segments.jpg": EvidenceKind.A1111_PARAMETERS,
    "control-xmp-utf8.jpg": EvidenceKind.IPTC_DIGITAL_SOURCE_TYPE,
    "xmp-utf16-big.jpg": EvidenceKind.IPTC_DIGITAL_SOURCE_TYPE,
}


@pytest.fixture(scope="module")
def looks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Look]:
    folder = os.environ.get("KANTEI_TEST_CASES")
    if folder is None:
        leave_out("folder of pictures", "KANTEI_TEST_CASES names none")
    settings = read_settings({"KANTEI_DATA_DIR": str(tmp_path_factory.mktemp("data"))})
    looker = Looker(settings, {}, 1)
    files = [file for file in sorted(Path(folder).iterdir()) if file.suffix.lower() in PICTURES]
    assert files
    return {file.name: looker.look(str(file)) for file in files}


def test_every_picture_is_examined(looks: dict[str, Look]) -> None:
    assert {name: look.failure for name, look in looks.items() if look.failure is not None} == {}


def test_each_declares_what_it_should(looks: dict[str, Look]) -> None:
    found = {
        name: [one.kind for one in look.evidence if one.grade is Grade.DECLARED and one.label is Label.AI]
        for name, look in looks.items()
    }
    assert found == {name: [DECLARED[name]] if name in DECLARED else [] for name in looks}


def test_none_is_flagged_by_what_it_says(looks: dict[str, Look]) -> None:
    for name, look in looks.items():
        assert look.opinion is not None
        labels = {one.label for one in look.evidence if one.kind is EvidenceKind.PIXELS}
        assert look.opinion.judgement.label is None or look.opinion.judgement.label in labels, name


def test_animations_say_how_many_frames_they_have(looks: dict[str, Look]) -> None:
    said = {
        name
        for name, look in looks.items()
        if look.opinion is not None
        and any(getattr(one, "code", None) is Reason.FRAMES_COUNTED for one in look.opinion.judgement.reasons)
    }
    assert said == {name for name in looks if name.endswith(".gif")}
