"""Image bytes: only through us, only as what they are."""

import pytest
from sqlalchemy import update

from store.tables import Image
from tests.api.review.conftest import Desk


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


def test_a_browser_that_has_the_picture_is_not_sent_it_again(desk: Desk) -> None:
    sha256, visit = desk.add_case(0.95), desk.as_person()
    etag = visit.get(f"/review/images/{sha256}").headers["ETag"]
    again = visit.get(f"/review/images/{sha256}", headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")


def test_the_thumbnail_is_served_and_the_picture_stands_in_for_it(desk: Desk) -> None:
    sha256, visit = desk.add_case(0.95), desk.as_person()
    before = visit.get(f"/review/images/{sha256}/thumbnail")
    assert before.content_type == "image/png"
    assert "immutable" not in before.headers["Cache-Control"]
    desk.parts.blobs.put_derived(sha256, "thumbnail.webp", b"RIFF small WEBP")
    after = visit.get(f"/review/images/{sha256}/thumbnail")
    assert (after.content_type, after.data) == ("image/webp", b"RIFF small WEBP")
    assert "immutable" in after.headers["Cache-Control"]
    assert after.headers["ETag"] != visit.get(f"/review/images/{sha256}").headers["ETag"]


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
