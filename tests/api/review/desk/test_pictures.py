"""Image bytes: only through us, only as what they are."""

import re

import pytest
from sqlalchemy import update

from store.base.database import Database
from store.bytes.blobs import THUMBNAIL, FolderBlobs
from store.clients.clients import NewClient
from store.tables.case_tables import Image
from tests.api.review.conftest import Desk, Painter, make_desk
from tests.services import sqlite_alone


@sqlite_alone
def test_a_picture_comes_with_its_own_type_and_no_rights(desk: Desk) -> None:
    sha256, visit = desk.add_case(0.95), desk.as_person()
    answer = visit.get(f"/review/images/{sha256}")
    assert answer.data == desk.parts.blobs.get(sha256)
    headers = answer.headers
    assert headers["Content-Type"] == "image/png"
    assert headers["Content-Length"] == str(len(answer.data))
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert headers["Content-Disposition"] == f'inline; filename="{sha256[:16]}.png"'
    assert headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


@sqlite_alone
def test_a_browser_that_has_the_picture_is_not_sent_it_again(desk: Desk) -> None:
    sha256, visit = desk.add_case(0.95), desk.as_person()
    etag = visit.get(f"/review/images/{sha256}").headers["ETag"]
    again = visit.get(f"/review/images/{sha256}", headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")


@sqlite_alone
def test_the_thumbnail_is_served_and_the_picture_stands_in_for_it(desk: Desk) -> None:
    sha256, visit = desk.add_case(0.95), desk.as_person()
    before = visit.get(f"/review/images/{sha256}/thumbnail")
    assert before.content_type == "image/png"
    assert "immutable" not in before.headers["Cache-Control"]
    desk.parts.blobs.put_as(sha256, THUMBNAIL, b"small")
    after = visit.get(f"/review/images/{sha256}/thumbnail")
    assert (after.content_type, after.data) == ("image/jpeg", b"small")
    assert "immutable" in after.headers["Cache-Control"]
    assert after.headers["ETag"] != visit.get(f"/review/images/{sha256}").headers["ETag"]


@sqlite_alone
def test_a_thumbnail_that_is_kept_no_longer_is_an_empty_frame(desk: Desk) -> None:
    sha256, visit = desk.add_case(0.95), desk.as_person()
    desk.parts.blobs.delete(sha256)
    gone = visit.get(f"/review/images/{sha256}/thumbnail")
    assert (gone.status_code, gone.mimetype) == (404, "image/svg+xml")
    assert gone.data.startswith(b"<svg ")
    assert "sandbox" in gone.headers["Content-Security-Policy"]
    assert "immutable" not in gone.headers["Cache-Control"]


@sqlite_alone
def test_a_format_that_is_no_picture_is_never_served(desk: Desk) -> None:
    sha256, visit = desk.add_case(0.95), desk.as_person()
    with desk.parts.database.writing() as session:
        session.execute(update(Image).values(format="svg"))
    assert visit.get(f"/review/images/{sha256}").status_code == 404


@pytest.mark.parametrize("name", ["0" * 64, "../secret_key", "A" * 64, "%2e%2e"])
def test_no_other_file_can_be_named(desk: Desk, name: str) -> None:
    assert desk.as_person().get(f"/review/images/{name}").status_code == 404


def test_a_purged_picture_is_missing_and_its_case_still_opens(desk: Desk) -> None:
    sha256, visit = desk.add_case(0.95), desk.as_person()
    desk.parts.blobs.delete(sha256)
    assert visit.get(f"/review/images/{sha256}").status_code == 404
    assert visit.get(f"/review/cases/{sha256}").status_code == 200


@pytest.mark.slow
def test_the_heat_map_of_a_verdict_is_obtained_for_a_moderator_alone(
    sqlite_database: Database,
    blobs: FolderBlobs,
    sqlite_shop: NewClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = make_desk(sqlite_database, blobs, sqlite_shop, heatmap=b"a picture")
    sender = desk.parts.sender
    assert isinstance(sender, Painter)
    sha256, other = desk.add_case(0.95), desk.add_case(0.96)
    visit = desk.as_person()

    def source(sha256: str) -> str:
        found = re.search(r'data-source="([^"]+)"', visit.get(f"/review/cases/{sha256}").text)
        assert found
        return found[1]

    address = source(sha256)
    assert desk.visit().get(address).status_code == 401
    assert sender.asked == []
    answer = visit.get(address)
    assert (answer.data, answer.content_type) == (b"a picture", "image/png")
    assert visit.get(address.replace(sha256, other)).status_code == 404
    monkeypatch.setattr("api.v1.verdicts.heatmaps.PATIENCE", 0.0)
    sender.heatmap = None
    assert visit.get(source(other)).status_code == 503
    assert [name in address for name in sender.asked] == [True, False]
