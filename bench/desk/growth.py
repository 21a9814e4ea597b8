"""Whether time stays flat as the database grows: `script/bench growth` (PostgreSQL).

Rows are cloned within the database from one that the application made, so that they have every
column. Measured at each size: an examination without the classifier (a small upload: claim, decode,
provenance, blobs, verdict), the queue page, an image's verdict and a client's list.
"""

import hashlib
import statistics
import tempfile
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from sqlalchemy import text

from api.app import create_app
from api.review.frame.cookies import cookie_name
from bench.pictures import draw
from bench.servers import fresh_database
from bench.service.client import add_bench_client
from bench.table import Row, spread
from core.clock import now
from core.settings.settings import Settings, read_settings
from core.vocabulary import Classification, Role, Source, Thresholds
from kantei.roots.api_parts import make_api_parts
from kantei.roots.examiner import make_examiner
from kantei.roots.joining import open_blobs, open_database
from kantei.roots.migrate import migrate
from model.serving.picture import Picture
from store.base.database import Database
from store.intake.submissions import SubmissionRequest, insert_submissions
from store.people.moderators import add_moderator
from store.people.sessions import start_login
from store.tables.people_tables import Moderator
from worker.examining.examine import Examiner

SIZES = (1, 1_000, 100_000)
FULL_SIZES = (*SIZES, 1_000_000)
TIMES = 40
FLAT = 1.25  # times what it took at first; the noise of a round is about as much
CLONE = """
insert into images select r.* from images i, generate_series(cast(:first as int), cast(:last as int)) n,
jsonb_populate_record(i, jsonb_build_object(
    'sha256', encode(sha256(n::text::bytea), 'hex'), 'verdict_id', md5(n::text), 'risk', random(),
    'review', case when n % 5 = 0 then 'open' else 'none' end,
    'created_at', now() - n * interval '1 second')) r
where i.sha256 = :sha256;
insert into verdicts select r.* from verdicts v, generate_series(cast(:first as int), cast(:last as int)) n,
jsonb_populate_record(v, jsonb_build_object(
    'id', md5(n::text), 'image_sha256', encode(sha256(n::text::bytea), 'hex'))) r
where v.image_sha256 = :sha256;
insert into submissions select r.* from submissions s,
generate_series(cast(:first as int), cast(:last as int)) n, jsonb_populate_record(s, jsonb_build_object(
    'id', lpad(to_hex(n), 32, '0'), 'image_sha256', encode(sha256(n::text::bytea), 'hex'),
    'verdict_id', md5(n::text), 'listing_id', (n / 5)::text)) r
where s.image_sha256 = :sha256
"""


@dataclass(frozen=True, slots=True)
class Constant:
    """A classifier that takes no time and wants a person."""

    version: str = "constant-1"
    thresholds: Thresholds = Thresholds(0.2, 0.9)  # noqa: RUF009  # frozen
    looks_native: bool = False

    def classify(self, picture: Picture, lines: Thresholds | None = None) -> Classification:
        """The same classification for every picture."""
        return Classification(0.95, self.version)

    def heatmap(self, picture: Picture) -> bytes:
        """Paint nothing."""
        return b""


def rows(given: Namespace) -> Iterator[Row]:
    """Measure at each size."""
    with fresh_database() as url, tempfile.TemporaryDirectory() as folder:
        settings = read_settings({"KANTEI_DATABASE_URL": url, "KANTEI_DATA_DIR": folder})
        database = open_database(settings)
        migrate(database)
        bench = _Bench(settings, database)
        sizes = FULL_SIZES if given.full else SIZES
        found: dict[str, list[float]] = {}
        stored = 1
        for size in sizes:
            if size > stored:
                bench.clone(stored, size)
                stored = size
            for name, times in bench.measure().items():
                middle, noise = spread(times, 1, " ms")
                found.setdefault(name, []).append(statistics.median(times))
                yield Row(f"growth, {size:,} images stored: {name}", "", middle, noise)
        for name, medians in found.items():
            steps = " to ".join(f"{value:.1f}" for value in medians)
            yield Row(
                f"growth, {name}: the most of what it took at {sizes[0]}",
                f"flat (<= {FLAT})",
                f"{max(medians) / medians[0]:.2f} times",
                f"{steps} ms",
            )
        bench.close()


class _Bench:
    """A client, a moderator, an examiner and the web application on one database."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._database, self._blobs = database, open_blobs(settings)
        self._number = 0
        real = make_examiner(settings)
        self._examiner: Examiner = replace(real, classifier=Constant())
        with database.writing() as session:
            made = add_bench_client(session, settings)
            self._client_id, self._key = made.client.id, made.api_key
            add_moderator(session, email="bench@example.com", role=Role.ADMIN)
            session.flush()
            person = session.query(Moderator).one()
            person.must_change_password = False
            token = start_login(session, person.id, now())
        self._web = create_app(make_api_parts(settings)).test_client()
        self._web.set_cookie(cookie_name(secure=False), token)
        self._sha256 = self.examine()

    def examine(self) -> str:
        """Upload a small picture and examine it; give its SHA-256."""
        submission_id, data = self._upload()
        self._examiner.examine(submission_id)
        return hashlib.sha256(data).hexdigest()

    def clone(self, first: int, last: int) -> None:
        """Store more images, each with a verdict and a submission, and let the database take stock."""
        with self._database.writing() as session:
            session.execute(text("set local statement_timeout = 0"))
            for statement in CLONE.split(";"):
                session.execute(text(statement), {"sha256": self._sha256, "first": first, "last": last - 1})
        with self._database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("vacuum analyze"))

    def measure(self) -> dict[str, list[float]]:
        """The milliseconds of each act, many times."""
        uploads = iter([self._upload()[0] for _ in range(TIMES + 1)])
        headers = {"Authorization": f"Bearer {self._key}"}

        def get(path: str) -> Callable[[], None]:
            def act() -> None:
                answer = self._web.get(path, headers=headers if path.startswith("/v1") else {})
                if answer.status_code != 200:
                    raise RuntimeError(f"{path}: {answer.status_code}")

            return act

        acts = {
            "an examination but for the classifier": lambda: self._examiner.examine(next(uploads)),
            "the queue page": get("/review"),
            "an image's verdict": get(f"/v1/images/{self._sha256}"),
            "a client's list": get("/v1/submissions?limit=50"),
        }
        return {name: _timed(act) for name, act in acts.items()}

    def close(self) -> None:
        """Close the connections."""
        self._examiner.database.close()
        self._database.close()

    def _upload(self) -> tuple[str, bytes]:
        self._number += 1
        data = draw(1, (320, 240), "JPEG") + str(self._number).encode()
        sha256 = self._blobs.put(data)
        with self._database.writing() as session:
            request = SubmissionRequest(Source.UPLOAD, upload_sha256=sha256)
            (submission,) = insert_submissions(session, self._client_id, [request], at=now(), sends=0)
            return submission.id, data


def _timed(act: Callable[[], object]) -> list[float]:
    act()
    times = []
    for _ in range(TIMES):
        began = time.perf_counter()
        act()
        times.append(1000 * (time.perf_counter() - began))
    return times
