"""What is held on a seller, an artist or a reader is read in one piece, and erased; the bare record stays."""

import html
import io
import json
import re
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse

from api.v1.reports.report_routes import reader_pseudonym
from core.clock import now
from core.known.known_image import PictureHash
from core.vocabulary import Outcome, Role, Source, State
from store.intake.submissions import SubmissionRequest
from store.known.known_images import forget_hashes
from store.reports.reader_reports import add_report, mute_reader
from store.retention import rights
from store.retention.erasure import ErasureError
from store.retention.held_data import held_on_artist, held_on_reader, held_on_seller
from store.retention.rights import erase_artist, erase_reader, erase_seller
from store.tables.appeal_tables import Appeal, AppealFile, AppealMessage
from store.tables.case_tables import Decision, Image
from store.tables.known_tables import ImageHash
from store.tables.marketplace_tables import HookDelivery, HookOutcome, Listing
from store.tables.people_tables import Moderator
from store.tables.queue_tables import NamedQueue
from store.tables.report_tables import ReaderReport
from store.tables.review_tables import Event
from store.tables.seller_tables import Strike
from store.tables.submission_tables import Submission
from tests.api.review.appeals.test_artist import address
from tests.api.review.appeals.test_artist_files import PSD
from tests.api.review.conftest import Desk, hidden
from tests.api.review.market.test_sellers import SELLER, offer
from tests.reporting import report
from tests.submissions import add_submission

Decide = Callable[..., TestResponse]
WORDS = "I drew this over four evenings."


@pytest.fixture
def accused(desk: Desk, decide: Decide) -> str:
    """A seller's picture, decided AI, with a strike, appealed with a file, and answered with a reply."""
    sha256 = offer(desk, "L1", 0.97)
    decide(desk.as_person(), sha256, "ai")
    report(desk.parts.database)
    page, artist = address(desk, sha256), desk.visit()
    token = hidden(artist.get(page).text, "form_token")
    file = FileStorage(io.BytesIO(PSD), "fox.psd")
    artist.client.post(page, data={"form_token": token, "reason": WORDS, "files": [file]})
    return sha256


def answer(desk: Desk, sha256: str) -> None:
    ren = desk.as_person("ren@example.com")
    page = ren.get(f"/review/cases/{sha256}").text
    names = ("form_token", "verdict_id", "decision_id", "said")
    form = {name: hidden(page, name) for name in names} | {"outcome": "ai", "reply": "It stands."}
    ren.client.post(f"/review/cases/{sha256}/decision", data=form)
    report(desk.parts.database)


@pytest.mark.slow
def test_a_seller_is_told_everything_and_erased(desk: Desk, accused: str) -> None:
    other = desk.add_case(0.9, title="Another's")
    database, client_id = desk.parts.database, desk.shop.client.id
    with database.writing() as session:
        sent = {"topic": "listing.created", "headers": {}, "body": b'{"seller": "aiko"}', "listing_id": "L1"}
        session.add(
            HookDelivery(client_id=client_id, identity="f" * 64, outcome=HookOutcome.ACCEPTED, **sent)
        )
        row = session.scalars(select(Submission).where(Submission.image_sha256 == accused)).one()
        add_report(session, row, "e" * 64, reason="Six fingers.", url_sha256=None, at=now())
    with database.reading() as session:
        held = held_on_seller(session, client_id, SELLER)
    assert json.dumps(held)
    assert [one["id"] for one in held["listings"]] == ["L1"]
    assert [one["image_sha256"] for one in held["strikes"]] == [accused]
    assert held["submissions"][0]["title"] == "Picture 0.97"
    assert held["appeals"][0]["reason"] == WORDS
    assert held["appeals"][0]["files"][0]["name"] == "fox.psd"
    assert [(one["image_sha256"], one["outcome"]) for one in held["decisions"]] == [(accused, "ai")]
    assert [one["body"] for one in held["deliveries"]] == ['{"seller": "aiko"}']
    assert [one["reason"] for one in held["reports"]] == ["Six fingers."]
    assert "e" * 64 not in json.dumps(held)  # who reported them stays with the reader
    with pytest.raises(ErasureError, match="open appeal"):
        erase_seller(database, desk.parts.blobs, client_id, SELLER)
    answer(desk, accused)
    done = erase_seller(database, desk.parts.blobs, client_id, SELLER)
    assert (done.listings, done.submissions, done.images, done.strikes) == (1, 1, 1, 1)
    with database.reading() as session:
        for table in (Listing, Strike, HookDelivery, ReaderReport):
            assert session.scalars(select(table)).all() == []
        assert [row.image_sha256 for row in session.scalars(select(Submission))] == [other]
        assert session.get_one(Image, accused).purged_at
        appeal = session.scalars(select(Appeal)).one()
        assert (appeal.reason, appeal.outcome) == ("", Outcome.AI)
        assert [one.text for one in session.scalars(select(AppealMessage))] == [""]
        assert session.scalars(select(AppealFile)).one().purged_at
        # What was decided, when and on which digest is the record that the law may ask for.
        assert {one.image_sha256 for one in session.scalars(select(Decision))} == {accused}
        with pytest.raises(ErasureError, match="not found"):
            held_on_seller(session, client_id, SELLER)
    with pytest.raises(KeyError):
        desk.parts.blobs.get(accused)


def test_a_seller_of_many_pictures_is_erased_step_by_step(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rights, "STEP", 1)
    database, client_id = desk.parts.database, desk.shop.client.id
    digests = [offer(desk, listing, score) for listing, score in (("L1", 0.97), ("L2", 0.96))]
    with database.writing() as session:
        # The second listing shows the first one's picture, too: gone with the last that shows it.
        asked = SubmissionRequest(Source.MARKETPLACE, image_url="https://shop.example/b.png", listing_id="L2")
        again = add_submission(session, client_id, asked)
        again.image_sha256, again.state = digests[0], State.EXAMINED
    done = erase_seller(database, desk.parts.blobs, client_id, SELLER)
    assert (done.listings, done.submissions, done.images) == (2, 3, 2)
    with database.reading() as session:
        assert session.scalars(select(Submission)).all() == []
        assert all(session.get_one(Image, one).purged_at for one in digests)


def test_an_erased_seller_is_named_in_no_queue_filter_or_log(desk: Desk) -> None:
    offer(desk, "L1", 0.97)
    lead, database, client_id = desk.as_person(role=Role.LEAD), desk.parts.database, desk.shop.client.id
    for name, rule in (
        (f"Watch {SELLER.upper()}", {"seller": SELLER}),
        ("Theirs", {"seller": SELLER, "client": client_id}),
        ("Of another client", {"seller": SELLER, "client": "0" * 32}),
        ("Another seller", {"seller": "Mina"}),
    ):
        assert lead.send("/admin/queues", name=name, **rule).status_code == 303
    for seller in (SELLER, "Mina"):
        lead.send(f"/review/filters?{urlencode({'seller': seller})}", name=seller)
    erase_seller(database, desk.parts.blobs, client_id, SELLER)
    page, log = lead.get("/admin/queues").text, lead.get("/admin/log").text
    queues = re.findall(r'<th scope="row"><a[^>]*><bdi>([^<]*)', page)
    assert queues == ["Another seller", "Of another client"]
    lines = [line for line in log.split("<tr>")[1:] if "Added a queue" in line]
    named = [line for line in lines if SELLER in html.unescape(line) or SELLER.upper() in html.unescape(line)]
    assert len(lines) == 4
    assert ["Of another client" in line for line in named] == [True]
    assert "seller=Mina" in lead.get("/review").text
    assert urlencode({"seller": SELLER}) not in html.unescape(lead.get("/review").text)


def test_an_erased_seller_is_named_by_no_line_on_a_queue_that_was_called_by_their_name(desk: Desk) -> None:
    offer(desk, "L1", 0.97)
    lead, database = desk.as_person(role=Role.LEAD), desk.parts.database
    with database.reading() as session:
        member = session.scalars(select(Moderator.id)).one()
    lead.send("/admin/queues", name=f"Watch {SELLER}", finding="flagged", member=member)
    lead.send("/admin/queues", name=f"Fans of {SELLER}", finding="clear", member=member)
    with database.reading() as session:
        ids = {one.name: one.id for one in session.scalars(select(NamedQueue))}
    address = f"/admin/queues/{ids[f'Watch {SELLER}']}"
    lead.send(address, name=f"Watch {SELLER}", seller=SELLER)
    lead.send(address, name="Flagged", finding="flagged")
    erase_seller(database, desk.parts.blobs, desk.shop.client.id, SELLER)
    with database.reading() as session:
        lines = session.scalars(select(Event).where(Event.kind.startswith("queue_")).order_by(Event.id)).all()
        said = [(line.kind, line.subject, line.detail.get("former")) for line in lines]
    assert said == [
        ("queue_added", "", None),
        ("queue_member_added", "", None),
        ("queue_added", f"Fans of {SELLER}", None),  # no rule of it ever asked for them
        ("queue_member_added", f"Fans of {SELLER}", None),
        ("queue_changed", "", None),
        ("queue_member_removed", "", None),
        ("queue_changed", "Flagged", None),
    ]


@pytest.mark.parametrize("ids", ["written", "not written"])
def test_an_erased_seller_is_named_by_no_former_name_of_a_queue(desk: Desk, ids: str) -> None:
    offer(desk, "L1", 0.97)
    lead, database, watch = desk.as_person(role=Role.LEAD), desk.parts.database, f"Watch {SELLER}"

    def only() -> str:
        with database.reading() as session:
            return "/admin/queues/" + session.scalars(select(NamedQueue.id)).one()

    # Another shop has a seller of the same name; its queue had the same name as well, before and after.
    others = {"name": watch, "seller": SELLER, "client": "0" * 32}
    lead.send("/admin/queues", **others)
    lead.send(f"{only()}/delete")
    lead.send("/admin/queues", name=watch, finding="flagged")
    lead.send(only(), name=f"Watch {SELLER} well", finding="flagged")
    lead.send(only(), name="Suspects", seller=SELLER)
    lead.send(only(), name="Suspects", finding="flagged")
    lead.send(only(), name=f"Formerly {SELLER}", finding="flagged")
    lead.send(only(), name="Flagged", finding="flagged")
    lead.send("/admin/queues", **others)
    if ids == "not written":
        with database.writing() as session:
            for line in session.scalars(select(Event)):
                line.detail = {name: value for name, value in line.detail.items() if name != "queue_id"}
    erase_seller(database, desk.parts.blobs, desk.shop.client.id, SELLER)
    with database.reading() as session:
        lines = session.scalars(select(Event).where(Event.kind.startswith("queue_")).order_by(Event.id)).all()
        said = [
            (line.kind, line.subject, line.detail.get("former"), line.detail.get("seller")) for line in lines
        ]
        assert [one.name for one in session.scalars(select(NamedQueue)) if one.rule.get("seller")] == [watch]
    assert said == [
        ("queue_added", watch, None, SELLER),
        ("queue_deleted", watch, None, SELLER),
        ("queue_added", "", None, None),
        ("queue_changed", "", None, None),
        ("queue_changed", "Suspects", None, None),
        ("queue_changed", "Suspects", "Suspects", None),
        ("queue_changed", "", "Suspects", None),
        ("queue_changed", "Flagged", None, None),
        ("queue_added", watch, None, SELLER),
    ]


def test_an_artist_is_told_what_may_be_told_and_erased(desk: Desk, accused: str) -> None:
    database = desk.parts.database
    with database.reading() as session:
        submission_id = session.scalars(select(Submission.id)).one()
    with pytest.raises(ErasureError, match="open appeal"):
        erase_artist(database, desk.parts.blobs, submission_id)
    answer(desk, accused)
    with database.reading() as session:
        (appeal,) = held_on_artist(session, submission_id)["appeals"]
        digest = session.scalars(select(AppealFile.sha256)).one()
    assert appeal["messages"][0]["by"] == "moderator"
    assert appeal["messages"][0]["text"] == "It stands."
    assert "ren@example.com" not in json.dumps(appeal)
    assert erase_artist(database, desk.parts.blobs, submission_id) == 1
    with pytest.raises(KeyError):
        desk.parts.blobs.get(digest)
    with database.reading() as session:
        (appeal,) = held_on_artist(session, submission_id)["appeals"]
        assert (appeal["reason"], appeal["files"][0]["name"], appeal["messages"][0]["text"]) == ("", "", "")
        assert session.scalars(select(Submission.id)).one() == submission_id
    with pytest.raises(ErasureError):
        erase_artist(database, desk.parts.blobs, "0" * 32)


def test_a_reader_is_told_and_erased_by_the_clients_own_id(desk: Desk, accused: str) -> None:
    database, client_id = desk.parts.database, desk.shop.client.id
    reader = reader_pseudonym(desk.parts.secret_key, client_id, "u-1")
    with database.writing() as session:
        row = session.scalars(select(Submission).where(Submission.image_sha256 == accused)).one()
        add_report(session, row, reader, reason="Six fingers.", url_sha256=None, at=now())
    with database.reading() as session:
        held = held_on_reader(session, client_id, reader)
    assert held["reports"][0]["reason"] == "Six fingers."
    assert erase_reader(database, client_id, reader) == 1
    with database.reading() as session:
        assert session.scalars(select(ReaderReport)).all() == []
    with pytest.raises(ErasureError):
        erase_reader(database, client_id, reader)
    with database.writing() as session:  # reports are deleted before the mute that they led to
        mute_reader(session, client_id, reader, moderator_id=desk.add_person("mina@example.com"), at=now())
    with database.reading() as session:
        assert held_on_reader(session, client_id, reader)["is_muted"] is True
    assert erase_reader(database, client_id, reader) == 0
    with pytest.raises(ErasureError):
        erase_reader(database, client_id, reader)


def test_a_hash_outlives_its_picture_for_a_while(desk: Desk) -> None:
    kept = desk.add_case(0.9, picture_hash=PictureHash(f"{9:064x}", 100))
    purged = desk.add_case(0.8, picture_hash=PictureHash(f"{8:064x}", 100))
    with desk.parts.database.writing() as session:
        session.get_one(Image, purged).purged_at = now()
        session.flush()
        forget_hashes(session, now() - timedelta(days=1))
        assert len(session.scalars(select(ImageHash)).all()) == 2
        forget_hashes(session, now() + timedelta(days=1))
        assert [one.image_sha256 for one in session.scalars(select(ImageHash))] == [kept]
