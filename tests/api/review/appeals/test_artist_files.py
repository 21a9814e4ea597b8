"""Files on the artist's page: of known kinds, within limits, and for moderators' downloads alone."""

import io
from dataclasses import replace

import pytest
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse

from api.app import create_app
from api.http.parts import FileLimits
from api.v1.appeals.file_kinds import HEAD
from core.vocabulary import FileKind
from store.bytes.blobs import FolderBlobs
from store.tables.appeal_tables import Appeal, AppealFile
from tests.api.review.appeals.test_artist import address
from tests.api.review.conftest import Desk, Visit, hidden

PSD = b"8BPS\x00\x01" + bytes(500)
SAI = bytes(range(256)) * (HEAD // 256)
PROCREATE = b"PK\x03\x04" + bytes(26) + b"Document.archive" + bytes(100)
LIMITS = FileLimits(files=3, bytes=20_000, each=10_000, a_day=30_000, floor=1_000)


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """A desk that takes few and small files."""
    parts = replace(desk.parts, file_limits=LIMITS)
    app = create_app(parts)
    app.testing = True
    return Desk(app, parts, desk.shop)


def send(visit: Visit, page: str, *files: tuple[str, bytes], reason: str = "I drew it.") -> TestResponse:
    token = hidden(visit.get(page).text, "form_token")
    streams = [FileStorage(io.BytesIO(data), name) for name, data in files]
    return visit.client.post(page, data={"form_token": token, "reason": reason, "files": streams})


def kept(desk: Desk) -> list[AppealFile]:
    with desk.parts.database.reading() as session:
        return list(session.scalars(select(AppealFile).order_by(AppealFile.id)))


def blobs_in(blobs: FolderBlobs) -> int:
    return sum(path.is_file() for path in blobs._root.rglob("*"))


def test_an_artists_files_are_shown_to_the_artist_and_downloaded_by_a_moderator(desk: Desk) -> None:
    sha256, artist = desk.add_case(0.95), desk.visit()
    page = address(desk, sha256)
    assert 'type="file"' in artist.get(page).text
    assert send(artist, page, ("線画.psd", PSD), ("lines.sai", SAI)).status_code == 303
    shown = artist.get(page).text
    for text in (
        "What you sent",
        "線画.psd",
        "Photoshop layers, 506 B",
        "lines.sai",
        "SAI layers",
        "with 2 files",
    ):
        assert text in shown
    files = kept(desk)
    assert [file.kind for file in files] == [FileKind.PHOTOSHOP, FileKind.SAI]
    assert all(file.created_at for file in files)
    moderator = desk.as_person()
    case = moderator.get(f"/review/cases/{sha256}").text
    path = f"/review/appeals/{files[0].appeal_id}/files/{files[0].id}"
    assert f'href="{path}">Download (Photoshop layers, 506 B)</a>' in case
    answer = moderator.get(path)
    assert answer.data == PSD
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=appeal-")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    # Nothing of it is ever shown to who holds the link alone.
    assert desk.visit().get(path).status_code == 302


def test_more_can_be_sent_while_the_appeal_waits_and_is_one_appeal(desk: Desk) -> None:
    page, artist = address(desk, desk.add_case(0.95)), desk.visit()
    assert send(artist, page).status_code == 303
    assert send(artist, page, ("a.procreate", PROCREATE), reason="").status_code == 303
    assert send(artist, page, reason="The layers are there now.").status_code == 303
    with desk.parts.database.reading() as session:
        assert len(session.scalars(select(Appeal)).all()) == 1
    assert [file.kind for file in kept(desk)] == [FileKind.PROCREATE]
    shown = artist.get(page).text
    assert "The layers are there now." in shown
    assert "a.procreate" in shown


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ([("a.psd", PSD), ("run.psd", b"MZ\x90" + bytes(500))], "“run.psd” is not a kind of file"),
        ([("page.png", b"<html><script>alert(1)</script>")], "“page.png” is not a kind of file"),
        ([("all.zip", b"PK\x03\x04" + bytes(500))], "“all.zip” is not a kind of file"),
        ([("text.sai", b"a text " * 1000)], "“text.sai” is not a kind of file"),
        ([("big.psd", b"8BPS" + bytes(10_000))], "“big.psd” is larger than 10,000 B"),
        ([("none.psd", b"")], "“none.psd” is empty"),
        ([(f"{n}.psd", PSD) for n in range(4)], "more than 3 files"),
        ([(f"{n}.psd", b"8BPS" + bytes(9_000)) for n in range(3)], "larger than 20 KiB in total"),
    ],
)
def test_what_is_not_taken_is_named_and_the_words_come_back(
    desk: Desk, blobs: FolderBlobs, files: list[tuple[str, bytes]], sentence: str
) -> None:
    page, artist = address(desk, desk.add_case(0.95)), desk.visit()
    before = blobs_in(blobs)
    refused = send(artist, page, *files, reason="I drew this over four evenings.")
    assert refused.status_code == 422
    assert sentence in refused.text
    assert "Nothing was sent." in refused.text
    assert "I drew this over four evenings." in refused.text
    assert kept(desk) == []
    assert blobs_in(blobs) == before


def test_a_link_and_a_day_take_so_much_and_words_still_pass(desk: Desk) -> None:
    first, artist = address(desk, desk.add_case(0.95)), desk.visit()
    large = ("a.psd", b"8BPS" + bytes(9_000))
    assert send(artist, first, large, large).status_code == 303
    assert "has room for 20 KiB" in send(artist, first, large).text
    second = address(desk, desk.add_case(0.9))
    assert send(artist, second, large).status_code == 303
    refused = send(artist, second, large)
    assert "We cannot take more files today." in refused.text
    assert send(artist, second, reason="The rest follows tomorrow.").status_code == 303
    assert len(kept(desk)) == 3


def test_no_file_is_taken_that_would_fill_the_disk(desk: Desk) -> None:
    parts = replace(desk.parts, free_bytes=lambda: LIMITS.floor + len(PSD) - 1)
    full = Desk(create_app(parts), parts, desk.shop)
    page, artist = address(full, full.add_case(0.95)), full.visit()
    assert "We have no room for files at the moment." in send(artist, page, ("a.psd", PSD)).text
    assert kept(full) == []
    assert send(artist, page).status_code == 303


def test_a_form_from_elsewhere_brings_no_file(desk: Desk) -> None:
    page, artist = address(desk, desk.add_case(0.95)), desk.visit()
    token = hidden(artist.get(page).text, "form_token")
    form = {"form_token": token, "reason": "x", "files": [FileStorage(io.BytesIO(PSD), "a.psd")]}
    answer = artist.client.post(page, data=form, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 400
    form = {"reason": "x", "files": [FileStorage(io.BytesIO(PSD), "a.psd")]}
    assert artist.client.post(page, data=form).status_code == 400
    assert kept(desk) == []
