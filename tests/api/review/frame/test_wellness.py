"""Kinder to who looks: nothing moves by itself, nothing explicit in colour, no long run of one kind."""

import io
import re

import pytest
from PIL import Image as Picture
from sqlalchemy import update

from api.review.desk.motion import moves
from core.vocabulary import Finding
from store.bytes.blobs import FolderBlobs
from store.people.moderators import set_preferences
from store.tables.client_tables import Client
from tests.api.review.conftest import Desk
from tests.api.review.desk.test_queue import shown


def _frames(kind: str, count: int) -> bytes:
    colours = ("red", "green", "blue")
    frames = [Picture.new("RGB", (24, 16), colour) for colour in colours[:count]]
    file = io.BytesIO()
    more = {"save_all": True, "append_images": frames[1:], "duration": 50} if count > 1 else {}
    frames[0].save(file, kind, **more)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
def test_what_moves_is_told_from_what_does_not(kind: str) -> None:
    assert moves(_frames(kind, 3))
    assert not moves(_frames(kind, 1))


def test_rubbish_does_not_move_and_a_gif_always_may() -> None:
    assert moves(_frames("GIF", 1))
    for data in (b"", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBPVP8X", b"\0\0\0\x20ftyp", b"\xff" * 100):
        assert not moves(data), data


def test_a_moving_picture_stands_still_and_can_be_played(desk: Desk) -> None:
    visit, still = desk.as_person(), desk.add_case(0.95)
    assert "data-moves" not in visit.get(f"/review/cases/{still}").text
    moving = desk.add_case(0.96)
    assert isinstance(desk.parts.blobs, FolderBlobs)
    path = desk.parts.blobs._path(moving, "")
    path.write_bytes(_frames("PNG", 3))
    page = visit.get(f"/review/cases/{moving}").text
    assert "data-moves" in page
    assert 'data-easel="play"' in page


def test_pictures_of_an_explicit_client_have_no_colour_until_asked(desk: Desk) -> None:
    visit, sha256 = desk.as_person(), desk.add_case(0.95)
    assert "shy" not in visit.get("/review").text
    with desk.parts.database.writing() as session:
        session.execute(update(Client).values(is_explicit=True))
    assert 'class="thumb shy"' in visit.get("/review").text
    page = visit.get(f"/review/cases/{sha256}").text
    assert 'class="frame shy"' in page
    assert 'data-easel="veil"' in page


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
