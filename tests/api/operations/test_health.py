"""Health, metrics, and what happens when a part is down."""

import json
import logging
import re
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from api.app import create_app
from api.http.parts import ApiParts
from core.operations.logs import JsonLines
from core.operations.measuring import measure_alone
from core.vocabulary import Priority
from store.base.database import Database
from tests.api.conftest import IMAGE_URL, Web, make_web, problem

SECRET = "postgresql://user:secret@db/"


def broken() -> None:
    raise ConnectionError(SECRET)


def test_a_live_process_says_so_without_a_key(sqlite_web: Web) -> None:
    response = sqlite_web.client.get("/livez")
    assert (response.status_code, response.get_json()) == (200, {"status": "alive"})


def test_ready_means_that_every_part_answers(sqlite_parts: ApiParts) -> None:
    probes = {"database": sqlite_parts.database.ping, "broker": lambda: None}
    response = make_web(sqlite_parts, probes=probes).client.get("/readyz")
    assert (response.status_code, response.get_json()) == (200, {"status": "ready"})


def test_a_part_that_is_down_is_named_without_secrets(
    sqlite_parts: ApiParts, caplog: pytest.LogCaptureFixture
) -> None:
    web = make_web(sqlite_parts, probes={"database": sqlite_parts.database.ping, "broker": broken})
    response = web.client.get("/readyz")
    assert response.status_code == 503
    assert problem(response)["detail"] == "Not responding: broker."
    assert response.headers["Retry-After"] == "5"
    assert "secret" not in response.text + caplog.text


@pytest.mark.slow
def test_a_part_that_hangs_is_down_and_not_asked_twice(sqlite_parts: ApiParts) -> None:
    asked, free = [], threading.Event()

    def hangs() -> None:
        asked.append(1)
        free.wait(20)

    web = make_web(sqlite_parts, probes={"broker": hangs})
    start = time.monotonic()
    assert web.client.get("/readyz").status_code == 503
    assert time.monotonic() - start < 4.5
    assert web.client.get("/readyz").status_code == 503
    free.set()
    assert len(asked) == 1


def test_a_database_that_is_down_makes_503_and_never_a_2xx(
    sqlite_parts: ApiParts, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    database = Database(sqlite_parts.database.url.render_as_string())  # one of its own, to be broken
    web = make_web(replace(sqlite_parts, database=database))
    assert web.get("/v1/submissions").status_code == 200  # the key is known from now on
    gone = Database(f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.sqlite3'}")
    database.close()
    database._write.configure(bind=gone.engine)
    database._read.configure(bind=gone.engine)
    for response in (
        web.post("/v1/submissions", json={"image_url": IMAGE_URL}),
        web.post("/v1/submissions/batch", json={"submissions": [{"image_url": IMAGE_URL}]}),
        web.get("/v1/submissions"),
        web.get(f"/v1/images/{'0' * 64}"),
    ):
        assert response.status_code == 503
        assert problem(response)["code"] == "unavailable"
        assert int(response.headers["Retry-After"]) > 0
    assert IMAGE_URL not in caplog.text
    assert "kantei_database_up 0.0" in web.client.get("/metrics").text


def test_a_fault_of_ours_tells_nothing(sqlite_parts: ApiParts, caplog: pytest.LogCaptureFixture) -> None:
    class Faulty:
        def send(self, *_: object) -> int:
            raise RuntimeError(SECRET)

        def room(self, _: Priority) -> int:
            return 1

    web = make_web(sqlite_parts, sender=Faulty())
    with caplog.at_level(logging.ERROR):
        response = web.post("/v1/submissions", json={"image_url": IMAGE_URL})
    assert response.status_code == 500
    assert problem(response)["code"] == "internal_error"
    assert "secret" not in response.text
    assert "RuntimeError" in caplog.text  # for the operator


def test_requests_are_counted_by_template_not_by_path(sqlite_web: Web) -> None:
    def counted() -> list[float]:
        text = sqlite_web.client.get("/metrics").text
        assert "scan" not in text
        found = []
        for labels in ('method="GET",route="/v1/submissions/{submission_id}"', 'method="other",route="none"'):
            line = f'kantei_http_requests_total{{{labels},status="404"}} '
            found.append(float(text.partition(line)[2].partition("\n")[0] or 0))
        return found

    before = counted()
    for number in range(3):
        assert sqlite_web.get(f"/v1/submissions/{number:032x}").status_code == 404
        sqlite_web.client.open(f"/scan-{number}", method=f"X{number}")
    assert [now - then for now, then in zip(counted(), before, strict=True)] == [3, 3]
    assert "kantei_http_request_seconds_bucket" in sqlite_web.client.get("/metrics").text


def test_the_queue_is_measured_from_the_database(web: Web) -> None:
    web.submit()
    web.submit(priority="low")
    time.sleep(0.01)
    text = web.client.get("/metrics").text
    assert 'kantei_queue_depth{priority="normal"} 1.0' in text
    assert 'kantei_queue_depth{priority="low"} 1.0' in text
    assert 'kantei_submissions{state="queued"} 2.0' in text
    ages = dict(re.findall(r'^kantei_queue_age_seconds\{priority="(\w+)"\} (\S+)$', text, re.MULTILINE))
    assert 0 < float(ages["normal"]) < 60
    assert 0 < float(ages["low"]) < 60
    assert float(ages["high"]) == 0


def test_two_applications_measure_apart(sqlite_parts: ApiParts) -> None:
    first, second = create_app(sqlite_parts), create_app(replace(sqlite_parts, measuring=measure_alone()))
    first.test_client().get("/livez")
    assert 'route="/livez"' not in second.test_client().get("/metrics").text


def test_each_request_is_one_log_line_without_paths_and_queries(
    sqlite_web: Web, caplog: pytest.LogCaptureFixture
) -> None:
    submission_id = sqlite_web.submit()
    caplog.clear()
    caplog.set_level(logging.INFO, "api.operations.metrics")
    sqlite_web.get(f"/v1/submissions/{submission_id}?wait=0")
    sqlite_web.client.get("/appeal/a-secret-token")
    for probe in ("/livez", "/metrics"):
        sqlite_web.client.get(probe)
    read, appeal = [JsonLines("api").format(record) for record in caplog.records]
    found = json.loads(read)
    assert (found["message"], found["status"], found["submission_id"]) == ("answered", 200, submission_id)
    assert found["route"] == "/v1/submissions/{submission_id}"
    assert len(found["client"]) == 32
    assert json.loads(appeal)["status"] == 404
    assert "secret" not in appeal
