"""A desk with cases on it: real pages over a real database, and a browser without a screen."""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Unpack

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image as Picture
from werkzeug.test import TestResponse

from api.app import create_app
from api.http.parts import ApiParts, ModelFacts
from api.review.frame.cookies import cookie_name
from api.review.frame.forgery import form_token
from core.broker.bell import BellListener
from core.clock import now
from core.known.known_image import PictureHash
from core.sayings.saying import Saying
from core.vocabulary import (
    Basis,
    Evidence,
    Finding,
    Judgement,
    Label,
    PictureLook,
    Role,
    Source,
    State,
    Thresholds,
)
from store.base.database import Database
from store.bytes.blobs import FolderBlobs
from store.bytes.image_facts import ImageFacts
from store.clients.clients import NewClient
from store.intake.submissions import SubmissionRequest
from store.people.audit_notes import note_event
from store.people.passwords import hash_password
from store.people.sessions import start_login
from store.tables.case_tables import Verdict
from store.tables.people_tables import Moderator
from store.verdicts.images import heatmap_name, record_verdict
from tests.api.conftest import RecordingSender
from tests.clients import SECRET_KEY, make_client
from tests.submissions import add_submission
from tests.submitting import RequestFields

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

COOKIE = cookie_name(secure=False)
ASKED = SubmissionRequest(Source.API, image_url="https://shop.example/a.png")
PASSWORD = "seven lanterns float"
MODEL = "tiny-1"
THRESHOLDS = Thresholds(clear_below=0.35, flagged_from=0.9)
FACTS = ModelFacts(
    THRESHOLDS,
    "# The card\n\n<script>x</script> [a](javascript:x)\n\n| a |\n|---|\n| b |\n",
    MODEL,
)


@dataclass(kw_only=True)
class Painter(RecordingSender):
    """Sends to a worker that paints every heat map at once, the same for all; None where it never does."""

    blobs: FolderBlobs
    heatmap: bytes | None = None
    asked: list[str] = field(default_factory=list)

    def ask_heatmap(self, verdict_id: str) -> None:
        self.asked.append(verdict_id)
        if self.heatmap is not None:
            with self.database.reading() as session:
                sha256 = session.get_one(Verdict, verdict_id).image_sha256
            self.blobs.put_as(sha256, heatmap_name(verdict_id), self.heatmap)


@dataclass(slots=True)
class Visit:
    """One person's browser: keeps the cookie, and sends forms as a page of ours would."""

    client: FlaskClient
    last: TestResponse | None = field(default=None)

    def get(self, path: str, **options: object) -> TestResponse:
        # Buffered, so that files that are sent are closed again.
        self.last = self.client.get(path, buffered=True, **options)  # passed through
        return self.last

    def send(self, path: str, /, page: str | None = None, **values: str) -> TestResponse:
        """Send a form with the token that pages have for this browser, read from one where it is named."""
        token = self.form_token() if page is None else hidden(self.client.get(page).text, "form_token")
        return self.client.post(path, data={"form_token": token, **values})

    def form_token(self) -> str:
        """The token of this browser's forms, as every page of it shows."""
        cookie = self.client.get_cookie(COOKIE)
        assert cookie is not None
        return form_token(SECRET_KEY, cookie.value)

    def open(self, path: str) -> TestResponse:
        """Open a case as the page's script does: show it, claim it, and show how it stands then."""
        if 'data-claim=""' in self.get(path).text:
            self.claim(path)
        return self.get(path)

    def claim(self, path: str) -> TestResponse:
        """Claim a case, by the address of its page, as the script does."""
        case, _, query = path.partition("?")
        form = {"form_token": self.form_token()}
        return self.client.post(f"{case}/claim?{query}", data=form, headers={"Accept": "application/json"})

    def log_in(self, email: str, password: str = PASSWORD) -> TestResponse:
        return self.send("/login", "/login", email=email, password=password)


def draw(colour: tuple[int, int, int]) -> bytes:
    """Draw a small picture of one colour."""
    file = io.BytesIO()
    Picture.new("RGB", (24, 16), colour).save(file, "PNG")
    return file.getvalue()


@dataclass(frozen=True, slots=True)
class Desk:
    """The pages with their parts, and ways to put cases on them, whose pictures `draw` draws."""

    app: Flask
    parts: ApiParts
    shop: NewClient
    people: dict[str, str] = field(default_factory=dict)
    draw: Callable[[tuple[int, int, int]], bytes] = draw

    def visit(self) -> Visit:
        return Visit(self.app.test_client())

    def add_person(self, email: str, role: Role = Role.MODERATOR, *, is_new: bool = False) -> str:
        with self.parts.database.writing() as session:
            person = Moderator(email=email, role=role, password_hash=_hash(), must_change_password=is_new)
            session.add(person)
            session.flush()
            self.people[email] = person.id
        return person.id

    def as_person(self, email: str = "aiko@example.com", role: Role = Role.MODERATOR) -> Visit:
        if email not in self.people:
            self.add_person(email, role)
        # What logging in leaves, without its two pages and its slow password.
        visit, at = self.visit(), now()
        with self.parts.database.writing() as session:
            note_event(session, "login", moderator_id=self.people[email], at=at)
            visit.client.set_cookie(COOKIE, start_login(session, self.people[email], at))
        return visit

    def add_case(
        self,
        score: float,
        finding: Finding = Finding.FLAGGED,
        *,
        submissions: int = 1,
        evidence: tuple[Evidence, ...] = (),
        colour: tuple[int, int, int] | None = None,
        risk: float | None = None,
        picture_hash: PictureHash | None = None,
        look: PictureLook | None = None,
        rests_on_file: bool = False,
        sampled_share: float = 0.0,
        reasons: tuple[Saying | str, ...] = ("It was drawn for a test.",),
        basis: Basis | None = None,
        gauge: dict[str, Any] | None = None,
        **request: Unpack[RequestFields],
    ) -> str:
        """Put a drawn picture with its verdict on the desk; give its SHA-256."""
        data = self.draw(colour or (int(score * 1e6) % 251, int(score * 1e4) % 249, int(score * 1e3) % 241))
        width, height = Picture.open(io.BytesIO(data)).size
        sha256 = self.parts.blobs.put(data)
        with self.parts.database.writing() as session:
            label = Label.AI if finding is Finding.FLAGGED else None
            verdict_id = record_verdict(
                session,
                ImageFacts(sha256, width, height, "png", len(data)),
                score=score,
                model=MODEL,
                judgement=Judgement(
                    finding,
                    label,
                    "p1",
                    reasons,
                    basis or (Basis.EVIDENCE if rests_on_file else Basis.PIXELS),
                ),
                gauge=gauge,
                evidence=evidence,
                risk=risk,
                picture_hash=picture_hash,
                look=look,
                sampled_share=sampled_share,
            ).verdict_id
            for _ in range(submissions):
                made = add_submission(session, self.shop.client.id, replace(ASKED, **request))
                made.state, made.image_sha256, made.verdict_id = State.EXAMINED, sha256, verdict_id
        return sha256


@cache
def _hash() -> str:
    return hash_password(PASSWORD)


def make_desk(
    database: Database,
    blobs: FolderBlobs,
    shop: NewClient,
    *,
    secure: bool = False,
    heatmap: bytes | None = None,
    draw_picture: Callable[[tuple[int, int, int]], bytes] = draw,
) -> Desk:
    """Join the application with its parts."""
    parts = ApiParts(
        database=database,
        blobs=blobs,
        sender=Painter(database, blobs=blobs, heatmap=heatmap),
        listener=BellListener(),
        secret_key=SECRET_KEY,
        max_image_bytes=1_000_000,
        rate_limit=100_000,
        secure_cookies=secure,
        facts=FACTS,
    )
    app = create_app(parts)
    app.testing = True
    return Desk(app, parts, shop, draw=draw_picture)


@pytest.fixture
def sqlite_shop(sqlite_database: Database) -> NewClient:
    """A client where the kind of database cannot matter."""
    return make_client(sqlite_database)


@pytest.fixture
def desk(database: Database, blobs: FolderBlobs, shop: NewClient) -> Desk:
    """The pages over each kind of database."""
    return make_desk(database, blobs, shop)


@pytest.fixture
def base(desk: Desk) -> Iterator[str]:
    """The address of a server that shows the desk."""
    from tests.api.review.browser import served  # noqa: PLC0415  # most tests need no browser, which takes long to import

    with served(desk.app) as address:
        yield address


@pytest.fixture
def browser() -> Iterator["WebDriver"]:
    """An empty Chromium."""
    from tests.api.review.browser import chromium  # noqa: PLC0415  # the same

    with chromium() as session:
        yield session


def hidden(page: str, name: str) -> str:
    """Read a hidden field of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


@pytest.fixture
def decide() -> Callable[..., TestResponse]:
    """The act of opening a case and deciding it."""

    def act(visit: Visit, sha256: str, outcome: str, note: str = "", query: str = "") -> TestResponse:
        page = visit.get(f"/review/cases/{sha256}{query}").text
        return visit.client.post(
            f"/review/cases/{sha256}/decision{query}",
            data={
                "form_token": hidden(page, "form_token"),
                "verdict_id": hidden(page, "verdict_id"),
                "decision_id": hidden(page, "decision_id"),
                "said": hidden(page, "said"),
                "outcome": outcome,
                "note": note,
            },
        )

    return act
