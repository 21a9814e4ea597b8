"""A web process of real parts but for the broker, and a client with a key."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import event
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from api.app import create_app
from api.http.parts import ApiParts
from core.broker.bell import BellListener
from core.clock import now
from core.operations.measuring import measure_alone
from core.sayings.codes import EvidenceDetail, Place, Reason
from core.sayings.saying import say
from core.vocabulary import (
    Evidence,
    EvidenceKind,
    Finding,
    Grade,
    Judgement,
    Label,
    Priority,
    Source,
    State,
)
from store.base.database import Database
from store.bytes.blobs import FolderBlobs
from store.bytes.image_facts import ImageFacts
from store.clients.clients import NewClient
from store.intake.submissions import find_submission
from store.people import passwords
from store.tables.submission_tables import Submission
from store.verdicts.images import record_verdict
from tests.clients import SECRET_KEY, make_client

MAX_IMAGE_BYTES = 200_000
IMAGE_URL = "https://example.com/a.png"
PROMPT = "a prompt that is for moderators only"


@dataclass
class RecordingSender:
    """Remembers what it was sent, and whether each row was there to be seen; takes `takes` of each."""

    database: Database
    sent: list[tuple[str, Priority]] = field(default_factory=list)
    takes: int = 1_000_000

    def send(self, submission_ids: Sequence[str], priority: Priority) -> int:
        """Take messages; fail where a row is not committed."""
        taken = submission_ids[: self.takes]
        with self.database.reading() as session:
            for submission_id in taken:
                assert find_submission(session, submission_id) is not None, "sent before it was committed"
        self.sent += [(submission_id, priority) for submission_id in taken]
        return len(taken)

    def room(self, priority: Priority) -> int:
        """Have room."""
        return self.takes

    def ask_heatmap(self, verdict_id: str) -> None:
        """Paint nothing: no test waits for a heat map here."""

    def ask_outside(self, check_id: str) -> None:
        """Send nothing: no test waits for a service here."""


class Compiled(BytecodeCache):
    """Remembers compiled templates by their text; the application of each test would compile its own."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Load what was stored."""
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._code[bucket.key, bucket.checksum] = bucket.code


@pytest.fixture(scope="session", autouse=True)
def compiled_templates() -> Iterator[None]:
    """Compile each template once; that was two fifths of the time of the desk's tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {**Flask.jinja_options, "bytecode_cache": Compiled()})
        yield


@pytest.fixture(scope="session", autouse=True)
def compiled_routes() -> Iterator[None]:
    """Compile each route once; each of the many applications would compile two hundred."""
    known: dict[tuple[object, ...], dict[str, Any]] = {}
    compile_rule = Rule.compile

    def remember(rule: Rule) -> None:
        assert rule.map is not None
        place = (rule.rule, rule.host, rule.subdomain, rule.merge_slashes, rule.map.host_matching)
        key = (*place, repr(rule.defaults), frozenset(rule.map.converters))
        made = ("_parts", "_trace", "_converters", "arguments", "_build", "_build_unknown")
        if key not in known:
            compile_rule(rule)
            known[key] = {name: getattr(rule, name) for name in made}
        for name, value in known[key].items():
            # The two that build addresses are methods; what they know is in their code.
            setattr(rule, name, value.__func__.__get__(rule) if name in made[-2:] else copy(value))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "compile", remember)
        yield


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Hash passwords at the least cost; `tests/store/people/test_passwords.py` asks for the true one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


class Web:
    """Flask's test client with a key."""

    def __init__(self, client: FlaskClient, key: str) -> None:
        self.client = client
        self.key = key

    @property
    def parts(self) -> ApiParts:
        """The parts that the application is made of, where `make_web` made it."""
        found: ApiParts = self.client.application.extensions["tests.parts"]
        return found

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        """GET."""
        return self.client.get(path, headers=self._headers(kwargs), **kwargs)

    def post(self, path: str, **kwargs: Any) -> TestResponse:
        """POST."""
        return self.client.post(path, headers=self._headers(kwargs), **kwargs)

    def submit(self, **fields: Any) -> str:
        """Submit one image and give the submission's id."""
        response = self.post("/v1/submissions", json={"image_url": IMAGE_URL, **fields})
        assert response.status_code == 202, response.text
        submission_id: str = response.get_json()["id"]
        return submission_id

    def _headers(self, kwargs: dict[str, Any]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}", **kwargs.pop("headers", {})}


@pytest.fixture
def sender(database: Database) -> RecordingSender:
    return RecordingSender(database)


@pytest.fixture
def api_parts(database: Database, blobs: FolderBlobs, sender: RecordingSender) -> ApiParts:
    return ApiParts(
        database=database,
        blobs=blobs,
        sender=sender,
        listener=BellListener(),
        secret_key=SECRET_KEY,
        max_image_bytes=MAX_IMAGE_BYTES,
        rate_limit=100_000,
    )


@pytest.fixture
def sqlite_parts(sqlite_database: Database, blobs: FolderBlobs) -> ApiParts:
    """Parts for tests where the kind of database cannot matter."""
    return ApiParts(
        database=sqlite_database,
        blobs=blobs,
        sender=RecordingSender(sqlite_database),
        listener=BellListener(),
        secret_key=SECRET_KEY,
        max_image_bytes=MAX_IMAGE_BYTES,
        rate_limit=100_000,
    )


@pytest.fixture
def web(api_parts: ApiParts, shop: NewClient) -> Web:
    return Web(create_app(api_parts).test_client(), shop.api_key)


@pytest.fixture
def sqlite_web(sqlite_parts: ApiParts) -> Web:
    """A client where the kind of database cannot matter."""
    return make_web(sqlite_parts)


@pytest.fixture(scope="module")
def module_web(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """A client that a whole module shares, for tests that do not depend on what others left behind."""
    folder = tmp_path_factory.mktemp("module")
    shutil.copy(sqlite_template, folder / "kantei.sqlite3")
    database = Database(f"sqlite:///{folder / 'kantei.sqlite3'}")
    parts = ApiParts(
        database=database,
        blobs=FolderBlobs(folder / "blobs"),
        sender=RecordingSender(database),
        listener=BellListener(),
        secret_key=SECRET_KEY,
        max_image_bytes=MAX_IMAGE_BYTES,
        rate_limit=1_000_000,
    )
    yield make_web(parts)
    database.close()


def make_web(parts: ApiParts, *, source: Source = Source.API, **changes: Any) -> Web:
    """Make an application of changed parts, and a client of its own with a key."""
    made = make_client(parts.database, f"Another {source}", source=source)
    own = {"measuring": measure_alone(), **changes}  # one application registers its measures once
    app = create_app(replace(parts, **own))
    app.extensions["tests.parts"] = parts
    return Web(app.test_client(), made.api_key)


LOOKS_GENERATED = say(Reason.PIXELS_FLAGGED, score=0.973, flagged_from=0.9)


def examine(database: Database, submission_id: str, *, sha256: str = "a" * 64, score: float = 0.973) -> None:
    """End a submission with a verdict, as a worker would."""
    with database.writing() as session:
        verdict_id = record_verdict(
            session,
            ImageFacts(sha256, 1024, 1536, "png", 812_345),
            score=score,
            model="mobilenet_v3-test",
            judgement=Judgement(Finding.FLAGGED, Label.AI, "2026-11-1", (LOOKS_GENERATED,)),
            evidence=(
                Evidence(
                    EvidenceKind.NOVELAI_METADATA,
                    Grade.DECLARED,
                    Label.AI,
                    "NovelAI",
                    say(EvidenceDetail.NOVELAI_RECORD, where=say(Place.PNG_TEXT, key="Comment")),
                    {"prompt": PROMPT},
                ),
            ),
        ).verdict_id
        row = session.get_one(Submission, submission_id)
        row.state, row.image_sha256, row.verdict_id = State.EXAMINED, sha256, verdict_id
        row.examined_at = now()


def problem(response: TestResponse) -> dict[str, Any]:
    """The problem in a response, after checking that it is complete."""
    assert response.mimetype == "application/problem+json", response.text
    body: dict[str, Any] = response.get_json()
    assert body["status"] == response.status_code
    assert body["type"] == f"/docs/problems/{body['code']}"
    assert body["title"]
    assert body["detail"]
    assert set(body) <= {"type", "title", "status", "detail", "code", "errors", "quota"}
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    return body


@pytest.fixture
def count_queries(database: Database) -> Iterator[Callable[[], int]]:
    """A function that returns how many statements ran since its last call."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.upper().startswith(("BEGIN", "PRAGMA")):
            seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)

    def count() -> int:
        number = len(seen)
        seen.clear()
        return number

    yield count
    event.remove(database.engine, "before_cursor_execute", note)
