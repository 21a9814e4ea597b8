"""The account: what was accepted, what the API said, and what is stored in the end."""

import contextlib
import hashlib
import itertools
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import requests
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from core.settings.settings import read_settings
from core.vocabulary import State
from kantei.roots.joining import open_blobs, open_database
from store.base.database import Database
from store.tables.case_tables import Verdict
from store.tables.submission_tables import Submission
from tests.whole.installation import Installation

BATCH = 50
PATIENCE = 200.0  # seconds; three leases and more
FINAL = {State.EXAMINED, State.FAILED}


@dataclass
class Account:
    """Submits as a client would, remembers every answer, and holds it against what is stored.

    `expected` says of a URL what its picture's bytes are, or which failure is right; `excused` which failure
    is right as well.
    """

    whole: Installation
    expected: dict[str, bytes | str] = field(default_factory=dict)
    excused: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    statuses: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def expect(self, url: str, what: bytes | str, *, excused: str = "") -> str:
        """Record the right result for a URL, and the failure that is excused; return the URL."""
        self.excused[url] = excused
        self.expected[url] = hashlib.sha256(what).digest() if isinstance(what, bytes) else what
        return url

    def submit(self, urls: Iterable[str], *, patience: float = 120.0, **fields: Any) -> list[str]:
        """Submit in batches, each again under its key until there is an answer; give the ids."""
        taken: list[str] = []
        for urls_now in _batches(urls):
            body = {"submissions": [{"image_url": url, **fields} for url in urls_now]}
            key = f"chaos-{hashlib.sha256(repr((urls_now, fields)).encode()).hexdigest()}"
            answer = self._insist("/v1/submissions/batch", body, key, patience)
            taken += [result["submission"]["id"] for result in answer["results"]]
            self.ids |= zip(taken[-len(urls_now) :], urls_now, strict=True)
        return taken

    def try_once(self, body: dict[str, Any]) -> int:
        """Submit one image, without insisting; give the status, 0 where no answer came."""
        try:
            answer = self.post("/v1/submissions", json=body, timeout=40)
        except requests.RequestException:
            self.statuses["none"] += 1
            return 0
        self.note(answer)
        if answer.status_code == 202:
            self.ids[answer.json()["id"]] = body["image_url"]
        return answer.status_code

    def post(self, path: str, **options: Any) -> requests.Response:
        """Post with the client's key."""
        headers = {"Authorization": f"Bearer {self.whole.key}", **options.pop("headers", {})}
        timeout = options.pop("timeout", 40)
        return requests.post(self.whole.address + path, headers=headers, timeout=timeout, **options)

    def note(self, answer: requests.Response) -> None:
        """Remember an answer; a refusal that may pass must say when to come back."""
        self.statuses[str(answer.status_code)] += 1
        if answer.status_code >= 500 and (
            answer.status_code != 503 or not answer.headers.get("Retry-After", "").isdigit()
        ):
            self.problems.append(f"the API answered {answer.status_code}: {answer.text[:200]}")

    def settle(self, ids: Iterable[str] | None = None, patience: float = PATIENCE) -> float:
        """Wait until these, or all, are final; give the seconds that it took. Reads the rows themselves."""
        wanted = set(self.ids if ids is None else ids)
        began = time.monotonic()
        with self.database() as database:
            while wanted:
                looked = time.monotonic()
                with contextlib.suppress(SQLAlchemyError):
                    wanted -= self._final(database, wanted)
                looked = time.monotonic() - looked
                if time.monotonic() - began > patience:
                    self.problems.append(f"{len(wanted)} not final after {patience:.0f} s")
                    break
                time.sleep(max(0.1, 10 * looked))  # to look at thousands must not slow what is looked at
        return time.monotonic() - began

    def check(self) -> None:
        """Hold every accepted submission against what is stored; what is wrong goes to `problems`."""
        settings = read_settings(self.whole.environ)
        with self.database() as database, database.reading() as session:
            rows = {
                row.id: row
                for part in _batches(self.ids, 1000)
                for row in session.scalars(select(Submission).where(Submission.id.in_(part)))
            }
            counts = dict(
                session.execute(
                    select(Verdict.image_sha256, func.count()).group_by(Verdict.image_sha256)
                ).all()
            )
        wrong: Counter[str] = Counter()
        for submission_id, url in self.ids.items():
            row = rows.get(submission_id)
            wrong[_wrong(row, self.expected.get(url), self.excused.get(url))] += 1
        digests = {row.image_sha256 for row in rows.values() if row.image_sha256}
        wrong["image without exactly one verdict"] += sum(counts.get(digest, 0) != 1 for digest in digests)
        blobs = open_blobs(settings)
        for digest in digests:
            if hashlib.sha256(blobs.get(digest)).hexdigest() != digest:
                wrong["image whose bytes are others"] += 1
        self.problems += [f"{count} x {what}" for what, count in wrong.items() if what and count]

    @contextlib.contextmanager
    def database(self) -> Any:
        """Open the database of the installation."""
        database = open_database(read_settings(self.whole.environ))
        try:
            yield database
        finally:
            database.close()

    def count(self, urls: Iterable[str], failure: str) -> int:
        """Count the submissions of these URLs that failed so."""
        wanted = set(urls)
        ids = [submission_id for submission_id, url in self.ids.items() if url in wanted]
        with self.database() as database, database.reading() as session:
            codes = session.scalars(select(Submission.failure_code).where(Submission.id.in_(ids))).all()
        return sum(code is not None and code.value == failure for code in codes)

    def _insist(self, path: str, body: dict[str, Any], key: str, patience: float) -> dict[str, Any]:
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            try:
                answer = self.post(path, json=body, headers={"Idempotency-Key": key}, timeout=40)
            except requests.RequestException:
                self.statuses["none"] += 1
            else:
                self.note(answer)
                if answer.ok:
                    found: dict[str, Any] = answer.json()
                    return found
            time.sleep(0.2)
        raise RuntimeError("the API did not come back")

    def _final(self, database: Database, ids: set[str]) -> set[str]:
        """Which of these have ended; a failure that is tried again has, only where it was expected."""
        found: set[str] = set()
        for part in _batches(ids, 1000):
            with database.reading() as session:
                rows = session.execute(
                    select(Submission.id, Submission.retry_at).where(
                        Submission.id.in_(part), Submission.state.in_(FINAL)
                    )
                ).all()
            found |= {row.id for row in rows if row.retry_at is None or self._may_fail(self.ids[row.id])}
        return found

    def _may_fail(self, url: str) -> bool:
        return isinstance(self.expected.get(url), str) or bool(self.excused.get(url))


def _wrong(row: Submission | None, expected: bytes | str | None, excused: str | None) -> str:
    """What is wrong with a stored submission; empty if nothing is."""
    if row is None:
        return "lost"
    if row.state not in FINAL:
        return f"left as {row.state.value}"
    if isinstance(expected, str):
        found = row.failure_code.value if row.failure_code else row.state.value
        return "" if found in expected.split("|") else f"{found} instead of {expected}"
    if row.failure_code is not None and row.failure_code.value == excused:
        return ""
    if row.failure_code is not None:
        return f"failed as {row.failure_code.value}"
    if row.verdict_id is None or row.image_sha256 is None:
        return "examined without verdict or image"
    if expected is not None and bytes.fromhex(row.image_sha256) != expected:
        return "another's picture"
    return ""


def _batches(items: Iterable[str], size: int = BATCH) -> Iterable[list[str]]:
    rest = iter(items)
    while part := list(itertools.islice(rest, size)):
        yield part
