"""Something on every page of the desk, in whatever words; and the address of every page there is."""

from dataclasses import dataclass

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.http.appeal_tokens import make_appeal_token
from core.clock import now
from core.known.hash_files import SharedHash
from core.known.known_image import PictureHash
from core.vocabulary import (
    EventKind,
    Evidence,
    EvidenceKind,
    FailureCode,
    FileKind,
    Finding,
    Grade,
    Label,
    Outcome,
    Role,
    Source,
    State,
    Thresholds,
)
from store.appeals.appeal_files import NewFile
from store.appeals.appeals import add_appeal
from store.desk.bulk_proposals import propose_many
from store.desk.decisions import Seen, decide
from store.desk.queue_filter import Viewer
from store.known.hash_lists import all_lists, take_list
from store.market.hook_deliveries import keep_delivery
from store.outbox.client_events import NewEvent, add_events, place_events
from store.people.audit_notes import note_event
from store.quality.quality import add_golden, list_golden
from store.queues.named_queues import add_queue, set_members
from store.tables.appeal_tables import AppealFile
from store.tables.case_tables import Image
from store.tables.client_tables import ApiKey, Client
from store.tables.marketplace_tables import ClientEvent, HookOutcome, Listing
from store.tables.review_states import ChangeState
from store.tables.submission_tables import Submission
from store.verdicts.policies import ensure_packaged, list_changes, propose
from tests.api.review.conftest import MODEL, THRESHOLDS, Desk
from tests.clients import SECRET_KEY
from tests.submitting import RequestFields

LEAD = "lead@example.com"
# What no page is: files.
NO_PAGES = {
    *("assets", "picture", "thumbnail", "heatmap", "appeal_file", "artist_thumbnail", "model_plot"),
    *("fresh", "decisions_csv", "stats_csv", "events_csv", "quality_csv", "policy_csv"),
}


@dataclass(frozen=True, slots=True)
class Filled:
    """Where the pages are, and what stands for each name in an address."""

    pages: list[str]
    values: dict[str, str]

    def endpoints(self, app: Flask) -> set[str]:
        """Name the pages that the addresses lead to."""
        adapter = app.url_map.bind("localhost")
        return {adapter.match(page.partition("?")[0], method="GET")[0] for page in self.pages}


def html_pages(app: Flask) -> set[str]:
    """Name every page of the desk that shows itself: no file, and no way to another page."""
    found = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("review.") and "GET" in (rule.methods or ())
    }
    return (
        found
        - {f"review.{name}" for name in NO_PAGES}
        - {"review.home", "review.login", "review.second_factor", "review.sign_in", "review.finish_sign_in"}
    )


def fill(desk: Desk, words: str = "Fox") -> Filled:
    """Put something on every page, in these words where strangers choose them."""
    lead = desk.people.get(LEAD) or desk.add_person(LEAD, Role.LEAD)
    evidence = (
        Evidence(EvidenceKind.A1111_PARAMETERS, Grade.DECLARED, Label.AI, words, words, {"prompt": words}),
        Evidence(EvidenceKind.PIXELS, Grade.HINT, Label.AI, None, "The pixels look generated."),
    )
    offered = RequestFields(title=words, listing_id="L-4711", page_url=f"https://shop.example/{words}")
    for number in range(4):
        desk.add_case(0.9 + number / 100, colour=(number, 90, 90), picture_hash=_hash(number), **offered)
    desk.add_case(0.5, Finding.UNCERTAIN, title="狐")
    decided = desk.add_case(0.99, colour=(9, 9, 9), picture_hash=_hash(9), **offered)
    sha256 = desk.add_case(
        0.97, evidence=evidence, submissions=2, picture_hash=_hash(4), colour=(4, 4, 4), **offered
    )
    file = NewFile(f"線画{words}.svg", FileKind.UNKNOWN, 5, desk.parts.blobs.put(b"<svg>"))
    at = now()
    with desk.parts.database.writing() as session:
        _tell_the_desk(session, desk, words, decided, lead)
        submission = session.scalars(select(Submission).where(Submission.image_sha256 == sha256)).first()
        assert submission is not None
        links = ["https://a.example/", f"https://a.example/{words}"]
        appeal = add_appeal(
            session, submission, reason=f"I drew it. {words}", evidence_urls=links, files=[file]
        )
        answered = session.scalars(select(Submission).where(Submission.image_sha256 == decided)).one()
        client = session.get_one(Client, desk.shop.client.id)
        add_events(session, EventKind.SUBMISSION_EXAMINED, [NewEvent(client.id, submission.id)], at=at)
        place_events(session, client.id)
        delivery = keep_delivery(
            session,
            client.id,
            "0" * 64,
            topic="listing.created",
            headers={"webhook-id": words},
            body=words.encode(),
            outcome=HookOutcome.UNREADABLE,
            at=at,
        )
        # One that can be tried again, and one that cannot.
        session.add_all(
            Submission(
                client_id=client.id,
                source=Source.API,
                image_url=f"https://a.example/{words}",
                title=words,
                state=State.FAILED,
                failure_code=code,
                failure_detail=words,
                failure_permanent=True,
                examined_at=at,
            )
            for code in (FailureCode.TIMED_OUT, FailureCode.NOT_AN_IMAGE)
        )
        session.flush()
        values = {
            "sha256": sha256,
            "decided": decided,
            "verdict_id": session.get_one(Image, sha256).verdict_id or "",
            "decision_id": session.get_one(Image, decided).decision_id or "",
            "client_id": client.id,
            "key_id": session.scalars(select(ApiKey.id)).first() or "",
            "event_id": session.scalars(select(ClientEvent.id)).first() or "",
            "delivery_id": delivery or "",
            "appeal_id": appeal.id,
            "file_id": session.scalars(select(AppealFile.id)).one(),
            "golden_id": list_golden(session)[0].id,
            "moderator_id": lead,
            "proposal_id": propose_many(
                session,
                [Seen(sha256, session.get_one(Image, sha256).verdict_id or "", None)],
                Viewer(lead, at),
                outcome=Outcome.AI,
                note=words,
                ground=None,
            ),
            "queue_id": add_queue(session, words[:60], {"seller": words, "tab": "all"}, at=at),
            "passkey_id": "0" * 32,
            "token": make_appeal_token(SECRET_KEY, submission.id),
            "given": "x",
            "name": "L-4711",
            "batch_id": "0" * 32,
        }
        set_members(session, values["queue_id"], [lead])
        answered_token = make_appeal_token(SECRET_KEY, answered.id)
    entries = iter([SharedHash("0f" * 32, Label.AI)])
    take_list(desk.parts.database, words, entries, moderator_id=lead)
    with desk.parts.database.reading() as session:
        values["list_id"] = all_lists(session)[0].id
        values["change_id"] = list_changes(session, ChangeState.OPEN)[0].id
    seller = f"/review/sellers?client={values['client_id']}&seller=Ren"
    pages = [
        f"/review?q={values['sha256'][:8]}",
        "/review?q=nothing+like+this",
        *_plain(desk.app),
        "/review?view=list&finding=flagged",
        "/review?view=sellers",
        f"/review?queue={values['queue_id']}",
        f"/admin/queues/{values['queue_id']}",
        f"/review/cases/{sha256}?tab=appeals",
        f"/review/cases/{decided}",
        f"/review/listings/{values['client_id']}/L-4711",
        seller,
        f"/admin/clients/{values['client_id']}",
        f"/admin/deliveries/{values['event_id']}",
        f"/admin/hooks/{values['delivery_id']}",
        f"/appeal/{values['token']}",
        f"/appeal/{answered_token}",
    ]
    return Filled(pages, values)


def _hash(number: int) -> PictureHash:
    return PictureHash(f"{number:064x}", 100)


def _plain(app: Flask) -> list[str]:
    """List the pages whose address needs no name."""
    wanted = html_pages(app)
    return [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint in wanted
        and "GET" in (rule.methods or ())
        and not rule.arguments
        and rule.endpoint != "review.seller"
    ]


def _tell_the_desk(session: Session, desk: Desk, words: str, decided: str, lead: str) -> None:
    """Let people and a marketplace have said something everywhere."""
    at, client_id = now(), desk.shop.client.id
    session.get_one(Client, client_id).name = f"Shop {words}"[:100]
    url = f"https://shop.example/{words}"
    session.add(Listing(client_id=client_id, listing_id="L-4711", seller="Ren", title=words, url=url))
    session.add(Listing(client_id=client_id, listing_id="L-2", seller=words[:200], title=words, url=url))
    session.flush()
    verdict_id = session.get_one(Image, decided).verdict_id or ""
    seen = Seen(decided, verdict_id, None)
    decide(session, seen, moderator_id=lead, outcome=Outcome.AI, note=words, at=at)
    add_golden(session, decided, answer=Outcome.AI, lesson=words, moderator_id=lead, at=at)
    ensure_packaged(session, MODEL, THRESHOLDS)
    propose(session, MODEL, Thresholds(0.2, 0.95), moderator_id=lead, reason=words, at=at)
    note_event(session, "login_failed", moderator_id=None, at=at, subject=words, detail={"address": words})
