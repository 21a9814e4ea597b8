"""Kinder to who looks: nothing moves by itself, nothing explicit in colour, no long run of one kind."""

import io
import re

import pytest
from PIL import Image as Picture
from sqlalchemy import update

from core.clock import now
from core.vocabulary import Finding
from store.bytes.blobs import FolderBlobs
from store.people.moderators import set_preferences
from store.tables.case_tables import Image
from store.tables.client_tables import Client
from tests.api.review.conftest import Desk
from tests.api.review.desk.test_queue import shown
from tests.services import sqlite_alone


def _frames(kind: str, count: int) -> bytes:
    colours = ("red", "green", "blue")
    frames = [Picture.new("RGB", (24, 16), colour) for colour in colours[:count]]
    file = io.BytesIO()
    more = {"save_all": True, "append_images": frames[1:], "duration": 50} if count > 1 else {}
    frames[0].save(file, kind, **more)
    return file.getvalue()


def _put(desk: Desk, sha256: str, data: bytes | None) -> None:
    """Store other bytes under a digest, or none."""
    assert isinstance(desk.parts.blobs, FolderBlobs)
    path = desk.parts.blobs._path(sha256, "")
    path.write_bytes(data) if data is not None else path.unlink()


@pytest.mark.parametrize("is_animated", [True, False])
@sqlite_alone
def test_an_animated_picture_stands_still_and_can_be_played(desk: Desk, *, is_animated: bool) -> None:
    visit, sha256 = desk.as_person(), desk.add_case(0.95)
    with desk.parts.database.writing() as session:
        session.get_one(Image, sha256).is_animated = is_animated
    _put(desk, sha256, _frames("PNG", 1 if is_animated else 3))  # the row knows it, not the file
    page = visit.get(f"/review/cases/{sha256}").text
    assert ("data-moves" in page, 'data-pane="play"' in page) == (is_animated, is_animated)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("count", [1, 3])
@sqlite_alone
def test_the_file_tells_whether_a_picture_from_before_is_animated(desk: Desk, kind: str, count: int) -> None:
    visit, sha256 = desk.as_person(), desk.add_case(0.95)
    _put(desk, sha256, _frames(kind, count))
    assert ("data-moves" in visit.get(f"/review/cases/{sha256}").text) is (count > 1)


DAMAGED = [b"", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBPVP8X", b"\0\0\0\x20ftypavis", b"\xff" * 100, None]


@pytest.mark.parametrize("data", DAMAGED)
@sqlite_alone
def test_a_picture_from_before_whose_file_is_damaged_or_gone_is_shown(desk: Desk, data: bytes | None) -> None:
    visit, sha256 = desk.as_person(), desk.add_case(0.95)
    _put(desk, sha256, data)
    assert visit.get(f"/review/cases/{sha256}").status_code == 200


@sqlite_alone
def test_a_purged_picture_is_not_played(desk: Desk) -> None:
    visit, sha256 = desk.as_person(), desk.add_case(0.95)
    with desk.parts.database.writing() as session:
        image = session.get_one(Image, sha256)
        image.is_animated, image.purged_at = True, now()
    assert "data-moves" not in visit.get(f"/review/cases/{sha256}").text


def test_pictures_of_an_explicit_client_have_no_colour_until_asked(desk: Desk) -> None:
    visit, sha256 = desk.as_person(), desk.add_case(0.95)
    assert 'class="thumb explicit"' not in visit.get("/review").text
    with desk.parts.database.writing() as session:
        session.execute(update(Client).values(is_explicit=True))
    assert 'class="thumb explicit"' in visit.get("/review").text
    page = visit.get(f"/review/cases/{sha256}").text
    assert 'class="frame explicit"' in page
    assert 'data-pane="veil"' in page


@pytest.mark.slow
def test_the_mixed_order_mixes_and_loses_nothing(desk: Desk) -> None:
    cases = [desk.add_case(0.99, Finding.FLAGGED, colour=(i, 1, 1)) for i in range(40)]
    cases += [desk.add_case(0.5, Finding.UNCERTAIN, colour=(i, 2, 2)) for i in range(40)]
    visit = desk.as_person()
    with desk.parts.database.writing() as session:
        set_preferences(session, desk.people["aiko@example.com"], {"mix": True})
    assert visit.get("/review").location == "/review?sort=mixed"
    first = visit.get("/review?sort=mixed").text
    following = re.search(r'href="([^"]+after=[^"]+)"', first)
    assert following
    seen = shown(first) + shown(visit.get(following[1].replace("&amp;", "&")).text)
    assert seen == sorted(cases)
    flagged = "".join("F" if case in cases[:40] else "u" for case in seen)
    assert "F" * 20 not in flagged
    assert visit.get("/review?sort=risk").status_code == 200
